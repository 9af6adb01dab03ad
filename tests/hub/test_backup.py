"""What a backup holds is what was stored, and a restored hub is the same hub, on either database."""

import hashlib
import json
import sqlite3
import threading
from itertools import count

import pytest
from sqlalchemy import create_engine, text

from hub.app import METADATA
from hub.db import archive
from hub.db.address import address
from hub.db.migrate import newest, upgrade
from hub.db.restore import restore
from hub.errors import Conflict, Refused
from hub.rooms import service as rooms
from tests.hub.house import World

SEALED = {"separators": (",", ":")}


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "backup.jsonl"


@pytest.fixture(params=["sqlite", "postgres"])
def elsewhere(request, tmp_path):
    """Another database, with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'elsewhere' / 'circletime.db'}"
    else:
        with request.getfixturevalue("postgres").copied("template1") as url:
            yield url


def back_up(world, path):
    return archive.back_up(world.url, METADATA, path, world.clock.now())


def tables(path):
    """Every row, by its table; each as a dictionary."""
    found = {}
    for shelf, row in archive.rows(path):
        found.setdefault(shelf.table, []).append(row)
    return found


def sealed(path, *lines):
    """Writes what a backup of any version could be."""
    text_ = "".join(json.dumps(line, **SEALED) + "\n" for line in lines)
    rows = sum(isinstance(line, list) for line in lines)
    end = {"rows": rows, "sha256": hashlib.sha256(text_.encode()).hexdigest()}
    path.write_text(text_ + json.dumps(end, **SEALED) + "\n")


def test_backup_made_while_bookings_race_is_one_moment_and_restores_to_the_same(
    world, house, kept, elsewhere
):
    """Each booking raises its room's revision: a file that mixed two moments would not add up."""
    before = world.room().revision
    enough, made = threading.Event(), []

    def back_up_often():
        for number in count():
            made.append(back_up(world, kept.with_name(f"{number}.jsonl.gz")))
            if enough.is_set():
                return

    other = threading.Thread(target=back_up_often)
    other.start()
    for hour in range(9, 20):
        world.book((hour, 0), (hour, 30))
    enough.set()
    other.join()
    for number in range(len(made)):
        found = tables(kept.with_name(f"{number}.jsonl.gz"))
        room = next(one for one in found["rooms"] if one["id"] == house.story_corner.id)
        assert room["revision"] - before == len(found.get("bookings", []))
        assert made[number].rows == sum(map(len, found.values()))

    last = kept.with_name(f"{len(made) - 1}.jsonl.gz")
    assert restore(elsewhere, last) == made[-1]
    assert archive.back_up(elsewhere, METADATA, kept, world.clock.now()) == made[-1]
    assert tables(kept) == tables(last)
    assert kept.stat().st_mode & 0o777 == 0o600


def test_restored_hub_goes_on(world, house, kept, elsewhere):
    booked = world.book((9, 0), (10, 0))
    back_up(world, kept)
    restore(elsewhere, kept)
    restored = World.__new__(World)
    restored.clock, restored.house, restored.url = world.clock, house, elsewhere
    restored._day = world._day
    restored._open(elsewhere)
    try:
        assert restored.now(booked) == booked
        with pytest.raises(Conflict):
            restored.book((9, 30), (10, 30), who=house.tomas)
        assert restored.book((10, 0), (11, 0), who=house.tomas).status == "confirmed"
    finally:
        restored.close()


def test_nothing_is_restored_over_what_is_there(world, kept):
    back_up(world, kept)
    before = tables(kept)
    world.write(rooms.add_building, name="Annex", time_zone="UTC", floors=[])
    with pytest.raises(Conflict) as refused:
        restore(world.url, kept)
    assert refused.value.slug == "database-not-empty"
    back_up(world, kept)
    assert len(tables(kept)["buildings"]) == len(before["buildings"]) + 1


def test_database_that_was_only_made_counts_as_empty(world, kept, tmp_path):
    back_up(world, kept)
    url = f"sqlite:///{tmp_path / 'made.db'}"
    upgrade(url)
    assert restore(url, kept).rows > 0


