"""What a passer-by may do at the glass: on, off, or for who knows the room's PIN."""

import asyncio
import itertools
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import MetaData, text

from hub.accounts import audit
from hub.accounts.passwords import new_pin_hash
from hub.bookings import service as bookings
from hub.clock import unix
from hub.panel import commands, room_view, service
from hub.panel.glass import Proof
from hub.rooms import service as rooms
from hub.rooms.policy import Glass, GlassOverrides
from tests.hub.panel.conftest import look, take

PIN = "471193"
WRONG = "471194"
IDS = itertools.count()
FIELDS = {
    "book": "book",
    "check_in": "check_in",
    "extend": "extend",
    "end": "end",
    "report_issue": "report_issue",
}


@pytest.fixture
def pin(world, house):
    """Sets the Story Corner's PIN."""

    def change(digits=PIN):
        world.write(rooms.set_glass_pin, house.story_corner.id, asyncio.run(new_pin_hash(digits)))

    change()
    return change


@pytest.fixture
def rule(world):
    """Sets what may be done at the Story Corner's panels."""
    return lambda **rules: world.set_policy(glass=GlassOverrides(**rules))


@pytest.fixture
def meeting(world):
    """It is on, and checked in to."""
    found = world.book((8, 0), (9, 0))
    world.check_in(found)
    return found


def told(world):
    """The log of what was done at panels, the oldest first: action, subject, detail."""
    wanted = audit.AuditFilter(action="glass")
    return [(one.action, one.subject_id, one.detail) for one in world.read(audit.entries, wanted, 100)[::-1]]


def everything_stored(session):
    schema = MetaData()
    schema.reflect(session.connection())
    return repr([session.execute(table.select()).all() for table in schema.sorted_tables])


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("book", {"minutes": 15}),
        ("check_in", {}),
        ("extend", {"minutes": 15}),
        ("end", {}),
        ("report_issue", {}),
    ],
)
def test_each_action_can_be_off(world, rule, send, action, more):
    booking = world.book((9, 0), (10, 0))
    world.at(8, 50)
    rule(**{FIELDS[action]: "off"})
    about = booking if action in ("check_in", "extend", "end") else None
    ack = send(action, about, **more)
    assert (ack["problem"], ack["detail"]) == (
        "not-at-the-glass",
        "Do it in the web app.",
    )
    assert world.now(booking).status == "confirmed"
    rule(**{FIELDS[action]: None})
    assert send(action, about, **more).get("problem") not in ("not-at-the-glass", "pin-required")


def test_what_takes_a_pin_is_done_for_who_knows_it(world, rule, pin, send, meeting):
    rule(end="pin")
    assert send("end", meeting)["problem"] == "pin-required"
    assert send("end", meeting, pin=WRONG)["problem"] == "wrong-pin"
    assert world.now(meeting).ended_at is None
    assert send("end", meeting, pin=PIN)["ok"]
    assert world.now(meeting).ended_at == world.clock.now()


def test_pin_that_nobody_asked_for_is_not_looked_at(world, send, meeting):
    assert send("extend", meeting, minutes=15, pin=WRONG)["ok"]
    assert send("end", meeting, pin=WRONG)["ok"]


def test_answer_to_a_wrong_pin_is_final_for_its_id(rule, pin, send, meeting):
    """Else one command sent again and again would be a way around the count."""
    rule(end="pin")
    refused = send("end", meeting, id="same", pin=WRONG)
    assert send("end", meeting, id="same", pin=PIN) == refused


def test_five_wrong_pins_at_one_panel_close_it_for_ten_minutes(world, rule, pin, send, meeting):
    rule(end="pin")
    assert [send("end", meeting, pin=WRONG)["problem"] for _ in range(6)] == ["wrong-pin"] * 5 + [
        "too-many-attempts"
    ]
    assert send("end", meeting, pin=PIN)["problem"] == "too-many-attempts"
    assert send("end", meeting)["problem"] == "pin-required"
    world.clock.pass_time(minutes=10)
    assert send("end", meeting, pin=PIN)["ok"]


