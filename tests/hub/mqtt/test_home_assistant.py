"""Home Assistant's end, played by Paho at a real mosquitto: what it is told of rooms, and that it stays true.

DOCUMENTED is transcribed from the manual of Home Assistant's MQTT integration, not from the hub. No Home Assistant was
asked: it needs a newer Python than the hub does.
"""

from __future__ import annotations

import asyncio
import json
import queue
import re
import subprocess
import threading
import time

import paho.mqtt.client as paho
import pytest

from hub.bookings import service as bookings
from hub.db.database import Database
from hub.db.leadership import OnlyHub
from hub.mqtt.broker_address import broker_address
from hub.mqtt.home_assistant_link import HomeAssistantLink
from hub.panel import service as panels
from hub.rooms import service as rooms
from tests.flows.conftest import runs
from tests.mosquitto import HUB, HUB_PASSWORD, Mosquitto

COMMON = {"platform", "name", "unique_id", "value_template", "device_class", "icon", "entity_category"}
DOCUMENTED = {
    "root": {"device", "origin", "components", "availability_topic", "state_topic", "qos", "encoding"},
    "device": {
        "identifiers", "connections", "name", "manufacturer", "model", "model_id", "serial_number", "sw_version",
        "hw_version", "suggested_area", "configuration_url", "via_device",
    },
    "binary_sensor": COMMON | {"payload_on", "payload_off", "off_delay", "expire_after"},
    "sensor": COMMON | {"unit_of_measurement", "state_class", "options", "suggested_display_precision", "expire_after"},
}  # fmt: skip
UNITS = {
    "battery": {"%"},
    "signal_strength": {"dB", "dBm"},
    "timestamp": {None},
    "enum": {None},
    None: {None},
}
BINARY_CLASSES = {"occupancy", "presence", "connectivity", "problem"}


class HomeAssistant:
    """Keeps what it was told, as the values that its templates would pick."""

    def __init__(self, port):
        self.told, self._news = {}, queue.Queue()
        self.paho = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self.paho.username_pw_set(HUB, HUB_PASSWORD)
        self.paho.on_message = self._hear
        self.paho.on_connect = lambda client, *_: client.subscribe(
            [("homeassistant/#", 1), ("circletime/home-assistant/#", 1)]
        )
        self.paho.connect("127.0.0.1", port)
        self.paho.loop_start()

    def _hear(self, _client, _data, message):
        if message.payload:
            self.told[message.topic] = message.payload
        else:
            self.told.pop(message.topic, None)
        self._news.put(message.topic)

    def wait(self, until, patience_s=15):
        deadline = time.monotonic() + patience_s
        while not (found := until()):
            try:
                self._news.get(timeout=max(deadline - time.monotonic(), 0.01))
            except queue.Empty:
                raise AssertionError(f"after {patience_s} s there is {self.told}") from None
        return found

    def device(self, room):
        found = self.told.get(f"homeassistant/device/circletime_{room.id}/config")
        return found and json.loads(found)

    def values(self, room):
        """By entity, as its template reads them; {} for a device that is not there."""
        device = self.device(room)
        document = json.loads(self.told.get(device["state_topic"], b"{}")) if device else {}
        picks = {
            name: re.fullmatch(r"\{\{ value_json\.(\w+) \}\}", one["value_template"])[1]
            for name, one in (device or {"components": {}})["components"].items()
        }
        return {name: document.get(pick) for name, pick in picks.items()}

    @property
    def available(self):
        return self.told.get("circletime/home-assistant/hub")

    def close(self):
        self.paho.loop_stop()
        self.paho.disconnect()


class RunningLink:
    """On a loop of its own thread, with a database of its own."""

    def __init__(self, world, url):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.database = self.run(self._opened(world.url))
        address = broker_address(url)
        link = HomeAssistantLink(address, self.database, world.clock, OnlyHub(), "https://rooms.example.org")
        self._task = self.run(self._begun(link))

    async def _opened(self, url):
        return Database(url)

    async def _begun(self, link):
        return asyncio.create_task(link.run())

    async def _ended(self):
        self._task.cancel()
        await asyncio.wait([self._task])
        await self.database.close()

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    def write(self, work, *args, **kwargs):
        return self.run(self.database.write(lambda session: work(session, *args, **kwargs)))

    def close(self):
        """Again is harmless."""
        if self._loop.is_closed() or not self._loop.is_running():
            return
        self.run(self._ended())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


@pytest.fixture(scope="module")
def mosquitto():
    """As the site's own would be: who has logged in may publish what they like."""
    with runs(Mosquitto) as server:
        asks = ["mosquitto_ctrl", "-p", str(server.port), "-u", HUB, "-P", HUB_PASSWORD, "dynsec"]
        subprocess.run(
            [*asks, "addRoleACL", "admin", "publishClientSend", "#", "allow"], check=True, capture_output=True
        )
        yield server


