"""How a booking ends: early, later, not at all."""

import pytest

from hub.bookings import service
from tests.hub.bookings.refused import refusal


@pytest.fixture
def meeting(world):
    """Nadia's, in the Story Corner, from 9 to 10, checked in at 9."""
    made = world.book((9, 0), (10, 0))
    world.at(9)
    return world.check_in(made)


def test_end_frees_the_rest(world, meeting):
    world.at(9, 20)
    ended = world.end(meeting)
    assert (ended.status, ended.ended_at, ended.ends_at) == ("completed", world.time(9, 20), world.time(10))
    assert world.book((9, 20), (10, 0)).status == "confirmed"


def test_end_again_is_harmless(world, meeting):
    world.at(9, 20)
    first = world.end(meeting)
    world.at(9, 30)
    assert world.end(meeting) == first


def test_end_of_a_meeting_nobody_checked_in_to_is_the_end_all_the_same(world):
    made = world.book((9, 0), (10, 0))
    world.at(9, 10)
    assert world.end(made).status == "completed"


def test_end_before_the_start_is_refused_unless_somebody_is_there(world):
    made = world.book((9, 0), (10, 0))
    world.at(8, 50)
    assert refusal(world.end, made).slug == "booking-not-started"
    world.check_in(made)
    ended = world.end(made)
    assert (ended.status, ended.ended_at) == ("completed", world.time(9))
    assert world.book((8, 50), (9, 30)).status == "confirmed"


def test_late_news_of_an_end_counts_from_when_it_was_pressed(world, meeting):
    world.at(9, 50)
    assert world.end(meeting, at=world.time(9, 30)).ended_at == world.time(9, 30)
    other = world.book((11, 0), (12, 0))
    world.at(11)
    world.check_in(other)
    world.at(13)
    assert world.now(other).ended_at == world.time(12)
    assert world.end(other, at=world.time(11, 45)).ended_at == world.time(11, 45)
    assert world.end(other, at=world.time(9, 0)).ended_at == world.time(11)


@pytest.mark.parametrize("over", ["cancelled", "no_show"])
def test_what_was_not_held_is_not_ended(world, over):
    made = world.book((9, 0), (10, 0))
    if over == "cancelled":
        world.cancel(made)
    world.at(9, 30)
    assert world.now(made).status == over
    assert refusal(world.end, made).slug == "booking-over"


def test_extend_moves_the_end(world, meeting):
    longer = world.extend(meeting, 30)
    assert (longer.ends_at, longer.blocks_until) == (world.time(10, 30), world.time(10, 30))
    world.at(10, 29)
    assert world.now(meeting).status == "checked_in"
    assert refusal(world.book, (10, 15), (11, 0)).slug == "room-already-booked"


def test_extend_stops_at_the_next_booking(world, meeting):
    world.book((10, 20), (11, 0))
    said = refusal(world.extend, meeting, 30)
    assert (said.slug, said.status, said.extra) == ("cannot-extend", 409, {"maxMinutes": 20})
    assert world.extend(meeting, 20).ends_at == world.time(10, 20)


def test_extend_leaves_the_buffer(world, house):
    world.set_policy(house.sandbox, buffer_minutes=10)
    meeting = world.book((8, 0), (9, 0), room=house.sandbox)
    world.book((9, 30), (10, 0), room=house.sandbox)
    world.check_in(meeting)
    assert refusal(world.extend, meeting, 21).extra == {"maxMinutes": 20}


def test_extend_stops_at_the_longest_the_policy_allows(world, house):
    world.set_policy(house.sandbox, max_minutes=70)
    meeting = world.book((8, 0), (9, 0), room=house.sandbox)
    world.check_in(meeting)
    assert refusal(world.extend, meeting, 15).extra == {"maxMinutes": 10}


def test_only_a_checked_in_meeting_is_extended(world):
    made = world.book((9, 0), (10, 0))
    assert refusal(world.extend, made, 15).slug == "cannot-extend"


def test_cancel_gives_the_time_back_and_again_is_harmless(world):
    made = world.book((9, 0), (10, 0))
    gone = world.cancel(made)
    assert gone.status == "cancelled"
    assert world.cancel(made) == gone
    assert world.book((9, 0), (10, 0)).status == "confirmed"


def test_what_is_under_way_or_over_is_not_cancelled(world, meeting):
    assert refusal(world.cancel, meeting).slug == "booking-under-way"
    world.at(10)
    assert refusal(world.cancel, meeting).slug == "booking-over"


def test_meeting_checked_in_early_can_still_be_cancelled(world):
    made = world.book((9, 0), (10, 0))
    world.at(8, 50)
    world.check_in(made)
    assert world.cancel(made).status == "cancelled"


def test_only_its_own_people_and_managers_end_extend_and_cancel(world, house, meeting):
    for act in (world.end, world.cancel, lambda *args, **who: world.extend(meeting, 15, **who)):
        said = refusal(act, meeting, by=house.tomas)
        assert (said.slug, said.status) == ("not-your-booking", 403)
    assert world.extend(meeting, 15, by=house.nadia).ends_at == world.time(10, 15)
    assert world.end(meeting, by=house.lena).status == "completed"


def test_booking_that_does_not_exist_is_not_found(world):
    now = world.clock.now()
    said = refusal(world.write, service.cancel, "no-such-booking", by=None, now=now)
    assert (said.slug, said.status) == ("booking-not-found", 404)
