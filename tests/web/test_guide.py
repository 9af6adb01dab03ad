"""The user guide's pictures, and a newcomer's way: a room for four in two actions after login, found again.

`make pictures` keeps them in docs/pictures; else they go to test-results. The steps are found by the words on the
screen alone. No human has tried it.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.hub_process import PASSWORD, HubProcess
from tests.web.looks import OF_DOCS
from tests.web.story_house import StoryHouse


@pytest.fixture
def newcomer(browser: Browser, hub: HubProcess, house: StoryHouse) -> Page:
    tomas = {"email": "tomas@example.org", "name": "Tomas Reed", "role": "member", "password": PASSWORD}
    hub.post("/users", tomas)
    context = browser.new_context(
        base_url=hub.url, viewport={"width": 1200, "height": 780}, locale="en-GB", reduced_motion="reduce"
    )
    return house.show(context.new_page())


def keep(page: Page, name: str) -> None:
    page.screenshot(path=OF_DOCS / f"{name}.png")


def test_a_newcomer_books_a_room_for_four_in_two_actions_and_finds_it_again(newcomer: Page) -> None:
    page = newcomer
    page.goto("/")
    page.get_by_label("E-mail").fill("tomas@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    keep(page, "newcomer-1-login")
    page.get_by_role("button", name="Log in").click()

    page.get_by_label("People").select_option("4")
    expect(page.get_by_role("listitem").first).to_contain_text("Story Corner")
    keep(page, "newcomer-2-rooms")
    page.get_by_role("button", name="Book Story Corner").click()  # the first action
    page.keyboard.type("Kick-off")
    keep(page, "newcomer-3-book")
    page.keyboard.press("Enter")  # the second
    expect(page.get_by_text("Booked: Story Corner")).to_be_visible()
    expect(page.get_by_role("listitem").first).to_contain_text("Waiting for check-in")
    keep(page, "newcomer-4-booked")

    page.get_by_role("link", name="My bookings").click()
    expect(page.get_by_role("heading", name="Kick-off")).to_be_visible()
    keep(page, "newcomer-5-found")
    page.context.close()


def test_the_guide_shows_what_is_there(ada: Page, house: StoryHouse) -> None:
    page = house.show(ada)
    page.set_viewport_size({"width": 1200, "height": 780})
    page.goto("/rooms")
    expect(page.get_by_role("link", name="Recess")).to_be_visible()
    keep(page, "rooms")
    page.get_by_label("When").select_option("time")
    page.get_by_label("From", exact=True).fill("14:00")
    page.get_by_label("Equipment").select_option("screen")
    expect(page.get_by_text("Taken 14:00").first).to_be_visible()
    keep(page, "using-search")
    page.goto(f"/rooms/{house.rooms['Sandbox']}")
    page.get_by_role("button", name="Book").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What is it?").fill("Sprint review")
    dialog.get_by_label("From").fill("14:00")
    dialog.get_by_label("To", exact=True).fill("14:30")
    dialog.get_by_label("Repeats").select_option("daily")
    expect(dialog.get_by_text("1 is taken")).to_be_visible()
    keep(page, "using-series")
    dialog.get_by_label("Repeats").select_option("never")
    dialog.get_by_role("button", name="Book room").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Somebody has it already")
    keep(page, "using-taken")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/rooms/{house.rooms['Snack Table']}")
    expect(page.get_by_role("button", name="Check in", exact=True)).to_be_visible()
    keep(page, "using-check-in")
    page.set_viewport_size({"width": 1200, "height": 780})
    page.goto("/bookings")
    expect(page.get_by_role("heading", name="Design review").first).to_be_visible()
    keep(page, "using-my-bookings")
