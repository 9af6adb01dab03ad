"""A day is the local day of the room's building, also where the clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.bookings import service
from hub.bookings.service import NewBooking
from hub.rooms import service as rooms
from hub.rooms.service import NewRoom
from tests.hub.bookings.refused import refusal

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def book_from(world, house):
    """Books the Story Corner at that moment for that long."""

    def call(starts_at, **length):
        world.clock.at = starts_at - timedelta(days=1)
        wish = NewBooking(
            room_id=house.story_corner.id,
            title=f"{starts_at:%d %H:%M}",
            starts_at=starts_at.astimezone(UTC),
            ends_at=starts_at.astimezone(UTC) + timedelta(**length),
        )
        return world.write(service.book_room, house.nadia, wish, world.clock.now(), "web")

    return call


@pytest.fixture
def on(world, house):
    """The titles booked on a day."""
    return lambda day: [
        one.title for one in world.read(service.bookings_on, house.story_corner, day, world.clock.now())
    ]


def test_meeting_across_midnight_is_on_both_days(book_from, on):
    book_from(datetime(2026, 11, 24, 23, 30, tzinfo=BERLIN), hours=1)
    assert on(date(2026, 11, 24)) == on(date(2026, 11, 25)) == ["24 23:30"]
    assert on(date(2026, 11, 23)) == on(date(2026, 11, 26)) == []


def test_meeting_that_ends_at_midnight_is_on_one_day_only(book_from, on):
    book_from(datetime(2026, 11, 24, 23, 0, tzinfo=BERLIN), hours=1)
    book_from(datetime(2026, 11, 25, 0, 0, tzinfo=BERLIN), hours=1)
    assert on(date(2026, 11, 24)) == ["24 23:00"]
    assert on(date(2026, 11, 25)) == ["25 00:00"]


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2027, 3, 28), 23), (date(2026, 10, 25), 25), (date(2026, 11, 24), 24)]
)
def test_days_have_23_or_25_hours_where_the_clock_changes(house, day, hours):
    begins, ends = service.local_day(house.story_corner, day)
    assert ends - begins == timedelta(hours=hours)
    assert begins.astimezone(BERLIN).date() == day
    assert (ends - timedelta(seconds=1)).astimezone(BERLIN).date() == day
    assert ends.astimezone(BERLIN).date() == day + timedelta(days=1)


def test_hour_that_comes_twice_is_two_slots_of_one_day(book_from, on):
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in summer time
    book_from(first, hours=1)
    book_from(first + timedelta(hours=1), hours=1)  # 02:30 once more
    assert len(on(date(2026, 10, 25))) == 2


def test_day_that_has_no_midnight_begins_with_the_change(world):
    def santiago(session):
        building = rooms.add_building(session, name="Sur", time_zone="America/Santiago", floors=["1"])
        new = NewRoom(name="Andes", floor_id=building.floors[0].id, capacity=4)
        return rooms.add_room(session, new, world.clock.now())

    begins, ends = service.local_day(world.write(santiago), date(2026, 9, 6))
    assert (begins, ends - begins) == (datetime(2026, 9, 6, 4, tzinfo=UTC), timedelta(hours=23))


def test_every_status_is_listed_in_order_of_start(world, house):
    world.cancel(world.book((11, 0), (12, 0), title="cancelled"))
    world.book((9, 0), (10, 0), title="no-show")
    world.book((13, 0), (14, 0), title="to come")
    world.at(12)
    found = world.read(service.bookings_on, house.story_corner, date(2026, 11, 23), world.clock.now())
    assert [(one.title, one.status) for one in found] == [
        ("no-show", "no_show"),
        ("cancelled", "cancelled"),
        ("to come", "confirmed"),
    ]


@pytest.mark.parametrize("day", [date.min, date.max])
def test_day_beyond_the_calendar_is_refused(house, day):
    assert refusal(service.local_day, house.story_corner, day).slug == "bad-date"
