"""The wall with a real panel: the firmware on MicroPython, over MQTT, its glass in the browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from hub.cli import simulated_panels
from tests.web.hub_process import HubProcess

ROOM = "By the door"


@pytest.fixture(scope="module")
def panel(hub: HubProcess) -> Iterator[str]:
    """The id of a room with a simulated panel that has come online."""
    missing = simulated_panels.why_none()
    if missing:
        pytest.skip(missing)
    room_id = hub.room(ROOM)
    with hub.simulated_panel(ROOM):
        yield room_id


def glass(page: Page) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=ROOM)).get_by_role("img")


def test_the_glass_shows_and_says_what_the_panel_shows(ada: Page, panel: str) -> None:
    ada.goto("/wall")
    expect(glass(ada)).to_be_visible(timeout=20_000)
    assert glass(ada).evaluate("picture => [picture.naturalWidth, picture.naturalHeight]") == [800, 480]
    assert (glass(ada).get_attribute("alt") or "").startswith(f"{ROOM}: ")
    expect(ada.get_by_role("listitem").filter(has_text=ROOM)).to_contain_text("online")


def test_a_press_travels_through_the_panel_and_back(ada: Page, hub: HubProcess, panel: str) -> None:
    ada.goto("/wall")
    expect(glass(ada)).to_have_attribute("alt", f"{ROOM}: Free for the next 12 hours.", timeout=20_000)
    before = glass(ada).get_attribute("src") or ""
    ada.get_by_role("button", name=f"Left key, {ROOM}").click()
    expect(glass(ada)).not_to_have_attribute("src", before, timeout=20_000)
    expect(glass(ada)).not_to_have_attribute("alt", f"{ROOM}: Free for the next 12 hours.", timeout=20_000)
    (walk_up,) = hub.bookings(panel)
    assert walk_up["status"] == "checked_in"
