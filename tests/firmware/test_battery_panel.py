"""A panel on battery, as processes: it wakes, shows, calls the hub, says that it sleeps, and sleeps as planned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from firmware.wake_plan import DAY_S, NIGHT_S, RETRY_S
from tests.firmware.battery_panel import BatteryPanel
from tests.firmware.hub_double import HubDouble, wait_until
from tests.micropython import needs_micropython
from tests.shared.examples import START, meeting, state
from tools import simulator

pytestmark = needs_micropython


@pytest.fixture
def asleep(tmp_path: Path, hub: HubDouble) -> BatteryPanel:
    """Has been switched on, and sleeps."""
    one = BatteryPanel(tmp_path, hub)
    one.wake()
    return one


def presence(hub: HubDouble) -> Any:
    return hub.said("presence")[-1]


def test_it_says_until_when_it_sleeps_and_leaves_without_a_will(hub, asleep):
    said = presence(hub)
    assert said["status"] == "sleeping"
    sleeps_s = simulator.asleep_s(asleep.flash)
    assert abs(said["untilUnix"] - (hub.now_unix + sleeps_s)) <= 3
    wait_until(lambda: not hub.connected(), "its goodbye")
    assert presence(hub) == said
    assert [told["screen"] for told in hub.said("telemetry")][-1] == "check_in"


def test_between_calls_it_wakes_without_the_radio(hub, asleep):
    """Check-in closes ten minutes from now, and nobody came: the picture changes, the hub is not asked."""
    heard = len(hub.heard)
    begin = hub.now_unix
    assert START + 900 < begin + asleep.sleep() <= START + 905
    asleep.wake()
    assert len(hub.heard) == heard
    assert hub.now_unix + simulator.asleep_s(asleep.flash) <= begin + NIGHT_S + 10


def test_it_asks_again_before_what_it_shows_is_too_old(hub, asleep):
    begin = hub.now_unix
    hub.publish_state(state(meeting(0, 300, status="checked_in")) | {"revision": 8})
    while len(hub.said("hello")) == 1:
        asleep.sleep()
        asleep.wake()
    assert hub.now_unix - begin <= NIGHT_S + 30, "START is on a Sunday"
    assert hub.said("telemetry")[-1]["screen"] == "meeting"


def test_a_press_wakes_it_and_is_a_command_about_what_was_on_the_glass(hub, asleep):
    asleep.sleep(at_most_s=100)
    asleep.wake(pressed=0)
    assert [said["action"] for said in hub.said("command")] == ["check_in"]
    assert hub.said("telemetry")[-1]["screen"] == "meeting"
    assert presence(hub)["status"] == "sleeping"
    assert len(hub.said("hello")) == 2


def test_a_press_that_only_the_hub_can_grant_waits_for_the_hub(hub, asleep):
    hub.publish_state(state() | {"revision": 8})
    while hub.said("telemetry")[-1]["screen"] != "idle":
        asleep.sleep()
        asleep.wake()
    asleep.sleep(at_most_s=60)
    asleep.wake(pressed=1)
    assert [said["action"] for said in hub.said("command")] == ["book"]


def test_without_its_hub_it_keeps_the_press_and_says_that_the_hub_is_away(hub, asleep):
    hub.stop()
    asleep.sleep(at_most_s=100)
    asleep.wake(pressed=0)
    assert "check_in" in (asleep.flash / "outbox.json").read_text()
    retry_s = simulator.asleep_s(asleep.flash)
    assert retry_s <= RETRY_S
    hub.start()
    while not hub.said("command"):
        asleep.sleep()
        asleep.wake()
    assert hub.said("command")[-1]["action"] == "check_in"
    assert hub.said("command")[-1]["atUnix"] < hub.now_unix - 60


def test_a_hub_that_never_answers_does_not_keep_it_awake(hub, asleep):
    hub.answers = lambda command: None
    asleep.sleep(at_most_s=100)
    asleep.wake(pressed=0)
    assert presence(hub)["status"] == "sleeping"
    assert "check_in" in (asleep.flash / "outbox.json").read_text()


def test_after_a_power_cut_it_calls_at_once_and_draws_anew(hub, asleep):
    asleep.sleep(at_most_s=60)
    asleep.woken = False
    asleep.wake()
    assert len(hub.said("hello")) == 2
    assert hub.said("telemetry")[-1]["refreshes"]["full"] == 1


def test_a_day_on_battery(hub, tmp_path):
    """Six meetings on a weekday, some with nobody there: awake at every change, never staler than promised, in
    touch with the hub inside every check-in window."""
    monday = 24 * 3600
    day = [meeting(monday + hours * 3600, 45, name=f"m{hours}") for hours in (1, 2, 4, 5, 6)]
    begin = START + monday - 1800
    hub.now_unix = begin
    hub.publish_state(state(*day))
    panel = BatteryPanel(tmp_path, hub)
    panel.wake()
    while hub.now_unix < begin + 8 * 3600:
        panel.sleep()
        panel.wake()
    assert len(panel.called) == len([said for said in hub.said("presence") if said["status"] == "sleeping"])
    for one in day:
        for change in (one["startUnix"] - 900, one["startUnix"], one["checkInByUnix"] + 1):
            woke = next(woke for woke, slept in panel.awake if slept >= change)
            assert woke <= change + 5, (change - begin, [woke - begin for woke, _ in panel.awake])
    gaps = [later - earlier for earlier, later in zip(panel.called, panel.called[1:], strict=False)]
    assert max(gaps) <= DAY_S + 10
    for one in day:
        assert any(one["startUnix"] - 900 <= at <= one["checkInByUnix"] for at in panel.called)
    assert len(panel.awake) < 60
