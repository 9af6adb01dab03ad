"""Changing what was booked."""

import pytest

from hub.bookings import service
from hub.bookings.service import BookingChanges
from tests.hub.bookings.refused import refusal


@pytest.fixture
def meeting(world):
    return world.book((9, 0), (10, 0))


@pytest.fixture
def change(world, house):
    def call(booking, *, by=None, revision=None, **changes):
        return world.write(
            service.change_booking,
            booking.id,
            BookingChanges(**changes),
            by=by or house.nadia,
            now=world.clock.now(),
            revision=revision,
        )

    return call


def test_only_what_is_named_changes(change, meeting):
    changed = change(meeting, title="Retro", attendees=2)
    assert (changed.title, changed.attendees, changed.starts_at) == ("Retro", 2, meeting.starts_at)
    assert changed.revision == meeting.revision + 1


def test_nothing_named_changes_nothing(world, change, meeting):
    before = world.room().revision
    assert change(meeting) == meeting
    assert world.room().revision == before


def test_booking_may_move_over_its_own_time(world, change, meeting):
    moved = change(meeting, starts_at=world.time(9, 30), ends_at=world.time(10, 30))
    assert (moved.starts_at, moved.check_in_by) == (world.time(9, 30), world.time(9, 45))
    assert world.book((9, 0), (9, 30)).status == "confirmed"


def test_booking_does_not_move_onto_another(world, house, change, meeting):
    world.book((10, 0), (11, 0), who=house.tomas)
    said = refusal(change, meeting, ends_at=world.time(10, 15))
    assert said.slug == "room-already-booked"


def test_what_has_begun_does_not_move(world, change, meeting):
    world.at(9)
    assert refusal(change, meeting, ends_at=world.time(11)).slug == "booking-under-way"
    assert change(meeting, title="Retro").title == "Retro"


def test_rules_hold_for_the_new_time(world, change, meeting):
    assert refusal(change, meeting, ends_at=world.time(9, 5)).slug == "too-short"
    assert refusal(change, meeting, attendees=5).slug == "over-capacity"
    assert refusal(change, meeting, title="").slug == "bad-title"


def test_revision_that_is_not_the_present_one_is_refused(change, meeting):
    change(meeting, title="Retro", revision=1)
    said = refusal(change, meeting, title="Planning", revision=1)
    assert (said.slug, said.status, said.extra) == ("revision-changed", 412, {"revision": 2})


def test_strangers_change_nothing(house, change, meeting):
    assert refusal(change, meeting, by=house.tomas, title="Mine").slug == "not-your-booking"
    assert change(meeting, by=house.ada, title="Ours").title == "Ours"


def test_what_is_over_does_not_change(world, change, meeting):
    world.cancel(meeting)
    assert refusal(change, meeting, title="Retro").slug == "booking-over"
