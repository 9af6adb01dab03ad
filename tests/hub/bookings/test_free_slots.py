"""Bookable gaps: opening hours less what is taken, on days of 23, 24 and 25 hours."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.bookings import availability
from hub.bookings.free_slots import free_slots, opening_times
from hub.rooms.policy import OpeningHours, Policy
from tests.hub.bookings.refused import refusal

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 23)
ZERO = datetime(2026, 11, 23, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def slots(world, house):
    """The Story Corner's gaps, as hours in Berlin."""

    def call(day=MONDAY, minutes=None):
        found = world.read(availability.slots, world.room(), day, minutes, world.clock.now())
        return [
            f"{begins.astimezone(BERLIN):%H:%M}-{ends.astimezone(BERLIN):%H:%M}" for begins, ends in found
        ]

    return call


def test_day_without_bookings_is_one_gap_from_now_to_closing_time(world, slots):
    assert slots() == ["09:00-18:00"]  # it is 09:00; the room opened at 08:00
    world.at(9, 0, 1)
    assert slots() == ["10:01-18:00"]
    assert slots(date(2026, 11, 24)) == ["08:00-18:00"]


def test_closed_and_past_days_have_no_gaps(slots):
    assert slots(date(2026, 11, 28)) == slots(date(2026, 11, 20)) == []


def test_gap_shorter_than_asked_for_is_left_out(world, slots):
    world.book((9, 30), (11, 0))
    assert slots(minutes=90) == ["09:00-10:30", "12:00-18:00"]
    assert slots(minutes=91) == ["12:00-18:00"]


def test_buffer_is_kept_on_both_sides(world, slots):
    world.set_policy(buffer_minutes=10)
    world.book((10, 0), (11, 0))
    assert slots() == ["09:00-10:50", "12:10-18:00"]


def test_what_was_released_is_free_again(world, slots):
    world.book((9, 0), (11, 0))
    world.at(9, 20)
    assert slots() == ["10:20-18:00"]


def test_gaps_reach_to_the_horizon_and_no_further(world, slots):
    world.set_policy(horizon_days=1)
    assert slots(date(2026, 11, 24)) == ["08:00-09:15"]  # a booking starts by 09:00 tomorrow
    assert slots(date(2026, 11, 25)) == []


def test_length_the_room_is_not_booked_for_is_refused(slots):
    assert refusal(slots, minutes=10).slug == "too-short"
    assert refusal(slots, minutes=481).slug == "too-long"


def test_room_out_of_service_has_no_gaps(rest):
    path = f"/rooms/{rest.house.story_corner.id}"
    assert rest.get(f"{path}/slots?date=2026-11-23&minutes=30").json() == {
        "items": [{"startsAt": "2026-11-23T08:00:00Z", "endsAt": "2026-11-23T17:00:00Z"}],
        "nextCursor": None,
    }
    rest("PATCH", path, who="lena", json={"outOfService": "Painting"})
    assert rest.get(f"{path}/slots?date=2026-11-23").json()["items"] == []


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2027, 3, 28), 23), (date(2026, 10, 25), 25), (date(2026, 11, 24), 24)]
)
def test_room_that_never_shuts_is_open_as_long_as_its_day_is(day, hours):
    policy = Policy(opening_hours=[OpeningHours(day.isoweekday(), "00:00", "24:00")])
    ((opens, closes),) = opening_times(policy, day, BERLIN)
    assert closes - opens == timedelta(hours=hours)


def test_hours_that_touch_or_overlap_are_one_and_skipped_hours_are_none():
    hours = [
        OpeningHours(7, "10:00", "12:00"),
        OpeningHours(7, "08:00", "11:00"),
        OpeningHours(7, "12:00", "13:00"),
    ]
    ((opens, closes),) = opening_times(Policy(opening_hours=hours), MONDAY - timedelta(days=1), BERLIN)
    assert (opens.hour, closes.hour) == (7, 12)
    skipped = Policy(opening_hours=[OpeningHours(7, "02:00", "03:00")])
    assert opening_times(skipped, date(2027, 3, 28), BERLIN) == []


@given(
    taken=st.lists(st.tuples(st.integers(0, 600), st.integers(1, 90)), max_size=8),
    opens=st.integers(0, 300),
    open_for=st.integers(1, 300),
    length=st.integers(1, 60),
    buffer=st.sampled_from([0, 5, 15]),
    earliest=st.integers(0, 300),
    latest=st.integers(0, 600),
)
def test_gaps_are_exactly_where_a_booking_fits(taken, opens, open_for, length, buffer, earliest, latest):
    apart, end = [], 0
    for start, lasts in sorted(taken):
        if start >= end:
            apart.append((start, start + lasts))
            end = start + lasts
    found = free_slots(
        [(ZERO + opens * MINUTE, ZERO + (opens + open_for) * MINUTE)],
        [(ZERO + start * MINUTE, ZERO + end * MINUTE) for start, end in apart],
        length=length * MINUTE,
        buffer=buffer * MINUTE,
        earliest=ZERO + earliest * MINUTE,
        latest_start=ZERO + latest * MINUTE,
    )
    starts = {
        at for at in range(700) if any(b <= ZERO + at * MINUTE <= e - length * MINUTE for b, e in found)
    }
    fits = {
        at
        for at in range(700)
        if max(opens, earliest) <= at <= min(opens + open_for - length, latest)
        and all(end <= at or at + length + buffer <= start for start, end in apart)
    }
    assert starts == fits
