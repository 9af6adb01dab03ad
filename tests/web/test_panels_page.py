"""The panels, one of them real: the firmware on MicroPython, over MQTT, its glass in the browser."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from hub.cli import simulated_panels
from tests.web.hub_process import HubProcess
from tests.web.looks import see

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
    ada.goto("/panels")
    expect(glass(ada)).to_be_visible(timeout=20_000)
    assert glass(ada).evaluate("picture => [picture.naturalWidth, picture.naturalHeight]") == [800, 480]
    assert (glass(ada).get_attribute("alt") or "").startswith(f"{ROOM}: ")
    expect(ada.get_by_role("listitem").filter(has_text=ROOM)).to_contain_text("online")
    see(ada, "panels", picture="panels")


def test_a_press_travels_through_the_panel_and_back(ada: Page, hub: HubProcess, panel: str) -> None:
    ada.goto("/panels")
    expect(glass(ada)).to_have_attribute("alt", f"{ROOM}: Free for the next 12 hours.", timeout=20_000)
    before = glass(ada).get_attribute("src") or ""
    ada.get_by_role("button", name=f"Left key, {ROOM}").click()
    expect(glass(ada)).not_to_have_attribute("src", before, timeout=20_000)
    expect(glass(ada)).not_to_have_attribute("alt", f"{ROOM}: Free for the next 12 hours.", timeout=20_000)
    (walk_up,) = hub.bookings(panel)
    assert walk_up["status"] == "checked_in"


@pytest.fixture
def waiting(hub: HubProcess) -> str:
    """The code on the glass of a panel that nobody has claimed."""
    return str(httpx.post(f"{hub.url}/api/v1/panels/enrol", json={}).raise_for_status().json()["code"])


def hanging(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=name))


def test_a_panel_is_claimed_where_its_code_leads(ada: Page, hub: HubProcess, waiting: str) -> None:
    room = hub.room("Claimed")
    ada.goto("/panels/claim?code=AAAA2222")
    dialog = ada.get_by_role("dialog")
    expect(dialog.get_by_label("Code on the glass")).to_have_value("AAAA2222")
    dialog.get_by_label("Room").select_option("Claimed")
    dialog.get_by_role("button", name="Claim it").click()
    expect(dialog.get_by_label("Code on the glass")).to_have_attribute("aria-invalid", "true")
    dialog.get_by_label("Code on the glass").fill(waiting)
    dialog.get_by_label("Code on the glass").press("Enter")
    expect(hanging(ada, "Claimed")).to_contain_text("It has not been heard yet.")
    expect(ada).to_have_url(f"{hub.url}/panels")
    assert any(panel["roomId"] == room for panel in hub.get("/panels")["items"])


def test_a_panel_is_moved_swapped_and_taken_down(ada: Page, hub: HubProcess, waiting: str) -> None:
    here = hub.room("North door")
    hub.room("South door")
    panel = hub.post("/panels", {"roomId": here, "name": "Old oak"})["id"]
    ada.goto("/panels?show=offline")
    hanging(ada, "North door").get_by_role("button", name="Move").click()
    ada.get_by_role("dialog").get_by_label("Room").select_option("South door")
    ada.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(hanging(ada, "South door")).to_be_visible()
    ada.get_by_role("button", name="Undo").click()
    expect(hanging(ada, "North door")).to_be_visible()
    assert hub.get(f"/panels/{panel}")["roomId"] == here
    hanging(ada, "North door").get_by_role("button", name="Swap").click()
    ada.get_by_role("dialog").get_by_label("Code on the glass").fill(waiting)
    ada.get_by_role("dialog").get_by_role("button", name="Swap it").click()
    expect(ada.get_by_text("Old oak has a new panel.")).to_be_visible()
    ada.reload()
    hanging(ada, "North door").get_by_role("button", name="Take down").press("Enter")
    question = ada.get_by_role("dialog")
    expect(question).to_contain_text("Take Old oak down?")
    question.get_by_role("button", name="Take it down").press("Enter")
    expect(hanging(ada, "North door")).to_have_count(0)


def test_only_those_in_trouble_are_shown_where_asked(ada: Page, hub: HubProcess) -> None:
    hub.post("/panels", {"name": "In the cupboard"})
    ada.goto("/panels")
    ada.get_by_role("button", name="Without a room").click()
    expect(hanging(ada, "In the cupboard")).to_be_visible()
    expect(ada).to_have_url(f"{hub.url}/panels?show=homeless")
    ada.get_by_role("button", name="Needs a look").click()
    expect(ada.get_by_role("heading", name="No panel is like that")).to_be_visible()
    ada.get_by_role("button", name="Show all panels").click()
    expect(hanging(ada, "In the cupboard")).to_be_visible()
