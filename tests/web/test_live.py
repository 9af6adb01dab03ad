"""What one does, the others see without loading the page anew; and what they see while the line is down."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import sign_in
from tests.web.hub_process import HubProcess
from tests.web.test_rooms import row


def test_a_booking_shows_on_anothers_page(ada: Page, hub: HubProcess, browser: Browser) -> None:
    room_id = hub.room("Live")
    ada.goto("/rooms")
    expect(row(ada, "Live")).to_contain_text("Free")
    ada.evaluate("window.sameDocument = true")
    with browser.new_context(base_url=hub.url) as context:
        other = sign_in(context.new_page(), hub.url)
        other.goto(f"/rooms/{room_id}")
        other.get_by_role("button", name=re.compile("^Book (now|this)")).click()
        other.get_by_label("What is it?").fill("Seen elsewhere")
        other.get_by_role("button", name="Book room").click()
        expect(other.get_by_text("Booked: Live")).to_be_visible()
    expect(row(ada, "Live")).to_contain_text("Waiting for check-in")
    assert ada.evaluate("window.sameDocument")


def test_while_the_hub_is_away_every_page_stays_and_changes_nothing(ada: Page, hub: HubProcess) -> None:
    room_id = hub.room("Away")
    hub.book(room_id, "Far from here", hub.at("18:00"), hub.at("18:30"))
    held = {  # what changes something there
        "/rooms": "Book Away",
        f"/rooms/{room_id}": "Cancel: Far from here",
        f"/rooms/{room_id}?in=the-dialog": "Book room",
        "/bookings": "Cancel: Far from here",
        "/people": "Change Ada Osei",
        "/floor-map": None,
    }
    tabs = {address: ada.context.new_page() for address in held}
    for address, page in tabs.items():
        page.goto(address)
        if "dialog" in address:
            page.get_by_role("button", name=re.compile("^Book (now|this)")).click()
            page.get_by_label("What is it?").fill("Kept")
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        expect(page.get_by_role("heading", level=1)).to_be_attached()
    hub.stop()
    try:
        for address, page in tabs.items():
            expect(page.locator("p.bar")).to_contain_text("No connection to the hub.")
            if held[address]:
                expect(page.get_by_role("button", name=held[address], exact=True)).to_be_disabled()
    finally:
        hub.start()
    for address, page in tabs.items():
        expect(page.locator("p.bar")).to_have_count(0, timeout=20_000)
        if held[address]:
            expect(page.get_by_role("button", name=held[address], exact=True)).to_be_enabled()
    expect(tabs[f"/rooms/{room_id}?in=the-dialog"].get_by_label("What is it?")).to_have_value("Kept")
