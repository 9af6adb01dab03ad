"""Every page and state as it looks: no broken accessibility rule in either scheme, nothing wider than a phone,
room for a thumb, and no complaint of the browser. The pictures are kept in test-results/pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.web.hub_process import HubProcess
from tests.web.looks import no_complaints, see
from tests.web.story_house import StoryHouse


@pytest.fixture
def page_there(ada: Page, house: StoryHouse) -> Iterator[Page]:
    with no_complaints(ada):
        yield house.show(ada)


def test_login(page: Page, hub: HubProcess) -> None:
    page.goto("/login")
    expect(page.get_by_label("E-mail")).to_be_visible()
    see(page, "login")
    page.get_by_label("E-mail").fill("x@example.org")
    page.get_by_label("Password").fill("x")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    see(page, "login-refused")


def test_forgotten_and_set_password(page: Page, hub: HubProcess) -> None:
    page.goto("/forgotten-password")
    expect(page.get_by_role("heading", name="Forgotten your password?")).to_be_visible()
    see(page, "forgotten-password")
    page.goto("/set-password?token=none")
    expect(page.get_by_role("heading", name="Choose a password")).to_be_visible()
    page.get_by_label("New password").fill("long enough for all")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("alert")).to_contain_text("link")
    see(page, "set-password-refused")


def test_rooms(page_there: Page) -> None:
    page_there.goto("/rooms")
    expect(page_there.get_by_role("link", name="Recess")).to_be_visible()
    see(page_there, "rooms")
    page_there.get_by_label("When").select_option("time")
    page_there.get_by_label("From", exact=True).fill("14:00")
    page_there.get_by_label("Equipment").select_option("screen")
    expect(page_there.get_by_text("Taken 14:00")).to_have_count(2)
    see(page_there, "rooms-at-a-time")


def test_no_room(page_there: Page) -> None:
    page_there.goto("/rooms")
    expect(page_there.get_by_role("link", name="Recess")).to_be_visible()
    page_there.get_by_label("People").select_option("50")
    expect(page_there.get_by_role("heading", name="No room here fits all of that")).to_be_visible()
    see(page_there, "rooms-none-fits")


def test_room_details(page_there: Page, house: StoryHouse) -> None:
    page_there.goto(f"/rooms/{house.rooms['The Carpet']}")
    expect(page_there.get_by_role("heading", name="The Carpet")).to_be_visible()
    expect(page_there.get_by_role("button", name="End now", exact=True)).to_be_visible()
    see(page_there, "room-mine")
    page_there.goto(f"/rooms/{house.rooms['Snack Table']}")
    expect(page_there.get_by_role("button", name="Check in", exact=True)).to_be_visible()
    see(page_there, "room-check-in")
    page_there.get_by_role("button", name="Something is broken").click()
    expect(page_there.get_by_role("dialog")).to_be_visible()
    see(page_there, "room-report")


def test_room_that_is_not_there(page_there: Page) -> None:
    page_there.goto("/rooms/none")
    expect(page_there.get_by_role("heading", name="This room can't be shown")).to_be_visible()
    see(page_there, "room-missing")


def test_booking_dialog(page_there: Page, house: StoryHouse) -> None:
    page_there.goto(f"/rooms/{house.rooms['Story Corner']}")
    page_there.get_by_role("button", name=re.compile("^Book")).click()
    dialog = page_there.get_by_role("dialog")
    dialog.get_by_label("What is it?").fill("Sprint review")
    see(page_there, "booking")
    dialog.get_by_label("From").fill("13:30")
    dialog.get_by_label("To", exact=True).fill("14:00")
    dialog.get_by_label("Repeats").select_option("daily")
    expect(dialog.get_by_text("1 is taken")).to_be_visible()
    see(page_there, "booking-series")
    dialog.get_by_label("Repeats").select_option("never")
    dialog.get_by_role("button", name="Book room").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Somebody has it already")
    see(page_there, "booking-refused")


def test_my_bookings(page_there: Page, house: StoryHouse) -> None:
    page_there.goto("/bookings")
    expect(page_there.get_by_role("heading", name="Design review")).to_be_visible()
    see(page_there, "my-bookings")
    page_there.get_by_role("tab", name="Past 30 days").click()
    see(page_there, "my-bookings-past")


def test_account(page_there: Page) -> None:
    page_there.goto("/account")
    expect(page_there.get_by_text("this one")).to_be_visible()
    expect(page_there.get_by_label("Somebody books for me")).to_be_visible()
    see(page_there, "account")


def test_menu(page_there: Page) -> None:
    page_there.goto("/rooms")
    page_there.set_viewport_size({"width": 390, "height": 844})
    page_there.get_by_role("button", name="Menu").click()
    expect(page_there.get_by_role("button", name="Log out")).to_be_visible()
    see(page_there, "menu")


def test_the_first_tab_stop_leads_past_the_menu(page_there: Page) -> None:
    page_there.goto("/rooms")
    expect(page_there.get_by_role("link", name="Recess")).to_be_visible()
    page_there.keyboard.press("Tab")
    page_there.keyboard.press("Enter")
    expect(page_there.get_by_role("main")).to_be_focused()
    expect(page_there).to_have_url(re.compile("/rooms$"))


def test_page_that_is_not_there(page_there: Page) -> None:
    page_there.goto("/nothing/here")
    expect(page_there.get_by_role("heading", name="There is no such page").first).to_be_visible()
    see(page_there, "not-found")