@pytest.fixture(scope="module")
def sound(furnished_database, tmp_path_factory):
    """A backup's bytes."""
    path = tmp_path_factory.mktemp("sound") / "backup.jsonl"
    with furnished_database("sqlite") as url:
        from tests.fakes import FakeClock

        archive.back_up(url, METADATA, path, FakeClock().now())
    return path.read_bytes()


def damages(sound):
    """Cut anywhere, a byte changed anywhere, a line lost, said twice, or added."""
    lines = sound.splitlines(keepends=True)
    yield b""
    yield b"\x1f\x8bno gzip"
    yield b"[" * 100_000
    for place in range(1, len(sound), len(sound) // 40):
        yield sound[:place]
        yield sound[:place] + bytes([sound[place] ^ 1]) + sound[place + 1 :]
    for number in range(0, len(lines), 5):
        yield b"".join(lines[:number] + lines[number + 1 :])
        yield b"".join(lines[: number + 1] + lines[number:])
    yield sound + lines[-1]


def test_damaged_backup_is_refused_whole(sound, kept, tmp_path):
    url = f"sqlite:///{tmp_path / 'untouched.db'}"
    for damaged in damages(sound):
        kept.write_bytes(damaged)
        with pytest.raises(Refused) as refused:
            restore(url, kept)
        assert refused.value.slug == "backup-damaged"
    assert not (tmp_path / "untouched.db").exists()


@pytest.mark.parametrize(
    "lines",
    [
        [{"table": "no_such", "columns": {"key": "plain"}}, [1]],
        [{"table": "buildings", "columns": {"no_such": "plain"}}, [1]],
        [{"table": "buildings", "columns": {"key": "magic"}}, [1]],
        [{"table": "buildings", "columns": {"key": "plain"}}, [1, 2]],
        [{"table": "buildings", "columns": {"key": "plain"}}, [1]],
        [{"table": "access_tokens", "columns": {"hash": "bytes"}}, ["no hex"]],
        [["a row of nothing"]],
    ],
)
def test_file_that_is_sealed_and_nonsense_changes_nothing(lines, kept, elsewhere):
    sealed(kept, {"circletime": 1, "schema": newest(), "at": 0}, *lines)
    with pytest.raises(Refused) as refused:
        restore(elsewhere, kept)
    assert refused.value.slug == "backup-damaged"
    at = address(elsewhere)
    engine = create_engine(at.set(drivername="sqlite") if at.get_backend_name() == "sqlite" else at)
    with engine.connect() as connection:
        there = (
            "SELECT count(*) FROM sqlite_master"
            if engine.dialect.name == "sqlite"
            else "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        )
        assert connection.scalar(text(there)) == 0
    engine.dispose()


def test_backup_of_an_older_version_is_brought_up_to_date(kept, elsewhere):
    columns = dict.fromkeys(("key", "id", "name", "name_folded", "time_zone"), "plain")
    sealed(
        kept,
        {"circletime": 1, "schema": "0001", "at": 0},
        {"table": "buildings", "columns": columns},
        [1, "b", "HQ", "hq", "UTC"],
    )
    restore(elsewhere, kept)
    again = kept.with_name("again.jsonl")
    assert archive.back_up(elsewhere, METADATA, again, archive.check(kept).at).schema == newest()
    assert tables(again)["buildings"][0]["name"] == "HQ"


def test_backup_of_a_newer_version_is_refused(kept, tmp_path):
    sealed(kept, {"circletime": 1, "schema": "9999", "at": 0})
    with pytest.raises(Refused) as refused:
        restore(f"sqlite:///{tmp_path / 'new.db'}", kept)
    assert refused.value.slug == "backup-of-another-version"


def test_what_is_no_database_of_ours_is_not_backed_up(kept, tmp_path, world):
    other = tmp_path / "other.db"
    sqlite3.connect(other).close()
    for path in (other, tmp_path / "nowhere.db"):
        with pytest.raises(Refused) as refused:
            archive.back_up(f"sqlite:///{path}", METADATA, kept, world.clock.now())
        assert refused.value.slug == "nothing-to-back-up"
    assert not kept.exists()
    assert not (tmp_path / "nowhere.db").exists()
