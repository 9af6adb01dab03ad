"""What is on the glass, asked of the panel; keys pressed from afar."""

import asyncio

import pytest

from hub.errors import Unavailable
from hub.mqtt import remote_panels
from hub.mqtt.remote_panels import RemotePanels
from shared.panel_screen import HEIGHT_PX, ROW_BYTES, STRIP_ROWS, strip_header
from tests.hub.mqtt.recording_broker import RecordingBroker


def strip(frame, first_row, fill):
    return strip_header(frame, first_row) + bytes([fill]) * (STRIP_ROWS * ROW_BYTES)


ROWS = range(0, HEIGHT_PX, STRIP_ROWS)


class Answering(RecordingBroker):
    """Its panel `p1` answers each request for the glass with these strips."""

    def __init__(self):
        super().__init__()
        self.here = {"p1"}
        self.strips = []

    async def publish(self, topic, payload, *, retain=False, qos=1):
        await super().publish(topic, payload, retain=retain, qos=qos)
        for one in self.strips:
            self.panels.take_strip("p1", one)


@pytest.fixture
def broker():
    found = Answering()
    found.panels = RemotePanels(found)
    return found


@pytest.fixture
def screen(broker):
    return lambda: asyncio.run(broker.panels.screen("p1"))


def test_strips_become_a_picture_in_whatever_order(broker, screen):
    broker.strips = [strip(1, row, row // STRIP_ROWS) for row in reversed(ROWS)]
    assert screen() == b"".join(bytes([n]) * (STRIP_ROWS * ROW_BYTES) for n in range(12))


def test_picture_that_changes_meanwhile_is_never_mixed(broker, screen):
    broker.strips = [strip(1, row, 1) for row in ROWS[:6]] + [strip(2, row, 2) for row in ROWS]
    assert set(screen()) == {2}


def test_picture_is_asked_for_again_only_when_the_panel_shows_another(broker, screen):
    broker.panels.note_frame("p1", 65536 + 1)
    broker.strips = [strip(1, row, 1) for row in ROWS]
    assert screen() == screen()
    assert len(broker.published) == 1
    broker.panels.note_frame("p1", 2)
    broker.strips = [strip(2, row, 2) for row in ROWS]
    assert set(screen()) == {2}


def test_panel_that_started_anew_is_asked_again(broker, screen):
    broker.panels.note_frame("p1", 1)
    broker.strips = [strip(1, row, 1) for row in ROWS]
    screen()
    asyncio.run(broker.panels.greet("p1"))
    broker.strips = [strip(1, row, 3) for row in ROWS]
    assert set(screen()) == {3}


def test_panel_that_connects_again_meanwhile_is_asked_again_and_its_pictures_never_mixed(broker):
    """Nine strips of one start, three of the next with the same frame number: that is no picture."""

    async def look():
        broker.strips = [strip(1, row, 1) for row in ROWS[:9]]
        looking = asyncio.create_task(broker.panels.screen("p1"))
        while not broker.published:
            await asyncio.sleep(0)
        broker.strips = [strip(1, row, 2) for row in reversed(ROWS)]
        await broker.panels.greet("p1")
        return await looking

    assert set(asyncio.run(look())) == {2}
    assert len(broker.published) == 2


def test_many_who_look_ask_once(broker):
    async def look():
        asked = [asyncio.create_task(broker.panels.screen("p1")) for _ in range(5)]
        while not broker.published:
            await asyncio.sleep(0)
        for row in ROWS:
            broker.panels.take_strip("p1", strip(1, row, 1))
        return await asyncio.gather(*asked)

    assert len(set(asyncio.run(look()))) == 1
    assert len(broker.published) == 1


def test_one_who_turns_away_does_not_spoil_it_for_the_others(broker):
    async def look():
        first, second = (asyncio.create_task(broker.panels.screen("p1")) for _ in range(2))
        while not broker.published:
            await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        for row in ROWS:
            broker.panels.take_strip("p1", strip(1, row, 1))
        return await second

    assert set(asyncio.run(look())) == {1}


def test_silent_panel_is_given_up(broker, screen, monkeypatch):
    monkeypatch.setattr(remote_panels, "PATIENCE_S", 0.05)
    broker.strips = [strip(1, row, 1) for row in ROWS[:11]]
    with pytest.raises(Unavailable) as refusal:
        screen()
    assert refusal.value.slug == "panel-silent"
    broker.strips = [strip(1, row, 1) for row in ROWS]
    assert set(screen()) == {1}


@pytest.mark.parametrize("payload", [b"", strip(1, 0, 1)[:-1], strip(1, 0, 1) + b"x", b"\xff" * 4008])
def test_what_is_no_strip_is_dropped(broker, screen, payload):
    broker.strips = [payload] + [strip(1, row, 1) for row in ROWS]
    assert set(screen()) == {1}


def test_panel_that_is_not_connected_is_not_waited_for(broker):
    broker.here.clear()
    for ask in (broker.panels.screen("p1"), broker.panels.press("p1", 0)):
        with pytest.raises(Unavailable):
            asyncio.run(ask)
    assert broker.published == []


def test_key_is_pressed(broker):
    asyncio.run(broker.panels.press("p1", 2))
    assert broker.published == [
        ("circletime/v1/panels/p1/down/request", b'{"kind": "press", "key": 2}'),
    ]
