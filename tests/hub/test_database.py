"""What `Database` promises whatever is behind it, and what PostgreSQL adds: many writers, a server that goes."""

import asyncio
import threading
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import make_url, text, update

from hub.accounts import service as accounts
from hub.bookings import service as bookings
from hub.bookings.models import Booking
from hub.db.address import address
from hub.db.database import Database
from hub.errors import Conflict, Refused, Unavailable
from hub.rooms import service as rooms
from hub.settings import BadSetting
from tests.hub.house import World

MINUTE = timedelta(minutes=1)


@pytest.fixture
def postgres_world(new_database, clock):
    with new_database("postgres") as url:
        found = World(url, clock)
        yield found
        found.close()


def count(session, table):
    return session.scalar(text(f"SELECT count(*) FROM {table}"))


def elsewhere(url, work):
    """Writes as another process would, and waits for it."""

    async def write():
        database = Database(url)
        await database.write(work)
        await database.close()

    thread = threading.Thread(target=asyncio.run, args=[write()])
    thread.start()
    thread.join(30)


def test_what_raises_leaves_nothing(world, house):
    def work(session):
        rooms.touch(session, house.story_corner.key)
        raise Conflict("nothing", "Nothing")

    with pytest.raises(Conflict):
        world.write(work)
    assert world.room().revision == house.story_corner.revision


def test_read_can_not_write(world, house):
    with pytest.raises(Exception, match=r"(?i)read.?only"):
        world.read(rooms.touch, house.story_corner.key)


def test_read_sees_one_moment(world):
    def add(session):
        accounts.add_user(
            session, email="late@example.org", name="Late", role="member", now=world.clock.now()
        )

    def twice(session):
        before = count(session, "users")
        elsewhere(world.url, add)
        return before, count(session, "users")

    assert world.read(twice) == (4, 4)
    assert world.read(count, "users") == 5


@pytest.mark.parametrize(
    ("words", "driver"),
    [
        ("postgresql://u:p@db.example.org/rooms?sslmode=require", "postgresql+psycopg"),
        ("postgresql+asyncpg://u:p@db.example.org/rooms", "postgresql+psycopg"),
        ("postgres://u@/rooms?host=/run/postgresql", "postgresql+psycopg"),
        ("sqlite:////var/lib/circletime/circletime.db", "sqlite+aiosqlite"),
    ],
)
def test_operator_need_not_know_our_driver(words, driver):
    assert address(words) == make_url(words).set(drivername=driver)


@pytest.mark.parametrize("words", ["mysql://u:secret@h/x", "secret", "://", "oracle://secret"])
def test_url_of_no_database_we_know_is_refused_without_telling_it(words):
    with pytest.raises(BadSetting, match="CIRCLETIME_DATABASE_URL") as refused:
        address(words)
    assert "secret" not in str(refused.value)


def wish(world, start):
    starts_at = world.time(12) + start * MINUTE
    return bookings.NewBooking(
        room_id=world.house.story_corner.id, title="x", starts_at=starts_at, ends_at=starts_at + 30 * MINUTE
    )


async def opened(url):
    return Database(url)


def test_forty_writers_in_one_room_never_wait_in_a_circle(postgres_world, postgres):
    """An exclusion alone deadlocks: two inserts each wait for the other's to be decided."""
    world = postgres_world
    deadlocks = postgres.log().count("deadlock detected")
    hubs = [world.run(opened(world.url)) for _ in range(3)]

    async def book(number):
        def work(session):
            start = wish(world, 5 * (number % 40))
            return bookings.book_room(session, world.house.nadia, start, world.clock.now(), "api").id

        try:
            return await hubs[number % 3].write(work)
        except Conflict:
            return None

    async def rush():
        return await asyncio.gather(*(book(number) for number in range(40)))

    for _ in range(10):
        won = [one for one in world.run(rush()) if one]
        assert len(won) == world.read(count, "bookings WHERE blocks_until IS NOT NULL") > 0
        for booking_id in won:
            world.write(bookings.cancel, booking_id, by=world.house.nadia, now=world.clock.now())
    assert postgres.log().count("deadlock detected") == deadlocks
    for hub in hubs:
        world.run(hub.close())


def test_work_runs_anew_where_another_commit_was_in_its_way(postgres_world):
    """Two add one address at once: the second has looked before the first was there, so it looks again."""
    world = postgres_world
    looked = []

    def add(session):
        accounts.add_user(
            session, email="late@example.org", name="Late", role="member", now=world.clock.now()
        )

    def add_slowly(session):
        look = accounts.repository.user_with_email(session, "late@example.org")
        looked.append(look is not None)
        if look is None:
            elsewhere(world.url, add)
            session.execute(
                text(
                    "INSERT INTO users (id, email, name, role, active, created_at) "
                    "VALUES ('x', 'late@example.org', 'Late', 'member', true, now())"
                )
            )

    world.write(add_slowly)
    assert looked == [False, True]
    assert world.read(count, "users") == 5


def test_hubs_share_what_time_has_done(postgres_world):
    """Each change is stored once, whoever comes first, and a room that somebody holds keeps nobody waiting."""
    world = postgres_world
    for start in range(8, 12):
        for room in (world.house.story_corner, world.house.sandbox, world.house.carpet):
            world.book((start, 0), (start + 1, 0), room=room)
    world.at(15)
    hubs = [world.run(opened(world.url)) for _ in range(3)]

    async def settle():
        await asyncio.gather(
            *(hub.write(lambda session: bookings.settle_due(session, world.clock.now())) for hub in hubs * 3)
        )

    with psycopg.connect(world.url) as holder:
        holder.execute("SELECT 1 FROM rooms WHERE key = %s FOR UPDATE", [world.house.carpet.key])
        world.run(asyncio.wait_for(settle(), 10))
        assert world.read(count, "bookings WHERE status = 'no_show'") == 8
    world.run(settle())
    assert world.read(count, "bookings WHERE status = 'no_show' AND revision = 2") == 12
    for hub in hubs:
        world.run(hub.close())


def test_connection_that_was_cut_is_not_noticed(postgres_world):
    world = postgres_world
    world.run(world.database.read(lambda session: count(session, "users")))
    with psycopg.connect(world.url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert world.read(count, "users") == 4
    assert world.book((9, 0), (10, 0)).status == "confirmed"


def test_server_that_is_gone_is_said_and_its_return_is_noticed(postgres_world, postgres):
    world = postgres_world
    world.book((9, 0), (10, 0))
    postgres.stop()
    try:
        for work in (world.read, world.write):
            with pytest.raises(Unavailable) as refused:
                work(count, "bookings")
            assert refused.value.slug == "storage-unavailable"
    finally:
        postgres.start()
    assert world.read(count, "bookings") == 1
    assert world.book((10, 0), (11, 0)).status == "confirmed"


def test_text_that_does_not_fit_is_refused(postgres_world):
    made = postgres_world.book((9, 0), (10, 0))
    for title in ("x" * 256, "a\0b"):
        with pytest.raises(Refused) as refused:
            postgres_world.write(
                lambda session, title=title: session.execute(
                    update(Booking).where(Booking.key == made.key).values(title=title)
                )
            )
        assert refused.value.slug == "not-storable"
