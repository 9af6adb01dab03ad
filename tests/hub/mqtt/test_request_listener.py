"""Which rooms nearby are free: names and times, to a panel that asks, and not too often."""

from hub.clock import unix
from hub.mqtt.request_listener import BETWEEN
from hub.panel import scripts

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


STRIP = {"id": "s1", "kind": "strip", "style": 1, "text": "会議"}


def test_panel_gets_words_of_another_script_as_a_picture(hub, hang, monkeypatch):
    monkeypatch.setattr(scripts, "picture", lambda style, text: (8, 2, bytes((style, len(text)))))
    wall = hang(hub, room=None).hear(None)
    wall.say("request", STRIP)
    assert wall.next_down("reply") == {"id": "s1", "kind": "strip", "width": 8, "height": 2, "dots": "AQI="}


def test_hub_without_the_font_says_so_at_once(hub, hang, monkeypatch, caplog):
    def no_font(*_):
        raise scripts.Unwritable("Hebrew")

    monkeypatch.setattr(scripts, "picture", no_font)
    wall = hang(hub, room=None).hear(None)
    for number in range(2):
        wall.say("request", STRIP | {"id": f"s{number}"})
        assert wall.next_down("reply") == {
            "id": f"s{number}",
            "kind": "strip",
            "width": 0,
            "height": 0,
            "dots": "",
        }
    assert [r.getMessage() for r in caplog.records if "no font" in r.getMessage()] == [
        "panels show boxes: no font for Hebrew (docs/operating.md, Fonts)"
    ]


def test_words_that_no_panel_asks_for_are_not_drawn(hub, hang):
    wall = hang(hub, room=None).hear(None)
    for change in (
        {"style": 3},
        {"style": -1},
        {"text": ""},
        {"text": "会" * 41},
        {"text": 5},
        {"style": True},
    ):
        wall.say("request", STRIP | change)
    wall.say("request", ASK | {"id": "good"})
    assert wall.next_down("reply")["id"] == "good"
