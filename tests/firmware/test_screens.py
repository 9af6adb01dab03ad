"""Each screen, dot for dot, as MicroPython draws it in a 200 KB heap.

After a change that is meant: `CIRCLETIME_UPDATE_GOLDEN=1 pytest tests/firmware/test_screens.py`, and look at
every picture that git says has changed.
"""

import os
from pathlib import Path

import pytest
from PIL import Image

from shared import panel_screen
from tests.firmware.screen_views import MINUTE, TEN, VIEWS, meeting, state
from tests.micropython import needs_micropython
from tools import preview

GOLDEN = Path(__file__).parent / "golden"
UPDATE = "CIRCLETIME_UPDATE_GOLDEN" in os.environ

pytestmark = needs_micropython


@pytest.fixture(scope="module")
def frames():
    drawn, _ = preview.draw(list(VIEWS.values()))
    return dict(zip(VIEWS, drawn, strict=True))


@pytest.mark.parametrize("name", VIEWS)
def test_frame_is_the_one_that_was_looked_at(name, frames):
    golden = GOLDEN / f"{name}.png"
    if UPDATE:
        golden.write_bytes(preview.png(frames[name]))
    assert Image.open(golden).convert("1").tobytes() == preview.picture(frames[name]).tobytes()


def test_every_golden_frame_belongs_to_a_view():
    assert {path.stem for path in GOLDEN.glob("*.png")} == set(VIEWS)


def test_a_frame_does_not_depend_on_what_was_drawn_before(frames):
    names = list(reversed(VIEWS))
    again, _ = preview.draw([VIEWS[name] for name in names])
    assert dict(zip(names, again, strict=True)) == frames


@pytest.mark.parametrize(
    ("view", "next_s"),
    [
        (VIEWS["idle"] | {"now": TEN + 43 * MINUTE}, 2 * MINUTE),
        (VIEWS["idle"] | {"now": TEN + 45 * MINUTE}, 5 * MINUTE),
        (VIEWS["idle-check-in-open"] | {"now": TEN + 1}, 5 * MINUTE - 1),
        (VIEWS["meeting"], 2 * MINUTE),
        (VIEWS["starting"], 5 * MINUTE),
        (
            {"state": state(meeting(TEN + 61 * MINUTE + 7, 60)), "now": TEN},
            MINUTE + 7,
        ),  # "Book 1 hour" turns grey
    ],
)
def test_next_redraw_is_the_pointer_s_step_or_a_key_turning_grey(view, next_s):
    _, costs = preview.draw([view])
    assert costs[0]["nextRedrawAt"] - view["now"] == next_s


def test_strips_with_the_same_mark_are_the_same_dots():
    """A panel redraws where a mark differs, and never looks at the dots."""
    views = [VIEWS[name] | {"now": VIEWS[name]["now"] + later} for name in VIEWS for later in (0, 300, 301)]
    drawn, costs = preview.draw(views)
    found: dict[tuple[int, int], bytes] = {}
    for frame, cost in zip(drawn, costs, strict=True):
        for strip, mark in enumerate(cost["marks"]):
            dots = frame[strip * 4000 : strip * 4000 + 4000]
            assert found.setdefault((strip, mark), dots) == dots
    assert len(found) > 2 * panel_screen.HEIGHT_PX // panel_screen.STRIP_ROWS


def test_the_pointer_moves_once_in_five_minutes(frames):
    at = VIEWS["meeting"]["now"]
    (same, moved), _ = preview.draw(
        [VIEWS["meeting"] | {"now": at + 119}, VIEWS["meeting"] | {"now": at + 120}]
    )
    assert same == frames["meeting"]
    assert moved != frames["meeting"]
