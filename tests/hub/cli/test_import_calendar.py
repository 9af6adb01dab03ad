"""`circletime import` as it is typed: what it prints, how it exits, and what it leaves in the database."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hub.__main__ import main
from tests.flows.site import Site, eventually
from tests.hub.test_import_reading import FOSDEM, calendar, event

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    found = tmp_path / "data"
    monkeypatch.setenv("CIRCLETIME_DATA_DIR", str(found))
    return found


@pytest.fixture
def ics(tmp_path):
    def write(raw: bytes) -> Path:
        path = tmp_path / "rooms.ics"
        path.write_bytes(raw)
        return path

    return write


def run(path: Path, *more: str, building: str = "HQ", zone: str = "Europe/Prague") -> int:
    return main(["import", str(path), "--building", building, "--time-zone", zone, *more])


def dump(data_dir: Path) -> list[str]:
    with sqlite3.connect(f"file:{data_dir / 'circletime.db'}?mode=ro", uri=True) as database:
        return list(database.iterdump())


def count(data_dir: Path, table: str) -> int:
    with sqlite3.connect(f"file:{data_dir / 'circletime.db'}?mode=ro", uri=True) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_import_is_in_the_audit_log_once(data_dir, ics):
    path = ics(calendar(event()))
    for _ in range(2):
        assert run(path) == 0
    with sqlite3.connect(data_dir / "circletime.db") as database:
        (entry,) = database.execute("SELECT actor_key, action, detail FROM audit_log")
    assert entry[:2] == (None, "calendar.import")
    assert json.loads(entry[2]) == {"file": "rooms.ics", "bookings": 1, "rooms": 1}


@pytest.mark.skipif(not FOSDEM.exists(), reason="the FOSDEM schedule is not beside this checkout")
def test_fosdem_comes_in_whole_and_a_second_run_changes_nothing(data_dir, capsys):
    assert run(FOSDEM, building="ULB", zone="Europe/Brussels") == 0
    assert "35 rooms (35 new), 1105 bookings (1105 new), 0 skipped" in capsys.readouterr().out
    before = dump(data_dir)
    assert run(FOSDEM, building="ULB", zone="Europe/Brussels") == 0
    assert "35 rooms (0 new), 1105 bookings (0 new), 0 skipped" in capsys.readouterr().out
    assert dump(data_dir) == before


def test_each_skipped_event_has_a_line_in_the_order_of_the_file_and_the_exit_is_0(data_dir, ics, capsys):
    path = ics(
        calendar(
            event(UID=":a", LOCATION=None),
            event(UID=":b"),
            event(UID=":c", SUMMARY=":Too late"),
            event(UID=":d", DTSTART=":never"),
        )
    )
    assert run(path) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("skipped: ")]
    assert [line.partition("UID ")[2][0] for line in lines] == ["a", "c", "d"]
    assert '"Too late"' in lines[1]
    assert 'Sandbox is taken from 2026-11-24 10:30 to 2026-11-24 11:00 by "Roadmap"' in lines[1]


@pytest.mark.parametrize(
    ("raw", "says"),
    [(b"name,room\n", "not an iCalendar file"), (b"", "not an iCalendar file"), (b"\xff\xfeB\0", "UTF-16")],
)
def test_a_file_that_is_no_calendar_exits_2_and_touches_nothing(data_dir, ics, capsys, raw: bytes, says: str):
    assert run(ics(raw)) == 2
    assert says in capsys.readouterr().err
    assert not data_dir.exists()


def test_a_file_that_cannot_be_read_exits_2_and_says_what_to_give(data_dir, tmp_path, capsys):
    assert run(tmp_path / "none.ics") == 2
    assert "Give the path of an .ics file" in capsys.readouterr().err
    assert run(tmp_path) == 2


def test_a_time_zone_that_is_none_exits_2_and_names_one(data_dir, ics, capsys):
    assert run(ics(calendar(event())), zone="Middle/Earth") == 2
    assert "Europe/Prague" in capsys.readouterr().err


def test_a_building_in_another_zone_exits_2_and_names_its_own(data_dir, ics, capsys):
    path = ics(calendar(event()))
    assert run(path) == 0
    assert run(path, zone="Asia/Tokyo") == 2
    assert "--time-zone Europe/Prague" in capsys.readouterr().err


def test_a_file_larger_than_allowed_exits_2_and_names_the_flag(data_dir, ics, capsys):
    path = ics(calendar(event(DESCRIPTION=":" + "x" * 1_100_000)))
    assert run(path, "--max-mb", "1") == 2
    assert "--max-mb" in capsys.readouterr().err
    assert run(path, "--max-mb", "2") == 0


def test_a_database_that_cannot_be_used_exits_2_and_names_the_flag(tmp_path, ics, capsys):
    path = ics(calendar(event()))
    assert run(path, "--data-dir", str(path / "data")) == 2
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "circletime.db").write_bytes(b"this is no database" * 100)
    assert run(path, "--data-dir", str(tmp_path / "broken")) == 2
    assert capsys.readouterr().err.count("Give another --data-dir.") == 2


def test_100_000_lines_come_in_within_seconds(data_dir, ics):
    parts = []
    for number in range(12_500):
        day, slot, room = number // 1000, number // 50 % 20, number % 50
        starts, ends = f"202612{day + 1:02}T{slot:02}0000Z", f"202612{day + 1:02}T{slot:02}3000Z"
        parts.append(
            event(
                UID=f":{number}",
                LOCATION=f":Room {room}",
                DTSTART=f":{starts}",
                DTEND=f":{ends}",
                PRIORITY=":5",
            )
        )
    raw = calendar(*parts)
    assert raw.count(b"\n") >= 100_000
    began = time.process_time()
    assert run(ics(raw)) == 0
    assert time.process_time() - began < 20  # 3 s; of processor time, for others may be busy beside us
    assert count(data_dir, "bookings") == 12_500


KILLED_AFTER_THE_LAST_ROW = """
import os, signal, sys
from hub.cli import import_calendar
store = import_calendar.import_bookings
import_calendar.import_bookings = lambda *given: store(*given) and os.kill(os.getpid(), signal.SIGKILL)
from hub.__main__ import main
main(sys.argv[1:])
"""


def test_killed_before_its_end_it_leaves_nothing_and_can_be_repeated(data_dir, ics):
    path = ics(
        calendar(
            *(
                event(
                    UID=f":{number}",
                    LOCATION=f":Room {number % 20}",
                    DTSTART=f":2026{1 + number // 20:02}01T100000Z",
                    DTEND=f":2026{1 + number // 20:02}01T110000Z",
                )
                for number in range(200)
            )
        )
    )
    words = ["import", str(path), "--building", "HQ", "--time-zone", "Europe/Prague"]
    killed = subprocess.run([sys.executable, "-c", KILLED_AFTER_THE_LAST_ROW, *words], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert [count(data_dir, table) for table in ("buildings", "rooms", "bookings")] == [0, 0, 0]
    assert main(words) == 0
    assert count(data_dir, "bookings") == 200


def test_a_hub_that_serves_the_same_data_publishes_an_import_within_2_s(tmp_path, monkeypatch, ics):
    site = Site(tmp_path)
    monkeypatch.setenv("CIRCLETIME_DATA_DIR", str(tmp_path))
    try:
        site.start()
        assert run(ics(calendar(event()))) == 0
        eventually("every room is published", lambda: _all_published(tmp_path), 2)
    finally:
        site.close()


def _all_published(data_dir: Path) -> bool:
    with sqlite3.connect(f"file:{data_dir / 'circletime.db'}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT revision, published_revision FROM rooms").fetchall()
    return bool(rows) and all(revision == published for revision, published in rows)