def test_twenty_wrong_pins_in_a_room_close_it_for_a_day_unless_it_gets_another(
    world, house, rule, pin, send, meeting
):
    rule(end="pin")
    panels = [
        world.write(
            service.register, name=None, room_id=house.story_corner.id, simulated=True, now=world.time(8)
        )[0]
        for _ in range(5)
    ]
    answers = Counter(
        send("end", meeting, panel=panel, pin=WRONG)["problem"] for panel in panels for _ in range(5)
    )
    assert answers == {"wrong-pin": 20, "too-many-attempts": 5}
    world.clock.pass_time(minutes=30)
    assert send("end", meeting, pin=PIN)["problem"] == "too-many-attempts"
    pin(WRONG)
    assert send("end", meeting, pin=WRONG)["ok"]


def test_of_pins_tried_at_once_none_past_the_limit_is_told_right_or_wrong(
    world, house, panel, rule, pin, meeting
):
    rule(end="pin")

    def command(number, digits):
        return {
            "id": f"at-once-{number}",
            "action": "end",
            "roomId": house.story_corner.id,
            "atUnix": unix(world.clock.now()),
            "bookingId": meeting.id,
            "pin": digits,
        }

    tried = [command(number, WRONG) for number in range(5)] + [command(9, PIN)]
    proofs = [look(world, panel, one) for one in tried]
    assert [proof.right for proof in proofs] == [False] * 5 + [True]
    answers = [take(world, panel, one, proof) for one, proof in zip(tried, proofs, strict=True)]
    assert [answer["problem"] for answer in answers] == ["wrong-pin"] * 5 + ["too-many-attempts"]
    assert world.now(meeting).ended_at is None


def test_pin_that_was_changed_while_it_was_checked_is_asked_for_again(
    world, house, panel, rule, pin, meeting
):
    rule(end="pin")
    command = {
        "id": "c",
        "action": "end",
        "roomId": house.story_corner.id,
        "atUnix": unix(world.clock.now()),
        "bookingId": meeting.id,
        "pin": PIN,
    }
    proof = look(world, panel, command)
    pin(WRONG)
    assert take(world, panel, command, proof)["problem"] == "pin-required"
    assert world.now(meeting).ended_at is None


def test_pin_is_neither_stored_nor_told(world, rule, pin, send, meeting):
    rule(end="pin", report_issue="off")
    acks = [
        send("end", meeting, pin=WRONG),
        send("report_issue", pin=WRONG),
        *[send("end", meeting, pin=digits) for digits in ("471195", PIN)],
    ]
    assert [ack["ok"] for ack in acks] == [False, False, False, True]
    kept = world.read(everything_stored) + repr(acks)
    assert [digits for digits in (PIN, WRONG, "471195") if digits in kept] == []


def test_every_press_is_told_with_its_panel_room_booking_and_result(
    world, house, panel, rule, pin, send, meeting
):
    rule(end="pin", book="off")
    room, at = house.story_corner.id, {"panelId": panel.id, "roomId": house.story_corner.id}
    send("extend", meeting, minutes=15)
    send("book", minutes=15)
    send("end", meeting, pin=WRONG)
    send("end", meeting, pin=PIN)
    rule(book="on")
    send("book", minutes=30)
    (walk_up,) = [
        one
        for one in world.read(bookings.bookings_on, world.room(), world.time(8).date(), world.clock.now())
        if one.id != meeting.id
    ]
    send("report_issue")
    send("book", minutes=15, roomId=house.sandbox.id)
    assert told(world) == [
        ("glass.extend", meeting.id, at | {"result": "done", "bookingId": meeting.id, "minutes": 15}),
        ("glass.book", room, at | {"result": "not-at-the-glass", "minutes": 15}),
        ("glass.end", room, at | {"result": "wrong-pin", "bookingId": meeting.id}),
        ("glass.end", meeting.id, at | {"result": "done", "bookingId": meeting.id, "byPin": True}),
        ("glass.book", walk_up.id, at | {"result": "done", "bookingId": walk_up.id, "minutes": 30}),
        ("glass.report-issue", room, at | {"result": "done"}),
        ("glass.book", room, at | {"result": "wrong-room", "minutes": 15}),
    ]


