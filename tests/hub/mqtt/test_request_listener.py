"""Which rooms nearby are free: names and times, to a panel that asks, and not too often."""

from hub.clock import unix
from hub.mqtt.request_listener import BETWEEN

ASK = {"id": "q1", "kind": "free_rooms"}


def named(reply):
    return [room["name"] for room in reply["rooms"]]


def test_panel_hears_which_rooms_are_free_and_until_when_and_no_more(world, house, hub, hang):
    world.book((12, 0), (13, 0), room=house.sandbox, title="Secret plans")
    world.at(10)
    wall = hang(hub).hear(house.story_corner.id, revision=1)
    wall.say("request", ASK)
    reply = wall.next_down("reply")
    assert reply == {
        "id": "q1",
        "kind": "free_rooms",
        "rooms": [
            {"name": "Sandbox", "floor": "2", "capacity": 6, "untilUnix": unix(world.time(12))},
            {"name": "The Carpet", "floor": "2", "capacity": 12, "untilUnix": unix(world.time(22))},
        ],
    }


def test_rooms_that_are_taken_or_closed_are_not_offered(world, house, hub, hang):
    world.at(10)
    world.book((10, 10), (11, 0), room=house.sandbox)
    wall = hang(hub).hear(house.story_corner.id, revision=1)
    wall.say("request", ASK)
    assert named(wall.next_down("reply")) == ["The Carpet"]


def test_panel_that_asks_too_often_is_answered_once(world, house, hub, hang):
    world.at(10)
    wall = hang(hub).hear(house.story_corner.id, revision=1)
    for number in range(5):
        wall.say("request", ASK | {"id": f"q{number}"})
    assert wall.next_down("reply")["id"] == "q0"
    world.clock.at += BETWEEN
    wall.say("request", ASK | {"id": "later"})
    assert wall.next_down("reply")["id"] == "later"


def test_panel_without_a_room_hears_of_none(hub, hang):
    wall = hang(hub, room=None).hear(None)
    wall.say("request", ASK)
    assert wall.next_down("reply")["rooms"] == []


def test_what_is_no_question_is_not_answered(world, house, hub, hang):
    wall = hang(hub).hear(house.story_corner.id, revision=1)
    for payload in (b"", b"\xff", b'{"id":"q1","kind":"secrets"}', b'{"kind":"free_rooms"}'):
        wall.say("request", payload)
    wall.say("request", ASK | {"id": "good"})
    assert wall.next_down("reply")["id"] == "good"
