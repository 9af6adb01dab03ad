"""What a key press does, and that it does it once."""

import pytest

from hub.bookings import service as bookings
from hub.errors import NotFound
from hub.panel import issues, service
from hub.panel.issues import IssueFilter


def test_check_in_at_the_panel_is_recorded(world, send):
    meeting = world.book((9, 0), (10, 0))
    world.at(9, 1)
    ack = send("check_in", meeting, attendees=3)
    assert ack == {"id": "c1", "ok": True, "revision": world.room().revision}
    found = world.now(meeting)
    assert (found.status, found.checked_in_at, found.actual_attendees) == (
        "checked_in",
        world.time(9, 1),
        3,
    )


def test_count_may_follow_the_check_in_and_the_latest_stands(world, send):
    meeting = world.book((9, 0), (10, 0))
    world.at(9, 1)
    assert send("check_in", meeting, id="came")["ok"]
    assert world.now(meeting).actual_attendees is None
    for number, count in enumerate((4, 5)):
        assert send("check_in", meeting, id=f"counted{number}", attendees=count)["ok"]
    found = world.now(meeting)
    assert (found.actual_attendees, found.attendance_source) == (5, "panel")
    assert found.checked_in_at == world.time(9, 1)
    before = world.room().revision
    assert send("check_in", meeting, id="same", attendees=5)["revision"] == before, "nothing new"


def test_command_that_comes_twice_gets_the_same_answer_and_acts_once(world, send):
    first = send("book", id="same", minutes=15)
    world.clock.pass_time(minutes=20)
    assert send("book", id="same", minutes=15) == first
    assert first["ok"]
    assert len(world.read(bookings.bookings_on, world.room(), world.time(8).date(), world.clock.now())) == 1


def test_first_of_two_commands_with_one_id_counts(world, send):
    meeting = world.book((9, 0), (10, 0))
    world.at(9)
    first = send("check_in", meeting, id="same")
    assert send("end", meeting, id="same") == first
    assert world.now(meeting).status == "checked_in"


def test_refusal_is_final_for_its_id_and_has_the_slug_that_rest_has(world, send):
    meeting = world.book((8, 30), (9, 0))
    refused = send("book", id="same", minutes=60)
    assert (refused["ok"], refused["problem"]) == (False, "room-already-booked")
    world.cancel(meeting)
    assert send("book", id="same", minutes=60) == refused


def test_refused_command_leaves_nothing_behind(world, send):
    world.book((8, 0), (8, 20))
    world.book((9, 0), (10, 0))
    world.at(8, 30)
    revision = world.room().revision
    assert send("book", minutes=60)["problem"] == "room-already-booked"
    assert world.room().revision == revision  # not even the room's settling


def test_panel_speaks_only_for_its_own_room(world, house, send):
    assert send("book", minutes=15, roomId=house.sandbox.id)["problem"] == "wrong-room"


def test_panel_that_was_moved_does_not_speak_for_the_room_it_left(world, house, panel, send):
    world.write(service.move, panel.id, house.sandbox.id, world.clock.now())
    assert send("book", minutes=15)["problem"] == "wrong-room"
    world.write(service.move, panel.id, None, world.clock.now())
    assert send("book", minutes=15)["problem"] == "wrong-room"


def test_booking_of_another_room_is_not_found(world, house, send):
    elsewhere = world.book((9, 0), (10, 0), room=house.sandbox)
    world.at(9)
    assert send("check_in", elsewhere)["problem"] == "booking-not-found"
    assert world.now(elsewhere).status == "confirmed"


def test_revoked_panel_gets_no_answer(world, panel, send):
    world.write(service.revoke, panel.id, world.clock.now())
    with pytest.raises(NotFound):
        send("book", minutes=15)


def test_check_in_that_waited_in_a_panel_counts_from_when_the_key_was_pressed(world, send):
    meeting = world.book((9, 0), (10, 0))
    world.at(9, 30)
    assert world.now(meeting).status == "no_show"
    assert send("check_in", meeting, at=world.time(9, 10))["ok"]
    found = world.now(meeting)
    assert (found.status, found.checked_in_at) == ("checked_in", world.time(9, 10))


def test_check_in_that_waited_displaces_nobody(world, send):
    meeting = world.book((9, 0), (10, 0))
    world.at(9, 30)
    later = world.book((9, 30), (10, 0), title="Design")
    assert send("check_in", meeting, at=world.time(9, 10))["problem"] == "room-already-booked"
    assert (world.now(meeting).status, world.now(later).status) == ("no_show", "confirmed")


@pytest.mark.parametrize(
    ("why", "hours", "more"),
    [("the clock was not trusted", 0, {"clockTrusted": False}), ("it is 12 hours old", 12, {})],
)
def test_check_in_is_judged_by_now_where_its_time_means_nothing(world, send, why, hours, more):
    meeting = world.book((9, 0), (10, 0))
    world.at(9, 30)
    world.clock.pass_time(hours=hours)
    assert send("check_in", meeting, at=world.time(9, 10), **more)["problem"] == "check-in-too-late", why


def test_just_under_12_hours_still_count(world, send):
    meeting = world.book((9, 0), (10, 0))
    world.at(21, 9, 59)
    assert send("check_in", meeting, at=world.time(9, 10))["ok"]
    assert world.now(meeting).checked_in_at == world.time(9, 10)


def test_key_pressed_in_the_future_was_pressed_now(world, send):
    meeting = world.book((9, 0), (10, 0))
    assert send("check_in", meeting, at=world.time(9, 5))["problem"] == "check-in-too-early"


def test_end_that_waited_ends_the_meeting_when_the_key_was_pressed(world, send):
    meeting = world.book((9, 0), (10, 0))
    world.at(9)
    world.check_in(meeting)
    world.at(9, 50)
    assert send("end", meeting, at=world.time(9, 20))["ok"]
    assert world.now(meeting).ended_at == world.time(9, 20)


def test_unchecked_meeting_ended_at_the_panel_gives_the_room_back(world, send):
    """The key says "not us": whose meeting it is did not come, and somebody wants the room."""
    meeting = world.book((9, 0), (10, 0))
    world.at(9, 5)
    assert send("end", meeting)["ok"]
    assert world.now(meeting).blocks_until == world.time(9, 5)
    assert send("book", minutes=15)["ok"]


def test_extension_goes_as_far_as_the_next_booking(world, send):
    meeting = world.book((9, 0), (10, 0))
    world.book((10, 15), (11, 0), title="Design")
    world.at(9)
    world.check_in(meeting)
    assert send("extend", meeting, minutes=30)["problem"] == "cannot-extend"
    assert send("extend", meeting, minutes=15)["ok"]
    assert world.now(meeting).ends_at == world.time(10, 15)


@pytest.mark.parametrize("action", ["book", "extend"])
def test_grant_asked_for_long_ago_is_refused(world, send, action):
    meeting = world.book((8, 0), (9, 0))
    world.check_in(meeting)
    world.at(8, 2, 1)
    assert send(action, meeting, minutes=15, at=world.time(8))["problem"] == "command-too-late"


def test_report_is_stored_with_its_room(world, house, send):
    assert send("report_issue", category="equipment", text="The screen flickers")["ok"]
    (report,) = world.read(issues.issues, IssueFilter(), 10)
    assert (report.room.id, report.category, report.text, report.status, report.reported_at) == (
        house.story_corner.id,
        "equipment",
        "The screen flickers",
        "open",
        world.clock.now(),
    )
