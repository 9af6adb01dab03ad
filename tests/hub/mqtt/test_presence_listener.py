"""Who is there: hello and welcome, presence, contact."""

import json

import pytest

from hub.clock import unix
from hub.panel import service
from hub.rooms import service as rooms
from shared import topics
from tests.hub.mqtt.running_broker import wait_until


@pytest.fixture
def status(world):
    return lambda wall: world.read(service.panel, wall.id).status


def test_hub_is_online_before_the_first_panel_gets_in(hub, hang):
    said = hang(hub).hear(None, hello=False).next(topics.HUB_PRESENCE)
    assert said["status"] == "online"


def test_hub_that_stops_says_so(hub, hang):
    wall = hang(hub).hear(None, hello=False)
    wall.next(topics.HUB_PRESENCE)
    hub.stop()
    assert wall.next(topics.HUB_PRESENCE)["status"] == "offline"


def test_hello_is_answered_with_config_and_then_welcome(world, house, hub, hang):
    room = house.story_corner
    wall = hang(hub).hear(room.id, revision=1)
    config = wall.next_down("config")
    assert (config["roomId"], config["roomName"], config["webUrl"]) == (
        room.id,
        "Story Corner",
        "http://127.0.0.1:8000",
    )
    assert wall.next_down("welcome") == {
        "nowUnix": unix(world.clock.now()),
        "roomId": room.id,
        "revision": world.room().revision,
    }


def test_panel_that_shows_an_old_revision_is_sent_the_present_one_before_its_welcome(house, hub, hang):
    wall = hang(hub).hear(house.story_corner.id, hello=False)
    wall.state(house.story_corner.id)
    wall.hello(house.story_corner.id, revision=0)
    assert topics.room_state(house.story_corner.id) in wall.until_welcome()


def test_panel_that_is_up_to_date_is_sent_no_state(world, house, hub, hang):
    wall = hang(hub).hear(house.story_corner.id, hello=False)
    wall.hello(house.story_corner.id, revision=wall.state(house.story_corner.id)["revision"])
    assert topics.room_state(house.story_corner.id) not in wall.until_welcome()


def test_panel_without_a_room_is_told_so(hub, hang):
    wall = hang(hub, room=None).hear(None)
    assert wall.next_down("config")["roomId"] is None
    assert wall.next_down("welcome")["roomId"] is None


def test_heartbeat_goes_to_every_panel_that_said_hello(world, house, hub, hang):
    walls = [hang(hub).hear(house.story_corner.id) for _ in range(2)]
    for wall in walls:
        wall.next_down("welcome")
    world.clock.pass_time(minutes=5)
    hub.run(hub.switchboard._presence.welcome_all())
    assert {wall.next_down("welcome")["nowUnix"] for wall in walls} == {unix(world.clock.now())}


def test_panel_is_online_from_its_hello_and_offline_by_its_will(house, hub, hang, status):
    wall = hang(hub).hear(house.story_corner.id)
    wall.next_down("welcome")
    assert status(wall) == "online"
    wall.paho.client.socket().close()  # torn off: its will speaks
    wait_until(lambda: status(wall) == "offline")


def test_panel_that_says_goodbye_without_a_word_is_missed(house, hub, hang, status):
    wall = hang(hub).hear(house.story_corner.id)
    wall.next_down("welcome")
    wall.paho.client.disconnect()  # in order: no will is sent
    wait_until(lambda: status(wall) == "offline")


def test_contact_goes_on_with_the_hub_and_ends_with_it(world, house, hub, hang):
    wall = hang(hub).hear(house.story_corner.id)
    wall.next_down("welcome")
    began = unix(world.clock.now())
    world.clock.pass_time(seconds=60)
    hub.run(hub.switchboard._presence.keep_contact())
    world.clock.pass_time(seconds=5)
    hub.stop()
    contact = world.read(rooms.contact_of, house.story_corner.key, 0)
    assert contact == [[began, began + 65]]


