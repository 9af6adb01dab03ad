"""Commands over MQTT: acted on once, answered always, whatever comes."""

import json
import logging

import pytest

from hub.accounts.passwords import new_pin_hash
from hub.bookings import service as bookings
from hub.rooms import service as rooms
from hub.rooms.policy import GlassOverrides
from shared import topics


@pytest.fixture
def wall(house, hub, hang):
    found = hang(hub).hear(house.story_corner.id)
    found.next_down("welcome")
    return found


def walk_ups(world, room):
    return world.read(bookings.bookings_on, room, world.time(8).date(), world.clock.now())


def test_command_is_answered_and_the_new_state_follows(world, house, wall):
    wall.command("c1", "book", house.story_corner.id, minutes=15)
    assert wall.next_down("ack") == {"id": "c1", "ok": True, "revision": 2}
    assert wall.state(house.story_corner.id)["revision"] == 2


def test_command_delivered_twice_is_acted_on_once_and_answered_twice(world, house, wall):
    wall.command("c1", "book", house.story_corner.id, minutes=15)
    wall.command("c1", "book", house.story_corner.id, minutes=15)
    assert wall.next_down("ack") == wall.next_down("ack")
    assert len(walk_ups(world, house.story_corner)) == 1


def test_command_delivered_again_to_the_next_hub_changes_nothing(world, house, open_hub, hang, connect):
    first = open_hub()
    wall = hang(first).hear(house.story_corner.id)
    wall.command("c1", "book", house.story_corner.id, minutes=15)
    ack = wall.next_down("ack")
    first.stop()
    again = connect(open_hub(), wall.id, wall.secret).hear(house.story_corner.id)
    again.command("c1", "book", house.story_corner.id, minutes=15)
    assert again.next_down("ack") == ack
    assert len(walk_ups(world, house.story_corner)) == 1


def test_refusal_has_its_slug(world, house, wall):
    wall.command("c1", "book", house.story_corner.id, minutes=17)
    ack = wall.next_down("ack")
    assert (ack["ok"], ack["problem"]) == (False, "not-a-quick-book-length")


@pytest.fixture
def pin(world, house, wall):
    """To report an issue at the Story Corner takes this PIN."""
    room = house.story_corner.id
    world.write(rooms.set_glass_pin, room, world.run(new_pin_hash("90210733")))
    world.set_policy(glass=GlassOverrides(report_issue="pin"))
    return "90210733"


def test_pin_opens_what_the_room_asks_it_for_and_is_logged_nowhere(house, wall, pin, caplog):
    caplog.set_level(logging.DEBUG)
    room = house.story_corner.id
    wall.command("c1", "report_issue", room)
    wall.command("c2", "report_issue", room, pin="90210734")
    wall.command("c3", "report_issue", room, pin=pin)
    wall.command("c4", "report_issue", room, pin=pin + "0")
    acks = [wall.next_down("ack") for _ in range(4)]
    assert [ack.get("problem") for ack in acks] == ["pin-required", "wrong-pin", None, "invalid-request"]
    assert "9021073" not in caplog.text + repr(acks)


def test_panel_that_tries_pins_without_end_keeps_no_other_waiting(house, hub, hang, wall, pin):
    room = house.story_corner.id
    other = hang(hub).hear(room)
    other.next_down("welcome")
    guess = {"action": "report_issue", "roomId": room, "atUnix": 0, "pin": "00000000"}
    for number in range(60):
        payload = json.dumps(guess | {"id": f"guess-{number}"})
        wall.paho.client.publish(topics.panel_up(wall.id, "command"), payload, 1)
    other.command("c1", "book", room, minutes=15)
    assert other.next_down("ack")["ok"]
    assert wall.paho.messages.qsize() < 60, "the other was not served in between"
    problems = [wall.next_down("ack")["problem"] for _ in range(60)]
    assert problems == ["wrong-pin"] * 5 + ["too-many-attempts"] * 55


def test_panel_with_a_command_for_another_room_is_refused(world, house, wall):
    wall.command("c1", "book", house.sandbox.id, minutes=15)
    assert wall.next_down("ack")["problem"] == "wrong-room"
    assert walk_ups(world, house.sandbox) == []


@pytest.mark.parametrize(
    "payload",
    [
        b'{"id":"c1","action":"explode","roomId":"r","atUnix":0}',
        b'{"id":"c1","action":"book"}',
        b'{"id":"c1","action":"report_issue","roomId":"r","atUnix":0,"text":"\\ud800"}',
        b'{"id":"c1","action":"book","roomId":"r","atUnix":1e999,"minutes":15}',
    ],
)
def test_what_is_no_command_but_has_an_id_is_turned_down(wall, payload):
    wall.say("command", payload)
    ack = wall.next_down("ack")
    assert (ack["id"], ack["ok"], ack["problem"]) == ("c1", False, "invalid-request")


@pytest.mark.parametrize(
    "payload", [b"", b"\xff\x00", b"[" * 4000, b"{}", b'{"id":"a/b"}', b'{"id":"c1"}' + b" " * 5000]
)
def test_rubbish_is_dropped_and_the_panel_stays(house, wall, payload):
    wall.say("command", payload)
    wall.command("c2", "book", house.story_corner.id, minutes=15)
    assert wall.next_down("ack")["id"] == "c2"
