"""A write is done or not done: when its request is cancelled, and when the hub is killed in the middle."""

import asyncio
import shutil
import signal
import sqlite3
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import text

from hub.bookings import service
from hub.bookings.service import NewBooking
from hub.db.database import Database
from hub.rooms import service as rooms
from tests.hub.house import World

HOUR = timedelta(hours=1)


def book_pair(session, house, starts_at, now):
    """The same hour in two rooms: both or none."""
    for room in (house.story_corner, house.sandbox):
        wish = NewBooking(room_id=room.id, title="Pair", starts_at=starts_at, ends_at=starts_at + HOUR)
        service.book_room(session, house.nadia, wish, now, "web")


def booked(world):
    """How many bookings each of the two rooms has, and their rooms' revisions."""
    rows = world.read(
        lambda session: session.execute(
            text(
                "SELECT count(bookings.key), rooms.revision FROM rooms LEFT JOIN bookings ON room_key = rooms.key "
                "WHERE rooms.name <> 'The Carpet' GROUP BY rooms.key"
            )
        ).all()
    )
    return [tuple(row) for row in rows]


async def cancelled_after(steps, pause_s, writing):
    """Starts writing, lets the loop run on for so many steps and so long, and leaves."""
    task = asyncio.ensure_future(writing)
    for _ in range(steps):
        await asyncio.sleep(0)
    if pause_s:
        await asyncio.sleep(pause_s)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return True
    return False


def test_write_cancelled_at_any_point_is_whole_and_locks_nothing(tmp_path, empty_database, clock):
    shutil.copy(empty_database, tmp_path / "circletime.db")
    world, now = World(tmp_path / "circletime.db", clock), clock.now()
    left_early = 0
    points = [(steps, 0.0) for steps in range(30)] + [(0, pause / 4000) for pause in range(1, 60)]
    for number, (steps, pause_s) in enumerate(points):
        starts_at = now + 2 * number * HOUR

        def work(session, starts_at=starts_at):
            book_pair(session, world.house, starts_at, now)

        left_early += world.run(cancelled_after(steps, pause_s, world.database.write(work)))
        world.run(
            asyncio.wait_for(world.database.write(lambda session: session.execute(text("SELECT 1"))), 20)
        )
    while world.database._running:
        world.run(asyncio.sleep(0.01))
    (one, one_revision), (other, other_revision) = booked(world)
    assert one == other
    assert one_revision == other_revision == one + 1
    world.close()
    assert left_early > len(points) // 3, "the writes were too quick to be cancelled"


WRITER = """
import sys
from datetime import timedelta
from pathlib import Path
from tests.fakes import FakeClock
from tests.hub.bookings.test_writes_are_whole import book_pair
from tests.hub.house import World
world = World(Path(sys.argv[1]), FakeClock())
now = world.clock.now()
for number in range(4000):
    world.write(book_pair, world.house, now + timedelta(hours=number), now)
    print(number, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 7, 20])
def test_hub_killed_in_the_middle_leaves_a_sound_database(tmp_path, empty_database, lines):
    """What it said was done is there; what it was doing is there whole or not at all."""
    path = tmp_path / "circletime.db"
    shutil.copy(empty_database, path)
    with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True) as writer:
        said = [int(writer.stdout.readline()) for _ in range(lines)]
        writer.send_signal(signal.SIGKILL)
        said += [int(line) for line in writer.stdout if line.endswith("\n")]
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        rows = database.execute("SELECT starts_at, count(*) FROM bookings GROUP BY starts_at").fetchall()
        revisions = database.execute("SELECT revision FROM rooms ORDER BY key").fetchall()
    assert {count for _, count in rows} == {2}
    assert len(rows) >= len(said)
    assert revisions == [(len(rows) + 1,), (len(rows) + 1,), (1,)]
    asyncio.run(_write_again(path))


async def _write_again(path):
    database = Database(f"sqlite+aiosqlite:///{path}")
    await database.write(lambda session: rooms.touch(session, 1))
    await database.close()
