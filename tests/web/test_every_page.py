"""What holds on every page: no broken accessibility rule, room for a thumb, nothing wider than a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.web.hub_process import HubProcess

TOO_SMALL = """() => [...document.querySelectorAll("button, input, select, nav a")]
  .filter(each => each.checkVisibility() && each.type !== "checkbox" && each.getBoundingClientRect().height < 43.5)
  .map(each => each.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def busy_room(hub: HubProcess) -> str:
    """A room with a long title, a short meeting and one that touches it."""
    room_id = hub.room("A room with quite a long name of its own", capacity=8)
    hub.book(room_id, "Quarter planning with everybody who could come", hub.at("11:30"), hub.at("12:30"))
    hub.book(room_id, "Standup", hub.at("12:30"), hub.at("12:45"))
    hub.book(room_id, "1:1", hub.at("12:45"), hub.at("13:00"))
    return room_id


def look_at(page: Page, path: str, busy_room: str) -> None:
    page.goto(path.replace(":roomId", busy_room))
    ready = {"/login": "Circle Time", "/rooms": "A room with quite", "/panels": "Panels"}.get(
        path, "A room with quite"
    )
    expect(page.get_by_role("heading", name=ready)).to_be_visible()


PATHS = ["/rooms", "/rooms/:roomId", "/panels"]


@pytest.mark.parametrize("path", PATHS)
def test_no_page_breaks_an_accessibility_rule(
    ada: Page, path: str, busy_room: str, check_axe: Callable[[Page], None]
) -> None:
    look_at(ada, path, busy_room)
    check_axe(ada)


def test_nor_does_login(page: Page, busy_room: str, check_axe: Callable[[Page], None]) -> None:
    look_at(page, "/login", busy_room)
    check_axe(page)
    page.get_by_label("E-mail").fill("x@example.org")
    page.get_by_label("Password").fill("x")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    check_axe(page)


def test_nor_does_the_dialog_before_and_after_a_refusal(
    ada: Page, busy_room: str, check_axe: Callable[[Page], None]
) -> None:
    look_at(ada, "/rooms/:roomId", busy_room)
    ada.get_by_role("button", name="Book this room").click()
    check_axe(ada)
    dialog = ada.get_by_role("dialog")
    dialog.get_by_label("What is it?").fill("Too late")
    dialog.get_by_label("From").fill("11:45")
    dialog.get_by_label("To", exact=True).fill("12:15")
    dialog.get_by_role("button", name="Book room").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Somebody has it already")
    check_axe(ada)


@pytest.mark.parametrize("path", PATHS)
def test_no_page_is_wider_than_a_phone_or_too_small_for_a_thumb(ada: Page, path: str, busy_room: str) -> None:
    ada.set_viewport_size({"width": 360, "height": 780})
    look_at(ada, path, busy_room)
    assert ada.evaluate("document.documentElement.scrollWidth") <= 360
    assert ada.evaluate(TOO_SMALL) == []


def test_nor_is_the_dialog(ada: Page, busy_room: str) -> None:
    ada.set_viewport_size({"width": 360, "height": 640})
    look_at(ada, "/rooms/:roomId", busy_room)
    ada.get_by_role("button", name="Book this room").click()
    dialog = ada.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")
    assert ada.evaluate(TOO_SMALL) == []