def test_press_that_comes_twice_is_told_once(world, send):
    for _ in range(2):
        send("book", id="same", minutes=15)
    assert len(told(world)) == 1


def test_panel_at_no_door_is_told_under_its_own_id(world, panel, send):
    world.write(service.move, panel.id, None, world.clock.now())
    send("book", minutes=15)
    assert told(world) == [
        ("glass.book", panel.id, {"panelId": panel.id, "roomId": None, "result": "wrong-room", "minutes": 15})
    ]


def test_too_many_attempts_do_not_fill_the_log(world, rule, pin, send, meeting):
    rule(end="pin")
    for _ in range(9):
        send("end", meeting, pin=WRONG)
    assert [detail["result"] for *_, detail in told(world)] == ["wrong-pin"] * 5


def test_log_of_presses_is_kept_for_ninety_days_and_what_people_did_for_ever(world, house, send):
    world.write(audit.record, house.ada, "room.change", house.story_corner.id, {}, world.clock.now())
    send("report_issue")
    world.clock.pass_time(days=89)
    send("report_issue")
    assert len(told(world)) == 2
    world.clock.pass_time(days=1)
    send("report_issue")
    assert len(told(world)) == 2
    people = world.read(audit.entries, audit.AuditFilter(action="room"), 100)
    assert [one.action for one in people] == ["room.change"]


def test_room_state_says_what_is_not_just_on(world, house, rule, pin):
    def said():
        return world.read(room_view.room_state, house.story_corner.id, world.clock.now())["policy"].get(
            "glass"
        )

    assert said() is None
    before = world.room().revision
    rule(end="pin", book="off")
    assert said() == {"book": "off", "end": "pin"}
    assert world.room().revision > before
    rule(book="on")
    assert said() == {"end": "pin"}


def test_pin_that_nobody_has_set_is_off():
    glass = Glass(end="pin", book="off")
    assert glass.in_force(pin_set=True) == {"end": "pin", "book": "off"}
    assert glass.in_force(pin_set=False) == {"end": "off", "book": "off"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_sequence_of_answers_tells_more_than_twenty_pins_a_day(
    world, house, panel, rule, pin, meeting, data
):
    """Whoever stands at the panel learns of a PIN only from `wrong-pin` and from what is done."""
    rule(report_issue="pin")
    world.at(8)
    world.write(lambda session: session.execute(text("DELETE FROM attempts")))
    pin_hash = world.read(rooms.glass_pin_hash, house.story_corner.key)
    waits = st.sampled_from([0, 0, 0, 60, 600, 3600, 86400])
    learnt, here, window, panel_window = 0, 0, world.clock.now(), world.clock.now()
    for right, wait_s in data.draw(st.lists(st.tuples(st.booleans(), waits), max_size=60)):
        world.clock.pass_time(seconds=wait_s)
        now = world.clock.now()
        if (now - window).total_seconds() >= 86400:
            learnt, window = 0, now
        if (now - panel_window).total_seconds() >= 600:
            here, panel_window = 0, now
        command = {
            "id": f"guess-{next(IDS)}",
            "action": "report_issue",
            "roomId": house.story_corner.id,
            "atUnix": unix(now),
            "pin": PIN if right else WRONG,
        }
        ack = world.write(commands.apply, panel.id, command, now, Proof(pin_hash, right))
        assert "4711" not in repr(ack)
        if ack.get("problem") == "wrong-pin":
            window, panel_window = (now if not learnt else window), (now if not here else panel_window)
            learnt, here = learnt + 1, here + 1
            assert learnt <= 20 and here <= 5
        elif here >= 5 or learnt >= 20:
            assert ack["problem"] == "too-many-attempts", "a right one past the limit looks as a wrong one"
        else:
            assert ack["ok"] == right
