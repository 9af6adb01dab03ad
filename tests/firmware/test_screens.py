"""Each screen, dot for dot, as MicroPython draws it in a 200 KB heap.

After a change that is meant: `CIRCLETIME_UPDATE_GOLDEN=1 pytest tests/firmware/test_screens.py`, and look at
every picture that git says has changed.
"""

import os
from pathlib import Path

import pytest
from PIL import Image

from tests.firmware.screen_views import VIEWS
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


def test_the_pointer_moves_once_in_five_minutes(frames):
    at = VIEWS["meeting"]["now"]
    (same, moved), _ = preview.draw(
        [VIEWS["meeting"] | {"now": at + 119}, VIEWS["meeting"] | {"now": at + 120}]
    )
    assert same == frames["meeting"]
    assert moved != frames["meeting"]
