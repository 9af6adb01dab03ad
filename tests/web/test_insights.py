"""Insights and closures over eight weeks of history: each number against the rows that were written."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web import history
from tests.web.history import LEAD, Past
from tests.web.hub_process import EMAIL, PASSWORD, HubProcess, furnished_hub
from tests.web.looks import CheckAxe, see

HOLIDAYS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//t//t//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
SUMMARY:Founders' day
DTSTART;VALUE=DATE:20261225
DTEND;VALUE=DATE:20261227
END:VEVENT
END:VCALENDAR
"""

WATCH = """new MutationObserver(() => { window.progressSeen ||= !!document.querySelector("dialog progress") })
    .observe(document.body, { subtree: true, childList: true })"""


@pytest.fixture(scope="module")
def old_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub of its own: what is counted here is what was written here."""
    yield from furnished_hub(tmp_path_factory.mktemp("old"))


@pytest.fixture(scope="module")
def past(old_hub: HubProcess) -> Past:
    return history.furnish(old_hub, old_hub.folder)


def enter(page: Page, hub: HubProcess, email: str = EMAIL) -> Page:
    answer = page.request.post(f"{hub.url}/api/v1/auth/login", data={"email": email, "password": PASSWORD})
    assert answer.ok, answer.text()
    return page


@pytest.mark.parametrize("name", ["dashboard", "utilization", "ghosting", "capacity", "closures"])
def test_no_page_breaks_an_accessibility_rule_or_is_wider_than_a_phone(
    page: Page, old_hub: HubProcess, past: Past, name: str
) -> None:
    enter(page, old_hub)
    compared = "".join(f"&compare={each}" for each in past.room_ids.values())
    page.goto(f"{old_hub.url}/admin/{name}?{past.range}{compared}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    see(page, name)


def test_on_a_phone_the_page_s_own_name_is_in_sight(page: Page, old_hub: HubProcess, past: Past) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    enter(page, old_hub).goto(f"{old_hub.url}/admin/capacity?{past.range}")
    here = page.get_by_role("navigation", name="Insights").get_by_role("link", name="Capacity")
    expect(here).to_be_in_viewport(ratio=1)


def test_the_dashboard_says_how_many_were_ghosts_and_where(
    page: Page, old_hub: HubProcess, past: Past
) -> None:
    enter(page, old_hub).goto(f"{old_hub.url}/admin/dashboard?{past.range}")
    required = [row for row in past.rows if row["status"] != "cancelled"]
    expect(page.get_by_text(f"{len(past.ghosts())} of {len(required)} bookings were ghosts")).to_be_visible()
    expect(page.get_by_text("of them on a Monday after 15:00")).to_contain_text("Sandbox had the most")
    expect(page.get_by_text("End or move the series “Vendor call”: 16 of 16 times")).to_be_visible()
    expect(page.get_by_text("Recess could be smaller: 20 seats")).to_be_visible()


def test_a_number_leads_to_its_bookings_and_focus_comes_back(
    page: Page, old_hub: HubProcess, past: Past, check_axe: CheckAxe
) -> None:
    enter(page, old_hub).goto(f"{old_hub.url}/admin/ghosting?{past.range}")
    row = page.get_by_role("region", name="Where, and whose").get_by_role("row").filter(has_text="Sandbox")
    number = row.get_by_role("link", name="Ghosts, the bookings behind it")
    ghosts = int((number.inner_text()).split()[0])
    number.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Ghosts")
    expect(dialog.get_by_role("row")).to_have_count(ghosts + 1)
    check_axe(page)
    there = page.url
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(number).to_be_focused()
    assert "behind" not in page.url
    page.goto(there)
    expect(dialog.get_by_role("row")).to_have_count(ghosts + 1)


def test_a_name_says_what_its_number_means_in_the_words_of_the_answer(
    page: Page, old_hub: HubProcess, past: Past, check_axe: CheckAxe
) -> None:
    enter(page, old_hub).goto(f"{old_hub.url}/admin/dashboard?{past.range}")
    page.get_by_role("button", name="Ghost rate").click()
    told = old_hub.get(f"/analytics/kpis?{past.range}")["definitions"]["ghostRate"]
    expect(page.get_by_role("dialog").get_by_text(told)).to_be_in_viewport()
    check_axe(page)


def test_the_heat_map_has_the_hub_s_number_in_each_cell(page: Page, old_hub: HubProcess, past: Past) -> None:
    cells = old_hub.get(f"/analytics/heatmap?{past.range}")["items"]
    (cell,) = [each for each in cells if (each["weekday"], each["hour"]) == (2, 14)]
    enter(page, old_hub).goto(f"{old_hub.url}/admin/utilization?{past.range}&heat=booked")
    row = page.get_by_role("region", name="Weekdays and hours").get_by_role("row").filter(has_text="14")
    shown = row.first.get_by_role("cell").nth(1).inner_text()
    assert abs(float(shown.rstrip("%")) - cell["bookedUtilization"] * 100) <= 0.05


def test_an_unknown_is_a_dash_with_a_reason(page: Page, old_hub: HubProcess, past: Past) -> None:
    enter(page, old_hub).goto(f"{old_hub.url}/admin/capacity?from=2020-01-06&to=2020-01-13")
    expect(page.get_by_text("No attendance known yet")).to_be_visible()
    page.goto(f"{old_hub.url}/admin/dashboard?from=2020-01-06&to=2020-01-13")
    expect(page.get_by_text("Nothing happened in this range")).to_be_visible()


def test_a_range_that_is_none_is_refused_in_words(page: Page, old_hub: HubProcess, past: Past) -> None:
    enter(page, old_hub).goto(f"{old_hub.url}/admin/capacity?from=2026-05-02&to=2026-05-01")
    expect(page.get_by_role("alert")).to_contain_text("range")


def test_members_see_none_of_it_and_who_leads_a_department_its_own(
    page: Page, old_hub: HubProcess, past: Past
) -> None:
    address = f"{old_hub.url}/admin/ghosting?{past.range}&by=department"
    enter(page, old_hub, "nadia@example.org").goto(address)
    expect(page.get_by_role("heading", name="This page is not for you").first).to_be_attached()
    enter(page, old_hub, LEAD).goto(address)
    expect(page.get_by_text("where the site allows it").first).to_be_visible()
    assert old_hub.api.patch("/settings", json={"departmentLeads": True}).is_success
    page.goto(address)
    rows = page.get_by_role("region", name="Where, and whose").get_by_role("row")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("People")


def test_closures_are_added_removed_put_back_and_imported(
    page: Page, old_hub: HubProcess, past: Past, tmp_path: Path, check_axe: CheckAxe
) -> None:
    enter(page, old_hub).goto(f"{old_hub.url}/admin/closures")
    page.get_by_role("button", name="Add a closure").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What is it?").fill("Moving day")
    check_axe(page)
    dialog.get_by_role("button", name="Add a closure").click()
    row = page.get_by_role("row").filter(has_text="Moving day")
    expect(row).to_be_visible()
    row.get_by_role("button", name="Remove Moving day").click()
    expect(row).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(row).to_be_visible()
    file = tmp_path / "holidays.ics"
    file.write_text(HOLIDAYS, newline="\r\n")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("dialog")).to_contain_text("1 closure is new")
    page.keyboard.press("Escape")
    expect(page.get_by_role("row").filter(has_text="Founders' day")).to_contain_text(
        re.compile(r"25\s.\s26 Dec 2026")
    )


def test_a_report_is_saved_with_the_hub_s_numbers_and_the_reader_sees_it_come(
    page: Page, old_hub: HubProcess, past: Past, check_axe: CheckAxe
) -> None:
    enter(page, old_hub).goto(f"{old_hub.url}/admin/utilization?{past.range}")
    page.get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog")
    check_axe(page)
    page.evaluate(WATCH)
    with page.expect_download() as saved:
        dialog.get_by_role("button", name="Utilization by room, CSV").click()
    expect(dialog.get_by_role("status")).to_contain_text("Utilization by room is saved")
    assert page.evaluate("window.progressSeen")
    rows = csv.DictReader(saved.value.path().read_text().splitlines())
    told = old_hub.get(f"/analytics/utilization?{past.range}")["items"]
    assert [(row["roomName"], float(row["usedUtilization"])) for row in rows] == [
        (one["roomName"], one["usedUtilization"]) for one in told
    ]
    with page.expect_download() as saved:
        dialog.get_by_role("button", name="Weekdays and hours, PDF").click()
    assert saved.value.suggested_filename.endswith(".pdf")
    assert saved.value.path().read_bytes().startswith(b"%PDF-")
