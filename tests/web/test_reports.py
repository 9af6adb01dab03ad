"""Reports: what eight weeks of a small house come to, in sentences and tables, each number with what lies behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import sign_in
from tests.web.history import Past, furnish
from tests.web.hub_process import EMAIL, PASSWORD, HubProcess
from tests.web.looks import CheckAxe, see


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HubProcess, Past]]:
    """A hub of its own: what other tests book would change the numbers."""
    folder = tmp_path_factory.mktemp("house")
    hub = HubProcess(folder)
    hub.add_user(EMAIL, "Ada Osei", "admin")
    hub.start()
    try:
        hub.log_in()
        hub.furnish()
        yield hub, furnish(hub, folder)
    finally:
        hub.stop()


@pytest.fixture
def ada(page: Page, house: tuple[HubProcess, Past]) -> Page:
    return sign_in(page, house[0].url)


def test_the_dashboard_says_how_many_were_ghosts_and_leads_to_them(
    ada: Page, house: tuple[HubProcess, Past], check_axe: CheckAxe
) -> None:
    hub, past = house
    ada.goto(f"{hub.url}/admin/dashboard?{past.range}")
    expect(
        ada.get_by_text(f"{len(past.ghosts())} of {len(past.judged())} bookings were ghosts")
    ).to_be_visible()
    ghosts = ada.get_by_role("link", name="Ghost rate, the bookings behind it")
    see(ada, "dashboard", check_axe, picture="dashboard")
    ghosts.click()
    dialog = ada.get_by_role("dialog")
    expect(dialog.get_by_text("Vendor call").first).to_be_visible()
    check_axe(ada)


def test_the_heat_map_is_a_table_with_a_number_in_each_cell(
    ada: Page, house: tuple[HubProcess, Past], check_axe: CheckAxe
) -> None:
    hub, past = house
    ada.goto(f"{hub.url}/admin/utilization?{past.range}")
    expect(ada.get_by_role("rowheader", name="Sandbox").first).to_be_visible()
    see(ada, "utilization", check_axe, picture="utilization")


def test_ghosting_names_the_series_that_nobody_comes_to(
    ada: Page, house: tuple[HubProcess, Past], check_axe: CheckAxe
) -> None:
    hub, past = house
    ada.goto(f"{hub.url}/admin/ghosting?{past.range}")
    expect(ada.get_by_text("Vendor call").first).to_be_visible()
    see(ada, "ghosting", check_axe, picture="ghosting")


def test_capacity_says_which_rooms_are_too_large(
    ada: Page, house: tuple[HubProcess, Past], check_axe: CheckAxe
) -> None:
    hub, past = house
    ada.goto(f"{hub.url}/admin/capacity?{past.range}")
    expect(ada.get_by_role("rowheader", name="Recess").first).to_be_visible()
    see(ada, "capacity", check_axe, picture="capacity")


def test_closures_have_a_page(ada: Page, house: tuple[HubProcess, Past], check_axe: CheckAxe) -> None:
    hub, _ = house
    ada.goto(f"{hub.url}/admin/closures")
    expect(ada.get_by_role("heading", level=1)).to_be_visible()
    see(ada, "closures", check_axe, picture="closures")


def test_who_leads_no_department_sees_no_reports(page: Page, house: tuple[HubProcess, Past]) -> None:
    hub, past = house
    answer = page.request.post(
        f"{hub.url}/api/v1/auth/login", data={"email": "nadia@example.org", "password": PASSWORD}
    )
    assert answer.ok
    page.goto(f"{hub.url}/admin/dashboard?{past.range}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("ghost")).to_have_count(0)
