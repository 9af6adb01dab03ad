"""A write is done or not done: when its request is cancelled, and when the hub is killed in the middle."""

import asyncio
import signal
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


def test_write_cancelled_at_any_point_is_whole_and_locks_nothing(database_url, clock):
    world, now = World(database_url, clock), clock.now()
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
from tests.fakes import FakeClock
from tests.hub.bookings.test_writes_are_whole import book_pair
from tests.hub.house import World
world = World(sys.argv[1], FakeClock())
now = world.clock.now()
for number in range(4000):
    world.write(book_pair, world.house, now + timedelta(hours=number), now)
    print(number, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 7, 20])
def test_hub_killed_in_the_middle_leaves_a_sound_database(database_url, lines):
    """What it said was done is there; what it was doing is there whole or not at all."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, database_url], stdout=subprocess.PIPE, text=True
    ) as writer:
        said = [int(writer.stdout.readline()) for _ in range(lines)]
        writer.send_signal(signal.SIGKILL)
        said += [int(line) for line in writer.stdout if line.endswith("\n")]
    asyncio.run(look_again(database_url, said))


async def look_again(url, said):
    database = Database(url)
    if url.startswith("sqlite"):
        assert await database.read(lambda session: session.scalar(text("PRAGMA integrity_check"))) == "ok"
        assert await database.read(lambda session: session.scalar(text("PRAGMA foreign_key_check"))) is None
    await database.write(lambda session: rooms.touch(session, 1))
    counts, revisions = await database.read(stored)
    assert set(counts) == {2}
    assert len(counts) >= len(said)
    assert revisions == [len(counts) + 2, len(counts) + 1, 1]
    await database.close()


def stored(session):
    counts = session.scalars(text("SELECT count(*) FROM bookings GROUP BY starts_at")).all()
    return counts, session.scalars(text("SELECT revision FROM rooms ORDER BY key")).all()
