"""The database itself keeps a room from being booked twice, whoever writes."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from hub.bookings import service
from hub.bookings.models import NEVER_OVERLAP, OVERLAP_ON_SQLITE, Booking
from hub.bookings.service import NewBooking
from tests.hub.bookings.refused import refusal


@pytest.fixture
def unguarded(monkeypatch):
    """The service forgets to ask."""
    monkeypatch.setattr("hub.bookings.repository.is_taken", lambda *_: False)


def test_database_stops_an_insert_that_nobody_checked(world, unguarded):
    """In the words of the service."""
    world.book((9, 0), (10, 0))
    for start, end in [((9, 30), (10, 30)), ((8, 30), (9, 15)), ((9, 0), (10, 0)), ((8, 15), (11, 0))]:
        assert refusal(world.book, start, end).slug == "room-already-booked"
    assert world.book((10, 0), (11, 0)).status == "confirmed"


def test_database_stops_an_update_that_nobody_checked(world):
    first = world.book((9, 0), (10, 0))
    second = world.book((10, 0), (11, 0))

    def move(**values):
        return lambda session: session.execute(
            update(Booking).where(Booking.key == second.key).values(values)
        )

    for values in (
        {"starts_at": world.time(9, 45)},
        {"starts_at": world.time(8), "ends_at": world.time(8, 30), "blocks_until": world.time(9, 30)},
    ):
        with pytest.raises(IntegrityError, match=f"{NEVER_OVERLAP}|{OVERLAP_ON_SQLITE}"):
            world.write(move(**values))
    world.cancel(first)
    world.write(move(starts_at=world.time(9, 45)))


def test_database_stops_a_no_show_from_coming_back_into_a_taken_slot(world):
    lost = world.book((9, 0), (10, 0))
    world.at(9, 30)
    world.book((9, 30), (10, 0))
    with pytest.raises(IntegrityError, match=f"{NEVER_OVERLAP}|{OVERLAP_ON_SQLITE}"):
        world.write(
            lambda session: session.execute(
                update(Booking).where(Booking.key == lost.key).values(blocks_until=world.time(10))
            )
        )


def test_row_that_ends_before_it_starts_is_stopped(world):
    made = world.book((9, 0), (10, 0))
    with pytest.raises(IntegrityError):
        world.write(
            lambda session: session.execute(
                update(Booking).where(Booking.key == made.key).values(ends_at=world.time(9))
            )
        )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_guard_finds_what_is_in_the_way_by_index_alone(world):
    """A busy room's day must not be read for one question."""
    plan = world.read(
        lambda session: [
            row.detail
            for row in session.connection().exec_driver_sql(
                "EXPLAIN QUERY PLAN SELECT blocks_until FROM bookings WHERE room_key = 1 "
                "AND blocks_until IS NOT NULL AND starts_at < 5 AND key <> 0 ORDER BY starts_at DESC LIMIT 1"
            )
        ]
    )
    assert plan == ["SEARCH bookings USING COVERING INDEX ix_bookings_blocking (room_key=? AND starts_at<?)"]


def test_booking_ended_before_it_began_hides_nothing_behind_it(world, house):
    """It takes no time; asked as a predecessor, it would hide the booking around it."""
    early = world.book((9, 0), (10, 0))
    world.at(8, 50)
    world.check_in(early)
    world.end(early)
    world.book((8, 50), (11, 0), who=house.tomas)
    assert refusal(world.book, (9, 30), (10, 0)).slug == "room-already-booked"


def test_two_bookings_in_one_transaction_stand_or_fall_together(world, house):
    def wish(start, end):
        return NewBooking(
            room_id=house.story_corner.id,
            title="Twice",
            starts_at=world.time(start),
            ends_at=world.time(end),
        )

    def both(session):
        service.book_room(session, house.nadia, wish(9, 11), world.clock.now(), "web")
        service.book_room(session, house.nadia, wish(10, 12), world.clock.now(), "web")

    assert refusal(world.write, both).slug == "room-already-booked"
    assert world.read(lambda session: session.scalars(select(Booking.id)).all()) == []
