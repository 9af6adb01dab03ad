"""Buildings, floors and rooms, made and changed by a manager; a room's own rules beside the site's."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web.hub_process import HubProcess
from tests.web.looks import see


def fill(page: Page, button: str, **fields: str) -> None:
    """What stands in the open dialog, then its button."""
    dialog = page.get_by_role("dialog")
    for label, value in fields.items():
        dialog.get_by_label(label.replace("_", " ")).fill(value)
    dialog.get_by_role("button", name=button, exact=True).click()


def test_a_building_grows_from_nothing_and_goes_again(ada: Page, hub: HubProcess) -> None:
    ada.goto("/admin/rooms")
    ada.get_by_role("button", name="Add a building").click()
    fill(ada, "Add", Name="Annex", Time_zone="Nowhere/At_all", Its_first_floor="Ground")
    expect(ada.get_by_role("dialog").get_by_label("Time zone")).to_have_attribute("aria-invalid", "true")
    ada.get_by_role("dialog").get_by_label("Time zone").fill("Europe/Berlin")
    sent: list[str] = []
    ada.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    ada.get_by_role("dialog").get_by_role("button", name="Add", exact=True).dblclick()
    expect(ada.get_by_role("dialog")).to_have_count(0)
    annex = ada.get_by_role("region", name="Annex")
    assert len(sent) == 1, "pressed twice, sent once"
    annex.get_by_role("button", name="Add a floor").press("Enter")
    fill(ada, "Add", Name_of_the_floor="Loft")
    expect(ada.get_by_role("dialog")).to_have_count(0)
    expect(annex.get_by_role("heading", name="Floor Loft")).to_be_visible()
    annex.get_by_role("button", name="Add a room to floor Loft").click()
    fill(ada, "Add", Name="Gable", Seats="7")
    expect(annex.get_by_role("link", name="Change Gable")).to_contain_text("7 seats")
    see(ada, "manage-rooms", picture="manage-rooms")
    annex.get_by_role("button", name="Remove floor Ground").click()
    ada.get_by_role("dialog").get_by_role("button", name="Remove floor Ground").click()
    expect(annex.get_by_role("heading", name="Floor Ground")).to_have_count(0)
    annex.get_by_role("link", name="Change Gable").click()
    ada.get_by_role("button", name="Remove the room").click()
    question = ada.get_by_role("dialog")
    expect(question).to_contain_text("What is booked in it is cancelled")
    question.get_by_role("button", name="Cancel").click()
    expect(ada.get_by_role("button", name="Remove the room")).to_be_focused()
    ada.get_by_role("button", name="Remove the room").click()
    question.get_by_role("button", name="Remove Gable").click()
    annex.get_by_role("button", name="Remove Annex").click()
    ada.get_by_role("dialog").get_by_role("button", name="Remove Annex").click()
    expect(annex).to_have_count(0)


@pytest.fixture
def tower(hub: HubProcess) -> str:
    return hub.room("Tower")


def test_a_rule_of_its_own_stands_beside_the_sites(ada: Page, hub: HubProcess, tower: str) -> None:
    ada.goto(f"/admin/rooms/{tower}")
    longest = ada.get_by_label("Longest booking, minutes", exact=True)
    expect(longest).to_be_disabled()
    expect(longest).to_have_value("480")
    ada.get_by_label("Own rule: Longest booking").check()
    see(ada, "room-settings", picture="room-settings")
    longest.fill("5")
    longest.press("Tab")
    ada.get_by_role("button", name="Save").click()
    expect(ada.get_by_role("alert")).to_contain_text("minMinutes is more than maxMinutes")
    longest.fill("60")
    longest.press("Enter")
    expect(ada.get_by_text("Tower is saved.")).to_be_visible()
    assert hub.get(f"/rooms/{tower}")["policyOverrides"] == ["maxMinutes"]
    ada.get_by_role("button", name="Undo").click()
    expect(longest).to_be_disabled()
    expect(longest).to_have_value("480")
    assert hub.get(f"/rooms/{tower}")["policyOverrides"] == []
    ada.get_by_label("New PIN").fill("2468")
    ada.get_by_label("New PIN").press("Enter")
    expect(ada.get_by_text("There is a PIN.")).to_be_visible()
