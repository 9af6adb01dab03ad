"""People: invited, changed, sent away and let in again, all by an admin in the browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.hub_process import EMAIL, HubProcess
from tests.web.looks import CheckAxe, see


@pytest.fixture(scope="module")
def nadia(hub: HubProcess) -> str:
    body = {
        "email": "nadia@example.org",
        "name": "Nadia Kovacs",
        "role": "member",
        "department": "Research",
        "password": "long enough",
    }
    return str(hub.post("/users", body)["id"])


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))


def test_somebody_is_invited_and_once_more(
    ada: Page, hub: HubProcess, nadia: str, check_axe: CheckAxe
) -> None:
    ada.goto("/people")
    ada.get_by_role("button", name="Invite somebody").click()
    dialog = ada.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Tomas Vale")
    dialog.get_by_label("E-mail").fill(EMAIL)
    dialog.get_by_role("button", name="Send the invitation").click()
    expect(dialog.get_by_text("has an account already")).to_be_visible()
    check_axe(ada)
    dialog.get_by_label("E-mail").fill("tomas.vale@example.org")
    dialog.get_by_label("Manager").check()
    dialog.get_by_role("button", name="Send the invitation").click()
    expect(row(ada, "Tomas Vale")).to_contain_text("invited")
    assert ada.evaluate("document.activeElement.textContent") == "Invite somebody"
    see(ada, "people", picture="people")
    row(ada, "Tomas Vale").get_by_role("button", name="Send the invitation again").click()
    expect(ada.get_by_text("The invitation goes to tomas.vale@example.org again.")).to_be_visible()


def test_a_role_is_changed_by_keyboard_and_taken_back(ada: Page, hub: HubProcess, nadia: str) -> None:
    ada.goto("/people?q=nadia")
    expect(ada.get_by_role("rowheader")).to_have_count(1)
    row(ada, "Nadia Kovacs").get_by_role("button", name="Change").press("Enter")
    dialog = ada.get_by_role("dialog")
    dialog.get_by_label("Member").press("ArrowDown")
    dialog.get_by_label("Leads the department").check()
    dialog.get_by_role("combobox", name="Department").fill("Design")
    dialog.get_by_role("combobox", name="Department").press("Enter")
    expect(row(ada, "Nadia Kovacs")).to_contain_text("Manager")
    expect(row(ada, "Nadia Kovacs")).to_contain_text("Design")
    ada.get_by_role("button", name="Undo").click()
    expect(row(ada, "Nadia Kovacs")).to_contain_text("Member")
    kept = hub.get(f"/users/{nadia}")
    assert (kept["department"], kept["leadsDepartment"]) == ("Research", False)


def test_who_was_deactivated_is_let_in_again(ada: Page, hub: HubProcess, nadia: str) -> None:
    ada.goto("/people")
    row(ada, "Nadia Kovacs").get_by_role("button", name="Deactivate").click()
    expect(row(ada, "Nadia Kovacs")).to_contain_text("deactivated")
    assert hub.get(f"/users/{nadia}")["active"] is False
    ada.get_by_role("button", name="Undo").click()
    expect(row(ada, "Nadia Kovacs")).to_contain_text("active")
    expect(row(ada, "Ada Osei").get_by_role("button", name="Deactivate")).to_be_disabled()


def test_who_has_left_is_erased_after_one_question(ada: Page, hub: HubProcess) -> None:
    body = {"email": "una@example.org", "name": "Una Reyes", "role": "member", "password": "long enough"}
    una = hub.post("/users", body)["id"]
    ada.goto("/people")
    row(ada, "Una Reyes").get_by_role("button", name="Deactivate").click()
    row(ada, "Una Reyes").get_by_role("button", name="Erase for good").click()
    dialog = ada.get_by_role("dialog", name="Erase Una Reyes for good?")
    see(ada, "people-erase")
    dialog.get_by_role("button", name="Cancel").click()
    assert hub.get(f"/users/{una}")["name"] == "Una Reyes"
    row(ada, "Una Reyes").get_by_role("button", name="Erase for good").click()
    dialog.get_by_role("button", name="Erase for good").click()
    expect(row(ada, "Somebody")).to_contain_text("erased")
    expect(row(ada, "Somebody").get_by_role("button")).to_have_count(0)
    assert hub.get(f"/users/{una}")["erased"] is True


def test_nobody_found_leads_back_to_everybody(ada: Page, nadia: str) -> None:
    ada.goto("/people")
    ada.get_by_role("searchbox").fill("nobody at all")
    expect(ada.get_by_role("heading", name="Nobody is like that")).to_be_visible()
    ada.get_by_role("button", name="Show everybody").click()
    expect(row(ada, "Nadia Kovacs")).to_be_visible()
