"""What stands beside the door, seen from the hub: real firmware, real broker."""

from __future__ import annotations

from tests.micropython import needs_micropython

pytestmark = needs_micropython


def test_panel_shows_the_rooms_state(hub, panel):
    panel()
    hub.shows("check_in")
    assert any(hub.glass())


def test_press_becomes_a_command(hub, panel):
    panel()
    hub.shows("check_in")
    hub.press(0)
    hub.shows("meeting")
    (command,) = hub.said("command")
    assert command["action"] == "check_in"