@pytest.fixture
def assistant(mosquitto):
    found = HomeAssistant(mosquitto.port)
    yield found
    for topic in list(found.told):
        found.paho.publish(topic, b"", qos=1, retain=True).wait_for_publish(5)
    found.close()


@pytest.fixture
def open_link(world, mosquitto):
    opened = []

    def open_one():
        opened.append(RunningLink(world, mosquitto.url))
        return opened[-1]

    yield open_one
    for link in opened:
        link.close()


@pytest.fixture
def link(open_link):
    return open_link()


def test_each_room_is_a_device_as_the_manual_wants_it(house, assistant, link):
    assistant.wait(lambda: assistant.available == b"online")
    assert len([topic for topic in assistant.told if topic.endswith("/config")]) == 3
    device = assistant.device(house.story_corner)
    assert device.keys() <= DOCUMENTED["root"]
    assert device["device"].keys() <= DOCUMENTED["device"]
    assert device["device"]["name"] == "Story Corner"
    assert device["device"]["configuration_url"] == f"https://rooms.example.org/rooms/{house.story_corner.id}"
    assert device["origin"]["name"]
    assert {"occupancy", "next", "battery", "signal"} <= device["components"].keys()
    for entity in device["components"].values():
        assert entity.keys() <= DOCUMENTED[entity["platform"]]
        assert {"unique_id", "value_template"} <= entity.keys()
        if entity["platform"] == "sensor":
            assert entity.get("unit_of_measurement") in UNITS[entity.get("device_class")]
            assert ("options" in entity) == (entity.get("device_class") == "enum")
        else:
            assert entity["device_class"] in BINARY_CLASSES
    ids = [one["unique_id"] for one in device["components"].values()]
    assert len(ids) == len(set(ids))


def test_what_happens_in_a_room_is_told_at_once(world, house, assistant, link):
    room = house.story_corner
    assistant.wait(lambda: assistant.values(room).get("occupancy") == "OFF")
    wish = bookings.NewBooking(
        room_id=room.id, title="Roadmap", starts_at=world.time(9), ends_at=world.time(10), private=False
    )
    link.write(bookings.book_room, house.nadia, wish, world.clock.now(), "web")
    assistant.wait(lambda: assistant.values(room)["next"] == "Roadmap")
    assert assistant.values(room)["next_start"] == "2026-11-23T09:00:00+00:00"
    world.at(9)
    link.write(rooms.change_room, room.id, rooms.RoomChanges(capacity=7), world.clock.now())
    assistant.wait(lambda: assistant.values(room)["occupancy"] == "ON")
    assert (assistant.values(room)["meeting"], assistant.values(room)["status"]) == ("Roadmap", "occupied")
    assert assistant.values(room)["until"] == "2026-11-23T10:00:00+00:00"


def test_a_private_title_is_told_nobody(world, house, assistant, open_link):
    world.book((9, 0), (10, 0), title="Dismissals", private=True)
    open_link()
    assistant.wait(lambda: assistant.values(house.story_corner).get("next_start"))
    assert assistant.values(house.story_corner)["next"] is None
    assert not any(b"Dismissals" in payload for payload in assistant.told.values())


def test_the_weakest_panel_of_a_room_counts(world, house, assistant, open_link):
    for percent, dbm in ((80, -50), (12, -71)):
        made, _ = world.write(
            panels.register, name=None, room_id=house.story_corner.id, simulated=True, now=world.clock.now()
        )
        world.write(
            panels.note_telemetry, made.id, {"batteryPercent": percent, "signalDbm": dbm}, world.clock.now()
        )
    open_link()
    assistant.wait(lambda: assistant.values(house.story_corner).get("battery") == 12)
    assert assistant.values(house.story_corner)["signal"] == -71
    assert assistant.values(house.sandbox)["battery"] is None


def test_a_room_that_is_gone_takes_its_device_with_it(world, house, assistant, link, open_link):
    assistant.wait(lambda: assistant.available == b"online")
    link.write(rooms.remove_room, house.sandbox.id, world.clock.now())
    assistant.wait(lambda: not assistant.device(house.sandbox))
    link.close()
    assistant.wait(lambda: assistant.available == b"offline")
    world.write(rooms.remove_room, house.story_corner.id, world.clock.now())
    open_link()
    assistant.wait(lambda: not assistant.device(house.story_corner))


def test_who_starts_anew_is_told_all_again(house, assistant, link):
    assistant.wait(lambda: assistant.available == b"online")
    assistant.told.clear()
    assistant.paho.publish("homeassistant/status", b"online", qos=1)
    assistant.wait(lambda: assistant.values(house.sandbox).get("status") == "available")


def test_a_broker_that_died_is_told_all_again(house, assistant, mosquitto, link):
    assistant.wait(lambda: assistant.available == b"online")
    mosquitto.kill()
    mosquitto.forget()
    assistant.told.clear()
    mosquitto.start()
    assistant.wait(lambda: assistant.values(house.sandbox).get("status") == "available", patience_s=30)
