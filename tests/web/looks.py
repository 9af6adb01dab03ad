"""A page as it stands, from a phone to a desk and in both schemes: held to what holds everywhere, and pictured.

The pictures are in test-results/web; with CIRCLETIME_PICTURES=1 those that docs/ shows are made anew, too.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Error, Page

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "test-results/web"
DESK, PHONE, WIDE = (1440, 900), (360, 780), (2560, 1300)

TOO_SMALL = """() => [...document.querySelectorAll("button, input, select, summary, nav a")]
  .filter(each => each.checkVisibility() && !["checkbox", "radio", "file"].includes(each.type))
  .filter(each => each.getBoundingClientRect().height < 43.5)
  .map(each => each.outerHTML.slice(0, 120))"""

TOO_WIDE = """width => document.documentElement.scrollWidth <= width ? [] : [...document.querySelectorAll("body *")]
  .filter(each => each.getBoundingClientRect().right > width + 0.5).map(each => each.outerHTML.slice(0, 120))"""

CheckAxe = Callable[[Page], None]


def see(page: Page, name: str, check_axe: CheckAxe, picture: str | None = None) -> None:
    """`picture`: docs/pictures/PICTURE.png is the desk's, in light colours."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    for size, (width, height) in (("phone", PHONE), ("desk", DESK)):
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=SHOTS / f"{name}-{size}-{scheme}.png", full_page=size == "phone")
        _fits(page, width)
        if size == "phone":
            page.emulate_media(color_scheme="dark")
            assert page.evaluate(TOO_SMALL) == []
        check_axe(page)
    if picture and os.environ.get("CIRCLETIME_PICTURES") == "1":
        page.screenshot(path=ROOT / f"docs/pictures/{picture}.png")
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    _fits(page, WIDE[0])
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})


def _fits(page: Page, width: int) -> None:
    """What is too wide is named; a page that has just got another size may take a moment."""
    with contextlib.suppress(Error):
        page.wait_for_function(f"document.documentElement.scrollWidth <= {width}", timeout=5000)
    assert page.evaluate(TOO_WIDE, width) == []
