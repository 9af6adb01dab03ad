"""What time alone does to bookings: the same whether it was made permanent or is derived on reading."""

from datetime import timedelta

import pytest

from hub.bookings import service
from hub.errors import Conflict
from hub.events import RoomChanged
from hub.rooms import service as rooms

HOUR = timedelta(hours=1)


@pytest.fixture
def settle(world):
    """Makes permanent what time has done; gives the next deadline."""
    return lambda: world.write(service.settle_due, world.clock.now())


@pytest.fixture
def panelled(world, house):
    """The Story Corner has a panel, which is not connected."""
    world.write(rooms.set_panelled, house.story_corner.key, True)


def test_unchecked_meeting_is_a_no_show_a_second_after_its_window(world, settle):
    meeting = world.book((9, 0), (10, 0))
    world.at(9, 15)
    assert world.now(meeting).status == "confirmed"
    world.at(9, 15, 1)
    derived = world.now(meeting)
    assert (derived.status, derived.released_at) == ("no_show", world.time(9, 15, 1))
    settle()
    assert world.now(meeting) == derived


def test_sweeper_that_comes_late_changes_no_answer(world, settle):
    meeting = world.book((9, 0), (10, 0))
    world.at(13)
    derived = world.now(meeting)
    assert (derived.status, derived.released_at) == ("no_show", world.time(9, 15, 1))
    settle()
    assert world.now(meeting) == derived


def test_checked_in_meeting_is_completed_at_its_end(world, settle):
    meeting = world.book((9, 0), (10, 0))
    world.at(9)
    world.check_in(meeting)
    world.at(12)
    derived = world.now(meeting)
    assert (derived.status, derived.ended_at) == ("completed", world.time(10))
    settle()
    assert world.now(meeting) == derived


def test_unanswered_booking_is_cancelled_at_its_start(world, settle):
    world.set_policy(requires_approval=True)
    asked = world.book((9, 0), (10, 0))
    world.at(8, 59, 59)
    assert world.now(asked).status == "pending"
    world.at(9)
    derived = world.now(asked)
    assert derived.status == "cancelled"
    settle()
    assert world.now(asked) == derived


def test_short_meeting_unchecked_at_its_end_is_a_no_show(world, settle):
    meeting = world.book((9, 0), (9, 15))
    world.at(9, 14, 59)
    assert world.now(meeting).status == "confirmed"
    world.at(9, 15)
    assert world.now(meeting).status == "no_show"


def test_meeting_is_held_where_no_panel_had_contact_in_its_window(world, panelled, settle):
    meeting = world.book((9, 0), (10, 0))
    world.at(9, 30)
    derived = world.now(meeting)
    assert (derived.status, derived.check_in_by) == ("confirmed", None)
    before = world.room().revision
    settle()
    assert world.now(meeting) == derived
    assert world.room().revision == before + 1
    world.at(10)
    assert world.now(meeting).status == "completed"


@pytest.mark.parametrize(
    ("came", "went", "outcome"),
    [
        ((8, 0), (8, 44, 59), "confirmed"),
        ((8, 0), (8, 45), "no_show"),
        ((9, 15), (9, 20), "no_show"),
        ((9, 15, 1), (9, 20), "confirmed"),
        ((9, 3), (9, 3), "no_show"),
    ],
)
def test_a_moment_of_contact_in_the_window_is_enough_to_release(world, house, panelled, came, went, outcome):
    meeting = world.book((9, 0), (10, 0))
    world.at(*came)
    world.write(rooms.open_contact, "panel", house.story_corner.key, world.clock.now())
    while world.clock.now() < world.time(*went):
        world.clock.at = min(world.clock.now() + timedelta(seconds=60), world.time(*went))
        world.write(rooms.heartbeat_contacts, world.clock.now())
    world.write(rooms.close_contact, "panel", world.clock.now())
    world.at(9, 30)
    assert world.now(meeting).status == outcome


def test_contact_that_comes_back_does_not_take_back_a_hold(world, house, panelled, settle):
    meeting = world.book((9, 0), (10, 0))
    world.at(9, 16)
    settle()
    world.write(rooms.open_contact, "panel", house.story_corner.key, world.clock.now())
    world.at(9, 40)
    settle()
    assert world.now(meeting).status == "confirmed"


def test_room_without_panels_is_never_held(world):
    meeting = world.book((9, 0), (10, 0))
    world.at(9, 30)
    assert world.now(meeting).status == "no_show"


def test_settling_tells_the_next_deadline(world, settle):
    first = world.book((9, 0), (10, 0))
    world.book((11, 0), (12, 0))
    assert settle() == world.time(9, 15, 1)
    world.at(9)
    world.check_in(first)
    assert settle() == world.time(10)
    world.at(10)
    assert settle() == world.time(11, 15, 1)
    world.at(11, 30)
    assert settle() is None


def test_clock_set_back_does_not_undo_what_was_made_permanent(world, settle):
    meeting = world.book((9, 0), (10, 0))
    world.at(9, 30)
    settle()
    world.at(9)
    assert world.now(meeting).status == "no_show"


def test_each_change_raises_the_revision_once_and_only_changes_do(world, house, settle):
    """Counted as panels count: by the room's revision, and by what listeners are told."""

    def step(act, *, raises):
        before = world.room().revision
        world.told.clear()
        done = act()
        assert world.room().revision == before + (1 if raises else 0)
        assert [one for one in world.told if one.room_id == house.story_corner.id] == (
            [RoomChanged(house.story_corner.id, before + 1)] if raises else []
        )
        return done

    meeting = step(lambda: world.book((9, 0), (10, 0)), raises=True)
    step(lambda: world.now(meeting), raises=False)
    step(settle, raises=False)
    world.at(9)
    step(lambda: world.check_in(meeting), raises=True)
    step(lambda: world.check_in(meeting), raises=False)
    step(lambda: world.extend(meeting, 15), raises=True)
    step(lambda: world.end(meeting), raises=True)
    step(lambda: world.end(meeting), raises=False)
    other = step(lambda: world.book((11, 0), (12, 0)), raises=True)
    step(lambda: world.cancel(other), raises=True)
    step(lambda: world.cancel(other), raises=False)
    step(lambda: world.book((11, 0), (12, 0), room=house.sandbox), raises=False)
    step(lambda: world.book((11, 0), (12, 0)), raises=True)
    world.at(11, 20)
    # The no-show is settled and the new booking is made in one transaction: one change.
    step(lambda: world.book((11, 20), (12, 0)), raises=True)
    world.at(13)
    step(settle, raises=True)
    step(settle, raises=False)


def test_refused_booking_leaves_no_trace(world):
    world.book((9, 0), (10, 0))
    before = world.room().revision
    with pytest.raises(Conflict, match="Take another time"):
        world.book((9, 0), (10, 0))
    assert world.room().revision == before


def test_timeline_is_what_occupies_now_and_later(world, house):
    timeline = lambda: [  # noqa: E731  read twice below
        one.title
        for one in world.read(
            service.meetings, house.story_corner.key, world.clock.now(), world.clock.now() + 6 * HOUR
        )
    ]
    world.book((9, 0), (10, 0), title="unchecked")
    world.book((10, 0), (11, 0), title="to come")
    world.cancel(world.book((11, 0), (12, 0), title="cancelled"))
    world.book((15, 0), (16, 0), title="too far")
    assert timeline() == ["unchecked", "to come"]
    world.at(9, 20)
    assert timeline() == ["to come", "too far"]
