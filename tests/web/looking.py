"""Looks at a page as it stands: in both schemes, at a desk and on a phone; keeps the pictures, finds what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

PICTURES = Path(__file__).parents[2] / "test-results/pictures"
SIZES = {"desk": (1440, 940), "phone": (390, 844)}

TOO_SMALL = """() => [...document.querySelectorAll("button, input, select, textarea, nav a")]
  .filter(each => each.checkVisibility() && !["checkbox", "radio"].includes(each.type))
  .filter(each => { const box = each.getBoundingClientRect(); return box.width && box.height < 43.5 })
  .map(each => each.outerHTML.slice(0, 120))"""
OVER = """() => [...document.querySelectorAll("body *")]
  .filter(each => each.checkVisibility() && !each.closest(".strip, .unseen, [aria-hidden=true]"))
  .filter(each => each.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 5).map(each => each.outerHTML.slice(0, 120))"""


def wrong(page: Page) -> list[str]:
    """What breaks a rule of accessibility on the page as it stands, and where."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{each['id']}: {each['help']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


def look(page: Page, name: str) -> None:
    """Keeps NAME-SIZE-SCHEME.png, and fails where the page is wrong, too wide, or too small for a thumb.

    The page is left at a desk, in the light scheme.
    """
    PICTURES.mkdir(parents=True, exist_ok=True)
    told: list[str] = []
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=PICTURES / f"{name}-{size}-{scheme}.png")
            if (size, scheme) != ("phone", "dark"):
                told += [f"{size} {scheme}: {each}" for each in wrong(page)]
    page.set_viewport_size({"width": 360, "height": 780})
    if page.evaluate("document.documentElement.scrollWidth") > 360:
        told += [f"wider than a phone: {each}" for each in page.evaluate(OVER)]
    told += [f"too small for a thumb: {each}" for each in page.evaluate(TOO_SMALL)]
    page.set_viewport_size({"width": 1440, "height": 940})
    assert not told, f"{name}:\n" + "\n".join(told)


@contextmanager
def no_complaints(page: Page) -> Iterator[None]:
    """Fails where the browser complained: an error in the app, or what the content security policy refused."""
    told: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            told.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: told.append(str(error)))
    yield
    assert not told, told
