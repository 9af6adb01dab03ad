"""Signing in by a certified OpenID provider, in a real browser, through the provider's own login page; and out again."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.oidc.provider import OpenIdProvider, missing
from tests.web.hub_process import EMAIL, HubProcess
from tests.web.looks import no_complaints, see


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, hub: HubProcess) -> Iterator[HubProcess]:
    """A hub of its own, whose people are the provider's."""
    if reason := missing():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    found = HubProcess(tmp_path_factory.mktemp("site"))
    provider = OpenIdProvider(found.url)
    found.environment = provider.environment()
    found.add_user(EMAIL, "Ada Osei", "admin")
    found.start()
    try:
        found.log_in()
        found.furnish()
        yield found
    finally:
        found.stop()
        provider.close()


@pytest.fixture
def browser_page(page: Page) -> Page:
    """The provider's page would bring a font from elsewhere."""
    page.route(re.compile("googleapis"), lambda route: route.abort())
    return page


def at_the_provider(page: Page, who: str) -> None:
    page.get_by_placeholder("Enter any login").fill(who)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()


def test_people_go_to_their_provider_and_come_back_to_where_they_were(
    browser_page: Page, site: HubProcess
) -> None:
    page = browser_page
    page.goto(f"{site.url}/account")
    expect(page).to_have_url(re.compile(r"/login\?next=%2Faccount"))
    button = page.get_by_role("link", name="Sign in with Example Works")
    with no_complaints(page):
        expect(button).to_be_visible()
        expect(page.get_by_label("Password")).to_be_visible()
        see(page, "login-by-provider", picture="login")
    button.click()
    at_the_provider(page, "u-mira")
    expect(page).to_have_url(f"{site.url}/account")
    expect(page.get_by_text("mira@example.org")).to_be_visible()
    expect(page.get_by_text("Finance")).to_be_visible()
    names = {one["name"] for one in page.context.cookies(site.url)}
    assert ("circletime_session" in names, "circletime_sign_in" in names) == (True, False)

    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Yes, sign me out").click()
    expect(page).to_have_url(f"{site.url}/login")
    page.goto(f"{site.url}/rooms")
    expect(page).to_have_url(re.compile("/login"))
    page.get_by_role("link", name="Sign in with Example Works").click()
    expect(page.get_by_placeholder("Enter any login")).to_be_visible()  # the provider has forgotten them, too


@pytest.mark.parametrize(
    ("language", "button", "told"),
    [
        ("en", "Sign in with Example Works", "has not verified your e-mail address"),
        ("de", "Anmelden mit Example Works", "nicht bestätigt"),
        ("fr", "Se connecter avec Example Works", "pas vérifié"),
        ("es", "Entrar con Example Works", "no ha verificado"),
    ],
)
def test_what_is_refused_is_told_by_the_login_page_in_every_language(
    browser_page: Page, site: HubProcess, language: str, button: str, told: str
) -> None:
    page = browser_page
    page.add_init_script(f"localStorage.setItem('circletime.language', '{language}')")
    page.goto(f"{site.url}/login")
    page.get_by_role("link", name=button).click()
    at_the_provider(page, "u-mallory")
    expect(page).to_have_url(re.compile(r"/login\?problem=address-not-verified"))
    expect(page.get_by_role("alert")).to_contain_text(told)
    if language == "de":
        see(page, "login-by-provider-refused")


def test_words_of_who_made_the_address_are_not_shown(browser_page: Page, site: HubProcess) -> None:
    browser_page.goto(f"{site.url}/login?problem=Call%20555-1234")
    expect(browser_page.get_by_role("alert")).to_contain_text("did not work")
    expect(browser_page.get_by_text("555")).to_have_count(0)


def test_where_passwords_are_off_the_provider_is_the_only_way(browser_page: Page, site: HubProcess) -> None:
    page = browser_page
    site.stop()
    site.environment["CIRCLETIME_PASSWORD_LOGIN"] = "off"
    site.start()
    page.goto(f"{site.url}/login")
    button = page.get_by_role("link", name="Sign in with Example Works")
    expect(button).to_be_visible()
    expect(page.get_by_label("Password")).to_have_count(0)
    expect(page.get_by_role("link", name="Forgotten your password?")).to_have_count(0)
    see(page, "login-by-provider-alone")
    button.click()
    at_the_provider(page, "u-mira")
    expect(page).to_have_url(f"{site.url}/rooms")
    page.goto(f"{site.url}/account")
    expect(page.get_by_role("heading", name="Language")).to_be_visible()
    expect(page.get_by_role("heading", name="Password")).to_have_count(0)
