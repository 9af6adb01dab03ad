"""Forgotten passwords, from the login page to the new one; the mail is read from the hub's console."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.web.hub_process import PATIENCE_S, HubProcess

NEW = "a password of their own"


@pytest.fixture
def link(hub: HubProcess) -> Callable[[str], str]:
    """The path of the latest link that was mailed to somebody."""

    def find(email: str) -> str:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            log = (hub.folder / "hub.log").read_text()
            found = re.findall(rf"mail to {email}:.*?{hub.url}(/set-password\?token=[\w-]+)", log, re.DOTALL)
            if found:
                return str(found[-1])
            assert time.monotonic() < deadline, "no mail came"
            time.sleep(0.1)

    return find


@pytest.fixture
def invited(hub: HubProcess) -> str:
    """The address of somebody new, who has no password yet."""
    email = f"mira-{uuid4().hex[:8]}@example.org"
    hub.post("/users", {"email": email, "name": "Mira Holt", "role": "member"})
    return email


def choose(page: Page, password: str) -> None:
    page.get_by_label("New password").fill(password)
    page.get_by_role("button", name="Set password").click()


def test_invitation_leads_to_a_password_and_to_login(
    page: Page, invited: str, link: Callable[[str], str], check_axe: Callable[[Page], None]
) -> None:
    page.goto(link(invited))
    expect(page.get_by_role("heading", name="Choose a password")).to_be_visible()
    expect(page).to_have_url("/set-password")
    check_axe(page)
    choose(page, NEW)
    expect(page.get_by_role("status")).to_contain_text("Your password is set")
    check_axe(page)
    page.get_by_role("link", name="Log in").click()
    page.get_by_label("E-mail").fill(invited)
    page.get_by_label("Password").fill(NEW)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url("/rooms")


def test_forgotten_password_is_asked_for_from_login(
    page: Page, invited: str, link: Callable[[str], str], check_axe: Callable[[Page], None]
) -> None:
    first = link(invited)
    page.goto("/login")
    page.get_by_role("link", name="Forgotten your password?").click()
    expect(page.get_by_role("heading", name="Forgotten your password?")).to_be_visible()
    check_axe(page)
    page.get_by_label("E-mail").fill(invited)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("status")).to_contain_text("a link is on its way")
    check_axe(page)
    deadline = time.monotonic() + PATIENCE_S
    while link(invited) == first:
        assert time.monotonic() < deadline, "no second mail came"
        time.sleep(0.1)
    page.goto(link(invited))
    choose(page, NEW)
    expect(page.get_by_role("status")).to_contain_text("Your password is set")


def test_link_that_was_used_says_so_and_leads_to_a_new_one(
    page: Page, check_axe: Callable[[Page], None]
) -> None:
    page.goto("/set-password?token=used")
    choose(page, NEW)
    expect(page.get_by_role("alert")).to_contain_text("does not work any more")
    check_axe(page)
    page.get_by_role("link", name="Ask for a new link").click()
    expect(page).to_have_url("/forgotten-password")


@pytest.mark.parametrize("path", ["/login", "/forgotten-password", "/set-password?token=x"])
def test_pages_before_login_fit_a_phone(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto(path)
    expect(page.get_by_role("button")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
