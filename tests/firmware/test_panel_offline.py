"""Without its hub the panel goes on by itself: the cached truth, marked, the queue, and one replay."""

from __future__ import annotations

import json
import time

import pytest

from shared import panel_screen, topics
from tests.firmware.hub_double import PANEL, wait_until
from tests.micropython import needs_micropython
from tests.shared.examples import START, meeting, state

pytestmark = needs_micropython


def test_a_broker_that_is_killed_is_found_again(hub, panel):
    panel()
    hub.shows("check_in")
    for _ in range(3):
        hellos = len(hub.said("hello"))
        hub.stop()
        hub.start()
        wait_until(lambda seen=hellos: len(hub.said("hello")) > seen, "hello again")
        hub.heard.clear()
        hub.stop()
        hub.start()
        hub.shows("check_in")  # said again at each connect
    hub.publish_state(state(meeting(0, status="checked_in")) | {"revision": 8})
    hub.shows("meeting")


def test_offline_it_says_so_and_rolls_into_the_next_meeting(hub, panel):
    now = START + 3600 - 12
    hub.now_unix = now
    hub.publish_state(state(meeting(0, status="checked_in"), meeting(3600, name="m2")))
    panel()
    hub.shows("meeting")
    online = hub.glass()
    hub.stop()
    hub.greets = False
    wait_until(lambda: hub.now_unix > START + 3600 + 2, "the next meeting")
    hub.start()
    hub.shows("check_in")
    offline = hub.glass()
    hub.greets = True
    hub.welcome()
    wait_until(lambda: hub.glass() != offline, "no mark any more")
    assert online != offline


def test_what_was_pressed_offline_is_replayed_once_and_in_order(hub, panel):
    one = panel()
    hub.shows("check_in")
    hub.stop()
    hub.greets = False
    hellos = len(hub.said("hello"))
    hub.start()
    wait_until(lambda: len(hub.said("hello")) > hellos, "a link without a hub behind it")
    hub.press(0)
    hub.shows("meeting")
    hub.press(2)
    hub.shows("report")
    hub.press(0)
    wait_until(lambda: "report_issue" in (one.flash / "outbox.json").read_text(), "both in flash")
    assert hub.said("command") == []
    one.cut_power()
    one.start()
    hub.greets = True
    wait_until(lambda: len(hub.said("command")) == 2, "the replay")
    assert [command["action"] for command in hub.said("command")] == ["check_in", "report_issue"]
    wait_until(lambda: json.loads((one.flash / "outbox.json").read_text()) == [], "an empty outbox")
    hub.stop()
    hellos = len(hub.said("hello"))
    hub.start()
    wait_until(lambda: len(hub.said("hello")) > hellos, "hello again")
    hub.glass()
    assert len(hub.said("command")) == 2


def test_offline_nothing_is_promised_that_only_the_hub_can_grant(hub, panel):
    hub.publish_state(state())
    one = panel()
    hub.shows("idle")
    hub.publish(topics.HUB_PRESENCE, {"status": "offline", "bootId": "hub-1"})
    frame = hub.said("telemetry")[-1]["frame"]
    wait_until(lambda: hub.said("telemetry")[-1]["frame"] > frame, "the mark")
    for key in range(3):
        hub.press(key)
    hub.glass()
    assert hub.said("command") == []
    assert not (one.flash / "outbox.json").exists()


def test_after_a_power_cut_without_a_network_it_shows_the_cached_truth(hub, panel):
    hub.now_unix = now = int(time.time())
    hub.publish_state(state_around(now))
    one = panel()
    hub.shows("meeting")
    one.cut_power()
    hub.greets = False
    hub.heard.clear()
    one.start()
    hub.shows("meeting")
    assert hub.said("hello")[-1]["revision"] == 7


@pytest.mark.parametrize(("contact", "screen"), [(True, "idle"), (False, "check_in")])
def test_a_no_show_is_released_or_held_as_the_hub_does(hub, panel, contact, screen):
    """Held only if no moment of the check-in window saw contact."""
    now = hub.now_unix = START + 4000
    hub.publish_state(state(meeting(0, minutes=120, by=900)))
    hub.greets = False
    one = panel()
    intervals = [[START + 100, START + 200]] if contact else [[START - 9000, START - 8000]]
    wait_until(lambda: hub.said("hello"), "hello")
    one.cut_power()
    (one.flash / "contact.json").write_text(json.dumps(intervals))
    (one.flash / "config.json").write_text(json.dumps({"roomId": "story-corner"}))
    hub.greets = True
    one.start()
    hub.shows(screen)
    assert hub.now_unix >= now


def test_hostile_payloads_change_nothing(hub, panel):
    panel()
    hub.shows("check_in")
    before = hub.glass()
    down = [
        topics.panel_down(PANEL, leaf) for leaf in ("welcome", "config", "ack", "request", "reply", "update")
    ]
    hostile = [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 900, b'{"a":' * 150, b'{"kind":"press","key":"0"}',
        b'{"kind":"press","key":99}', b'{"nowUnix":-1}', b'{"nowUnix":1e99,"roomId":7,"revision":[]}',
        b'{"roomId":"../../x"}', b'{"id":"x","ok":true}', b'{"id":"x","ok":true,"revision":99999}',
    ]  # fmt: skip
    for topic in (*down, topics.HUB_PRESENCE, topics.room_state("story-corner"), topics.room_state("other")):
        for payload in hostile:
            if payload or "/state" not in topic:
                hub.publish(topic, payload)
    hub.publish(topics.room_state("story-corner"), b"[" * 16000)
    hub.publish(topics.room_state("story-corner"), b'{"a":[' + b'{"b":"c"},' * 1500 + b"0]}")
    hub.welcome()
    assert hub.glass() == before
    assert len(hub.glass()) == panel_screen.HEIGHT_PX * panel_screen.ROW_BYTES
    hub.press(0)
    hub.shows("meeting")


def test_the_heap_does_not_grow_with_the_states_that_come(hub, panel):
    """The longest there are: 24 meetings, titles of 120 bytes."""
    one = panel()
    hub.shows("check_in")

    def publish(revision: int) -> None:
        found = [meeting(n * 3600, name=f"booking-{n:02}-{revision % 97}") for n in range(24)]
        for number, each in enumerate(found):
            each |= {"title": f"{revision} " + "é" * 56, "organizer": f"Nadia Kovács {number}"}
        hub.publish_state(state(*found) | {"revision": revision})
        held = one.flash / "state.json"
        wait_until(lambda: json.loads(held.read_text())["revision"] == revision, "it in flash")

    for revision in range(10, 20):
        publish(revision)
    hub.glass()
    early = hub.said("telemetry")[-1]["heapUsed"]
    for revision in range(20, 120):
        publish(revision)
    hub.glass()
    late = hub.said("telemetry")[-1]
    assert late["heapUsed"] < early + 2000
    assert late["heapFree"] > 21_000


def state_around(now: int):
    """A checked-in meeting since ten minutes before `now`."""
    found = state(meeting(now - 600 - START, status="checked_in"), horizon=now - START + 86400)
    return found | {"publishedUnix": now}
