"""The site's rules in plain words, and the record of who changed them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import msgspec
import pytest
from playwright.sync_api import Page, expect

from hub.rooms.policy import Glass, Policy
from tests.web.hub_process import HubProcess
from tests.web.looks import ROOT, see


@pytest.fixture
def as_before(hub: HubProcess) -> Iterator[None]:
    """Other tests live by the same rules."""
    yield
    names = ("horizonDays", "maxMinutes", "openingHours", "quickBookMinutes")
    hub.api.patch("/settings", json={"policy": dict.fromkeys(names)}).raise_for_status()


@pytest.mark.usefixtures("as_before")
def test_a_rule_is_changed_refused_and_taken_back(ada: Page, hub: HubProcess) -> None:
    ada.goto("/admin/settings")
    longest = ada.get_by_role("spinbutton", name="Longest booking")
    longest.fill("5")
    longest.press("Tab")
    ada.get_by_role("button", name="Save the rules").click()
    expect(ada.get_by_role("alert")).to_contain_text("contradicts itself")
    longest.fill("240")
    ada.get_by_role("textbox", name="Lengths to book at the panel").fill("20, 40")
    ada.get_by_role("button", name="Remove these hours: Friday").click()
    expect(ada.get_by_text("3 changes, not saved yet")).to_be_visible()
    see(ada, "settings", picture="settings")
    ada.get_by_role("button", name="Save the rules").click()
    expect(ada.get_by_text("The rules hold from now on")).to_be_visible()
    policy = hub.get("/settings")["policy"]
    assert (policy["maxMinutes"], policy["quickBookMinutes"]) == (240, [20, 40])
    assert [each["weekday"] for each in policy["openingHours"]] == [1, 2, 3, 4]
    ada.get_by_role("button", name="Undo").click()
    expect(ada.get_by_text("The rules are as they were.")).to_be_visible()
    assert hub.get("/settings")["policyOverrides"] == []
    expect(longest).to_have_value("480")


@pytest.mark.usefixtures("as_before")
def test_the_audit_says_who_changed_what_from_what_to_what(ada: Page, hub: HubProcess) -> None:
    room = hub.room("Audited")
    hub.api.patch(f"/rooms/{room}", json={"capacity": 9, "policy": {"maxMinutes": 60}}).raise_for_status()
    ada.goto("/admin/audit?what=room")
    changed = ada.get_by_role("listitem").filter(has_text="Room: changed").filter(has_text="Audited").first
    expect(changed).to_contain_text("Ada Osei")
    expect(changed).to_contain_text("was 4")
    expect(changed).to_contain_text("now 9")
    expect(changed).to_contain_text(re.compile("Longest booking, minutes.*was 480 min.*now 60 min"))
    see(ada, "audit", picture="audit")
    changed.get_by_role("button", name="All about this").click()
    expect(ada.get_by_role("listitem")).to_have_count(2)
    expect(ada).to_have_url(re.compile(f"about={room}"))
    ada.get_by_role("textbox", name="To", exact=True).fill("2020-01-01")
    expect(ada.get_by_role("heading", name="Nothing like that was changed")).to_be_visible()
    ada.go_back()
    expect(ada.get_by_role("listitem")).to_have_count(2)


def test_back_asks_before_what_was_typed_is_left_behind(ada: Page) -> None:
    ada.goto("/people")
    ada.goto("/admin/audit")
    ada.get_by_role("button", name="Manage").click()
    ada.get_by_role("link", name="Settings").click()
    longest = ada.get_by_role("spinbutton", name="Longest booking")
    longest.fill("300")
    longest.press("Tab")
    expect(ada.get_by_text("1 change, not saved yet")).to_be_visible()
    ada.go_back()
    question = ada.get_by_role("dialog")
    expect(ada).to_have_url(re.compile("/admin/settings$"))
    question.get_by_role("button", name="Cancel").click()
    expect(longest).to_have_value("300")
    ada.go_back()
    question.get_by_role("button", name="Leave").click()
    expect(ada).to_have_url(re.compile("/admin/audit$"))
    expect(ada.get_by_role("heading", name="Audit", exact=True)).to_be_visible()


def test_every_rule_of_the_hub_can_be_set_here() -> None:
    words = json.loads((ROOT / "web/src/messages/en/settings.json").read_text())
    code = (ROOT / "web/src/lib/policy_words.ts").read_text()
    rules = {field.encode_name for field in msgspec.structs.fields(Policy)} - {"glass"}
    rules |= {f"glass.{field.encode_name}" for field in msgspec.structs.fields(Glass)}
    assert {rule for rule in rules if rule not in words or f'"{rule}"' not in code} == set()


def test_older_entries_come_when_asked_for(ada: Page, hub: HubProcess) -> None:
    for number in range(51):
        hub.post("/amenities", {"name": f"Extra {number}"})
    ada.goto("/admin/audit?what=amenity")
    expect(ada.get_by_role("listitem")).to_have_count(50)
    ada.get_by_role("button", name="Show older").click()
    expect(ada.get_by_role("listitem")).to_have_count(51)
    expect(ada.get_by_role("button", name="Show older")).to_have_count(0)
