"""A page as it stands, from a phone to a wide desk and in both schemes: held to what holds everywhere, and pictured.

The pictures are in test-results/pictures; with CIRCLETIME_PICTURES set those that docs/ shows are made anew, too.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Error, Page

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "test-results/pictures"
OF_DOCS = ROOT / "docs/pictures" if os.environ.get("CIRCLETIME_PICTURES") else PICTURES / "docs"
DESK, PHONE = (1440, 900), (360, 780)
OTHER_WIDTHS = (640, 2560)
"""A desk's 1280 at 200 %, which is to the page a window of 640; and the widest."""

TOO_SMALL = """() => [...document.querySelectorAll(
    "button, input, select, textarea, summary, nav a, [role=tab], a.button, label:has(> input:is([type=checkbox], [type=radio]))")]
  .filter(each => each.checkVisibility() && !["checkbox", "radio", "file"].includes(each.type))
  .filter(each => { const box = each.getBoundingClientRect(); return box.width > 1 && box.height < 43.5 })
  .map(each => each.outerHTML.slice(0, 120))"""

FITS = "width => document.documentElement.scrollWidth <= width"
TOO_WIDE = """width => [...document.querySelectorAll("body *")].filter(each => each.checkVisibility())
  .filter(each => each.getBoundingClientRect().right > width + 1).slice(0, 5).map(each => each.outerHTML.slice(0, 120))"""

CLIPPED = """() => [...document.querySelectorAll("h1, h2, h3, .button, [role=tab]")]
  .filter(each => each.checkVisibility() && !each.closest(".unseen") && !each.classList.contains("unseen"))
  .filter(each => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflowX !== "visible")
  .map(each => each.outerHTML.slice(0, 120))"""

CheckAxe = Callable[[Page], None]


def complaints(page: Page, *rules: str) -> list[str]:
    """Which rule of accessibility the page as it stands breaks, and where; of these rules only, where some are named."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options: dict[str, Any] = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found = page.evaluate("options => axe.run(options).then(({ violations }) => violations)", options)
    return [f"{each['id']}: {each['help']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


def see(page: Page, name: str, picture: str | None = None) -> None:
    """Fails where the page is wrong, too wide, clipped, or too small for a thumb. Left at a desk, in light colours.

    Every rule is asked at a desk in the light and on a phone in the dark; colours alone where the two are the other way round.
    `picture`: docs/pictures/PICTURE.png is the desk's, in light colours.
    """
    PICTURES.mkdir(parents=True, exist_ok=True)
    told: list[str] = []
    for size, (width, height), whole in (("phone", PHONE, "dark"), ("desk", DESK, "light")):
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=PICTURES / f"{name}-{size}-{scheme}.png", full_page=size == "phone")
            rules = () if scheme == whole else ("color-contrast",)
            told += [f"{size} {scheme}: {each}" for each in complaints(page, *rules)]
        told += _too_wide(page, width) + [f"{size}, clipped: {each}" for each in page.evaluate(CLIPPED)]
        if size == "phone":
            told += [f"too small for a thumb: {each}" for each in page.evaluate(TOO_SMALL)]
    if picture:
        page.screenshot(path=OF_DOCS / f"{picture}.png")
    for width in OTHER_WIDTHS:
        page.set_viewport_size({"width": width, "height": DESK[1]})
        told += _too_wide(page, width)
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    assert not told, f"{name}:\n" + "\n".join(told)


def _too_wide(page: Page, width: int) -> list[str]:
    """A page that has just got another size may take a moment."""
    with contextlib.suppress(Error):
        page.wait_for_function(FITS, arg=width, timeout=5000)
    if page.evaluate(FITS, width):
        return []
    return [
        f"wider than {width}: {each}" for each in page.evaluate(TOO_WIDE, width) or ["what, is not found"]
    ]


@contextlib.contextmanager
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
