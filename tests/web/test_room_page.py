"""The page that the code on a panel leads to."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.web.hub_process import HubProcess


def running(hub: HubProcess, name: str) -> tuple[str, str]:
    """A room with a meeting of Ada's that began this minute: the ids of both."""
    room_id = hub.room(name)
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    made = hub.book(room_id, "Roadmap", now.isoformat(), (now + timedelta(minutes=30)).isoformat())
    return room_id, made["id"]


def test_checking_in_and_ending_ones_own_meeting(ada: Page, hub: HubProcess) -> None:
    room_id, booking_id = running(hub, "Mine")
    ada.goto(f"/rooms/{room_id}")
    expect(ada.get_by_role("heading", name="Mine", level=1)).to_be_visible()
    ada.get_by_role("button", name="Check in: Roadmap").click()
    expect(ada.get_by_role("button", name="Check in: Roadmap")).to_have_count(0)
    assert hub.get(f"/bookings/{booking_id}")["status"] == "checked_in"
    ada.get_by_role("button", name="End now: Roadmap").click()
    expect(ada.get_by_text("Ended; the rest is free.")).to_be_visible()
    assert hub.get(f"/bookings/{booking_id}")["status"] == "completed"


def test_cancelling_ones_own_booking(ada: Page, hub: HubProcess) -> None:
    room_id = hub.room("Cancelled")
    hub.book(room_id, "Never mind", hub.at("16:00"), hub.at("17:00"))
    ada.goto(f"/rooms/{room_id}")
    ada.get_by_role("button", name="Cancel: Never mind").click()
    expect(ada.get_by_role("listitem").filter(has_text="Never mind")).to_contain_text("cancelled")


def test_the_room_can_be_booked_from_its_page(ada: Page, hub: HubProcess) -> None:
    room_id = hub.room("At the door")
    ada.goto(f"/rooms/{room_id}")
    ada.get_by_role("button", name=re.compile("^Book (now|this)")).click()
    ada.get_by_label("What is it?").fill("From the code")
    ada.get_by_role("button", name="Book room").click()
    expect(ada.get_by_role("listitem").filter(has_text="From the code")).to_contain_text("yours")
    assert len(hub.bookings(room_id)) == 1


def test_a_room_that_is_not_there_is_said_so(ada: Page) -> None:
    ada.goto("/rooms/nosuchroom")
    expect(ada.get_by_role("heading", name="This room can't be shown")).to_be_visible()
