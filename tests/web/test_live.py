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


def test_while_the_hub_is_away_its_age_is_told_and_nothing_can_be_booked(ada: Page, hub: HubProcess) -> None:
    hub.room("Away")
    ada.goto("/rooms")
    expect(row(ada, "Away")).to_contain_text("Free")
    hub.stop()
    try:
        expect(ada.locator(".bar")).to_be_visible()
        expect(ada.get_by_role("button", name="Book Away")).to_be_disabled()
        expect(row(ada, "Away")).to_contain_text("Free")
    finally:
        hub.start()
    expect(ada.locator(".bar")).to_have_count(0, timeout=20_000)
    expect(ada.get_by_role("button", name="Book Away")).to_be_enabled()
