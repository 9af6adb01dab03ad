"""The browser tests: a real Chromium on the built app, before a real hub."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.hub_process import EMAIL, PASSWORD, HubProcess, furnished_hub
from tests.web.looks import complaints
from tests.web.story_house import StoryHouse
from tools.chromium import INSTALL, find_chromium

ROOT = Path(__file__).parents[2]
FLAGS = "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync"

expect.set_options(timeout=10_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Playwright leaves an event loop running in this thread, where `asyncio.run` then refuses: go last."""
    items.sort(key=lambda item: Path(__file__).parent in item.path.parents)


def _need(there: object, missing: str) -> None:
    if there:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chromium = find_chromium()
    _need(chromium, f"needs Chromium; on Debian: sudo sh -c '{INSTALL}'")
    return browser_type_launch_args | {"executable_path": chromium, "args": FLAGS.split()}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """The browser's own zone is never the building's."""
    return browser_context_args | {
        "viewport": {"width": 1440, "height": 940},
        "timezone_id": "Asia/Kathmandu",
        "locale": "en-GB",
        "reduced_motion": "reduce",
    }


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    _need((ROOT / "hub/static/index.html").is_file(), "the web app is not built; run: make setup")
    yield from furnished_hub(tmp_path_factory.mktemp("hub"))


@pytest.fixture(scope="session")
def house(hub: HubProcess) -> StoryHouse:
    return StoryHouse(hub)


@pytest.fixture(scope="session")
def base_url(hub: HubProcess) -> str:
    """pytest-playwright resolves `page.goto("/rooms")` against it."""
    return hub.url


@pytest.fixture
def ada(page: Page, base_url: str) -> Page:
    """A page whose browser is signed in as the admin."""
    return sign_in(page, base_url)


def sign_in(page: Page, base_url: str) -> Page:
    answer = page.request.post(f"{base_url}/api/v1/auth/login", data={"email": EMAIL, "password": PASSWORD})
    assert answer.ok, answer.text()
    return page


@pytest.fixture
def check_axe() -> Callable[[Page], None]:
    """Fails with what is wrong, and where, when the page as it stands breaks an accessibility rule."""

    def check(page: Page) -> None:
        told = complaints(page)
        assert not told, "\n".join(told)

    return check