@pytest.mark.parametrize(
    ("leaf", "payload"),
    [
        ("hello", {"bootId": "b1", "firmware": "0.1.0", "roomId": None, "revision": 0}),
        ("telemetry", {"frame": 3}),
        ("presence", {"status": "online", "bootId": "b1"}),
        ("presence", {"status": "sleeping", "bootId": "b1"}),
        ("command", {"id": "c1", "action": "check_in", "roomId": "r", "atUnix": 1, "bookingId": "b"}),
        ("request", {"kind": "rooms"}),
        ("screen", b"a strip"),
    ],
)
def test_panel_is_heard_by_whatever_it_says(world, house, hub, hang, leaf, payload):
    wall = hang(hub).hear(house.story_corner.id)
    wall.next_down("welcome")
    world.clock.pass_time(minutes=1)
    said_at = world.clock.now()
    wall.say(leaf, payload)
    world.clock.pass_time(minutes=1)
    wall.paho.client.disconnect()
    wait_until(lambda: wall.id not in hub.broker.connected())
    hub.run(hub.switchboard._presence.keep_contact())
    assert world.read(service.panel, wall.id).last_heard_at == said_at


def test_panel_that_only_keeps_its_connection_is_heard_too(world, house, hub, hang):
    wall = hang(hub).hear(house.story_corner.id)
    wall.next_down("welcome")
    world.clock.pass_time(minutes=20)
    hub.run(hub.switchboard._presence.keep_contact())
    assert world.read(service.panel, wall.id).last_heard_at == world.clock.now()


def test_last_will_is_no_word_of_the_panels(world, house, hub, hang, status):
    wall = hang(hub).hear(house.story_corner.id)
    wall.next_down("welcome")
    heard_at = world.clock.now()
    world.clock.pass_time(minutes=1)
    wall.paho.client.socket().close()
    wait_until(lambda: status(wall) == "offline")
    hub.run(hub.switchboard._presence.keep_contact())
    assert world.read(service.panel, wall.id).last_heard_at == heard_at


def test_telemetry_is_kept(world, house, hub, hang):
    wall = hang(hub).hear(house.story_corner.id)
    wall.say("telemetry", {"frame": 3, "screen": "idle", "heapFree": 88_000})
    found = world.read(service.panel, wall.id)
    assert (found.frame, found.screen, found.telemetry["heapFree"]) == (3, "idle", 88_000)


@pytest.mark.parametrize(
    ("leaf", "payload"),
    [
        ("hello", b"\xff"),
        ("hello", json.dumps({"bootId": "b", "firmware": "\ud800", "roomId": None, "revision": 0}).encode()),
        ("presence", b'{"status":"asleep","bootId":"b"}'),
        ("presence", b'{"status":"sleeping","bootId":"b1","untilUnix":-1}'),
        ("telemetry", b'{"frame":-1}'),
        ("telemetry", b'{"revision":"new"}'),
        ("telemetry", b'{"revision":1e9}'),
        ("telemetry", b'{"heapFree":' + b"9" * 400 + b"}"),
        ("telemetry", b'{"heapFree":NaN}'),
        ("telemetry", b'{"screen":"\\ud800"}'),
        ("telemetry", b'{"pile":[1,2,3]}'),
        ("telemetry", b'{"a":' * 400 + b"1" + b"}" * 400),
        ("telemetry", b'{"much":"' + b"x" * 3000 + b'"}'),
        ("request", b"rubbish"),
        ("screen", b"rubbish"),
    ],
)
def test_rubbish_is_dropped_and_changes_nothing(world, house, hub, hang, leaf, payload):
    wall = hang(hub).hear(house.story_corner.id)
    wall.next_down("welcome")
    before = world.read(service.panel, wall.id)
    wall.say(leaf, payload)
    assert world.read(service.panel, wall.id) == before
    wall.hello(None)
    assert wall.next_down("welcome")
