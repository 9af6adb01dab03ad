from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.web.hub_process import EMAIL, PASSWORD, HubProcess


def log_in(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_someone_not_signed_in_is_led_to_login_and_back(page: Page) -> None:
    page.goto("/panels")
    expect(page).to_have_url("/login?next=%2Fpanels")
    log_in(page)
    expect(page).to_have_url("/panels")
    expect(page.get_by_role("heading", name="Panels", exact=True)).to_be_visible()


def test_login_never_leads_to_another_site(page: Page) -> None:
    for elsewhere in ("//evil.example/x", "https://evil.example/", "/\\evil.example"):
        page.context.clear_cookies()
        page.goto(f"/login?next={elsewhere}")
        log_in(page)
        expect(page).to_have_url("/rooms")


def test_a_wrong_password_is_told_in_words_and_keeps_the_address(page: Page) -> None:
    page.goto("/login")
    log_in(page, "wrong")
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    expect(page.get_by_label("E-mail")).to_have_value(EMAIL)


def test_logging_out_ends_the_session(ada: Page) -> None:
    ada.goto("/rooms")
    ada.get_by_role("button", name="Menu").click()
    ada.get_by_role("button", name="Log out").click()
    expect(ada).to_have_url("/login")
    ada.goto("/rooms")
    expect(ada).to_have_url("/login?next=%2Frooms")


def test_a_session_that_ends_meanwhile_leads_to_login(ada: Page, hub: HubProcess) -> None:
    ada.goto("/rooms")
    expect(ada.get_by_role("heading", name="Rooms", exact=True)).to_be_attached()
    ada.context.clear_cookies()
    hub.room("Not for strangers")  # the page is told, asks again, and is refused
    expect(ada).to_have_url("/login?next=%2Frooms")
