"""Checking in: when, by whom, and what late news of it does."""

from datetime import timedelta

import pytest

from hub.bookings import service
from hub.bookings.models import Booking
from hub.rooms import service as rooms
from tests.hub.bookings.refused import refusal


@pytest.fixture
def meeting(world):
    """Nadia's, in the Story Corner, from 9 to 10."""
    return world.book((9, 0), (10, 0))


@pytest.mark.parametrize("when", [(8, 45), (9, 0), (9, 15)])
def test_window_is_inclusive_at_both_ends(world, meeting, when):
    world.at(*when)
    assert world.check_in(meeting).status == "checked_in"


@pytest.mark.parametrize(
    ("when", "slug"), [((8, 44, 59), "check-in-too-early"), ((9, 15, 1), "check-in-too-late")]
)
def test_a_second_outside_the_window_is_refused(world, meeting, when, slug):
    world.at(*when)
    said = refusal(world.check_in, meeting)
    assert (said.slug, said.status) == (slug, 409)


def test_again_is_harmless(world, meeting):
    world.at(9)
    first = world.check_in(meeting)
    world.at(9, 30)
    assert world.check_in(meeting) == first
    world.at(10, 30)
    assert world.check_in(meeting).checked_in_at == world.time(9)


def test_who_when_and_by_what_are_recorded(world, house, meeting):
    world.at(9, 1)
    world.check_in(meeting, by=house.lena)
    kept = world.read(lambda session: session.get(Booking, meeting.key))
    assert (kept.checked_in_by_key, kept.checked_in_via, kept.checked_in_at) == (
        house.lena.key,
        "web",
        world.time(9, 1),
    )


def test_stranger_may_not_but_a_panel_and_managers_may(world, house, meeting):
    world.at(9)
    assert refusal(world.check_in, meeting, by=house.tomas).slug == "not-your-booking"
    assert world.check_in(meeting, by=house.nadia).status == "checked_in"
    other = world.book((9, 0), (10, 0), room=house.sandbox)
    assert world.check_in(other, by=None).status == "checked_in"
    third = world.book((9, 0), (10, 0), room=house.carpet)
    assert world.check_in(third, by=house.lena).status == "checked_in"


def test_window_of_a_meeting_booked_after_its_start_closes_later(world):
    world.at(9, 10)
    meeting = world.book((9, 0), (10, 0))
    assert meeting.check_in_by == world.time(9, 25)


def test_window_closes_before_the_end(world):
    assert world.book((9, 0), (9, 15)).check_in_by == world.time(9, 14, 59)


def test_cancelled_and_pending_bookings_are_not_checked_in_to(world, meeting):
    world.cancel(meeting)
    world.set_policy(requires_approval=True)
    waiting = world.book((9, 0), (10, 0))
    world.at(8, 50)
    assert refusal(world.check_in, meeting).slug == "booking-over"
    assert refusal(world.check_in, waiting).slug == "booking-not-approved"


def test_room_without_check_in_never_releases(world):
    world.set_policy(check_in_required=False)
    meeting = world.book((9, 0), (10, 0))
    assert meeting.check_in_by is None
    world.at(9, 59, 59)
    assert world.now(meeting).status == "confirmed"
    assert world.check_in(meeting).status == "checked_in"
    other = world.book((11, 0), (12, 0))
    world.at(12)
    assert world.now(other).status == "completed"
    assert refusal(world.check_in, other).slug == "check-in-too-late"


def test_late_news_of_a_check_in_undoes_the_no_show(world, meeting):
    world.at(9, 40)
    assert world.now(meeting).status == "no_show"
    told = world.check_in(meeting, at=world.time(9, 10))
    assert (told.status, told.checked_in_at, told.released_at) == ("checked_in", world.time(9, 10), None)


def test_late_news_after_the_end_completes_the_meeting(world, meeting):
    world.at(11)
    told = world.check_in(meeting, at=world.time(9, 10))
    assert (told.status, told.ended_at) == ("completed", world.time(10))


def test_late_news_displaces_nobody(world, house, meeting):
    world.at(9, 20)
    later = world.book((9, 20), (9, 50), who=house.tomas)
    said = refusal(world.check_in, meeting, at=world.time(9, 10))
    assert said.slug == "room-already-booked"
    assert world.now(meeting).status == "no_show"
    assert world.now(later).status == "confirmed"


def test_late_news_is_not_stopped_by_what_was_released_since(world, house, meeting):
    """Nobody came to the later booking either, and no sweeper has been there."""
    world.at(9, 20)
    world.book((9, 20), (9, 50), who=house.tomas)
    world.at(9, 45)
    assert world.check_in(meeting, at=world.time(9, 10)).status == "checked_in"


def test_late_news_of_a_press_outside_the_window_is_refused(world, meeting):
    world.at(9, 40)
    assert refusal(world.check_in, meeting, at=world.time(9, 15, 1)).slug == "check-in-too-late"
    assert refusal(world.check_in, meeting, at=world.time(8, 44)).slug == "check-in-too-early"


def test_press_in_the_future_counts_as_now(world, meeting):
    world.at(9)
    ahead = world.clock.now() + timedelta(hours=3)
    assert world.check_in(meeting, at=ahead).checked_in_at == world.time(9)


def test_held_meeting_can_be_checked_in_to_until_its_end(world, house, meeting):
    world.write(rooms.set_panelled, house.story_corner.key, True)
    world.at(9, 59, 59)
    assert world.check_in(meeting).status == "checked_in"


def test_late_news_of_a_held_meeting_that_is_over_is_kept(world, house, meeting):
    world.write(rooms.set_panelled, house.story_corner.key, True)
    world.at(11)
    assert world.now(meeting).status == "completed"
    told = world.check_in(meeting, at=world.time(9, 5))
    assert (told.status, told.checked_in_at, told.ended_at) == ("completed", world.time(9, 5), world.time(10))


def test_attendees_counted_at_the_door_are_kept(world, meeting):
    world.at(9)
    told = world.write(
        service.check_in, meeting.id, by=None, via="panel", at=world.time(9), now=world.time(9), attendees=3
    )
    assert told.actual_attendees == 3


def test_meeting_that_was_ended_is_not_checked_in_to_afterwards(world, meeting):
    world.at(9, 5)
    world.end(meeting)
    assert refusal(world.check_in, meeting, at=world.time(9, 5)).slug == "booking-over"
    assert world.check_in(meeting, at=world.time(9, 4)).checked_in_at == world.time(9, 4)
