"""What is refreshed on the glass, and how: partial, fast or full, through stuck displays and deep sleep."""

from tests.micropython import needs_micropython

pytestmark = needs_micropython

BEGIN = """
import asyncio
from firmware.canvas import Canvas
from firmware.drivers import FAST, FULL, PARTIAL, DisplayStuck
from firmware.glass import PARTIALS_IN_A_ROW, Glass
class Display:
    caps = (FULL, FAST, PARTIAL)
    def __init__(self):
        self.shown = []
        self.stuck = False
    async def show(self, rows, rect, mode):
        self.shown.append((rect, mode))
        if self.stuck:
            raise DisplayStuck("no answer")
canvas = Canvas()
def draw(*rows):
    canvas.clear()
    for row in rows:
        canvas.fill(0, row, 8, 1)
display = Display()
glass = Glass(canvas, display)
def show():
    return asyncio.run(glass.show())
"""


def test_only_the_strips_that_changed_are_refreshed(on_micropython):
    on_micropython(
        BEGIN
        + """
assert show()
assert not show()
draw(90, 170)
assert show()
assert display.shown == [((0, 0, 800, 480), FULL), ((0, 80, 800, 120), PARTIAL)]
"""
    )


def test_ghosts_are_cleared_after_so_many_partials(on_micropython):
    on_micropython(
        BEGIN
        + """
for n in range(2 * PARTIALS_IN_A_ROW + 3):
    draw(n)
    show()
modes = [mode for _, mode in display.shown]
assert modes == ([FULL] + [PARTIAL] * PARTIALS_IN_A_ROW) * 2 + [FULL], modes
"""
    )


def test_a_stuck_display_is_counted_and_tried_again_in_full(on_micropython):
    on_micropython(
        BEGIN
        + """
show()
draw(1)
display.stuck = True
assert show()
assert show()
assert glass.refreshes["stuck"] == 2
assert glass.keep() == b""
display.stuck = False
assert show()
assert not show()
assert [mode for _, mode in display.shown] == [FULL, PARTIAL, FULL, FULL]
"""
    )


def test_a_panel_that_wakes_with_the_same_picture_refreshes_nothing(on_micropython):
    on_micropython(
        BEGIN
        + """
show()
kept = glass.keep()
assert len(kept) < 64
glass = Glass(canvas, display, kept)
assert not show()
assert glass.frame_number == 1
"""
    )


def test_the_count_to_the_next_full_refresh_goes_on_through_deep_sleep(on_micropython):
    on_micropython(
        BEGIN
        + """
for n in range(PARTIALS_IN_A_ROW + 2):
    draw(n)
    show()
    glass = Glass(canvas, display, glass.keep())
modes = [mode for _, mode in display.shown]
assert modes == [FULL] + [FAST] * PARTIALS_IN_A_ROW + [FULL], modes
"""
    )


def test_what_was_kept_by_another_firmware_is_not_believed(on_micropython):
    on_micropython(
        BEGIN
        + """
glass = Glass(canvas, display, b"something else")
assert show()
assert display.shown == [((0, 0, 800, 480), FULL)]
"""
    )


def test_a_display_without_a_fast_waveform_wakes_with_a_full_refresh(on_micropython):
    on_micropython(
        BEGIN
        + """
show()
display.caps = (FULL, PARTIAL)
glass = Glass(canvas, display, glass.keep())
draw(1)
show()
assert display.shown[-1] == ((0, 0, 800, 40), FULL)
"""
    )
