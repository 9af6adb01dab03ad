"""What is on the wall now: refreshed only where the picture changed, and told in strips to the hub."""

import struct

from firmware.canvas import STRIPS, Strip
from firmware.drivers import FAST, FULL, PARTIAL, DisplayStuck
from shared.panel_screen import FRAMES, STRIP_ROWS, WIDTH_PX, strip_header

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from firmware.canvas import Canvas

PARTIALS_IN_A_ROW = 8
"""After so many refreshes that are not full, e-ink shows ghosts of earlier pictures, and is refreshed in full."""

TOLD_ROWS = 10
"""How many rows at a time the hub is told: a display may be at work on the canvas's own strip."""

_KEPT = ">BH%dI" % STRIPS


class Glass:
    """`frame_number` counts the pictures shown, modulo 65536. `refreshes` counts what the display did since boot,
    and how often it was `stuck`."""

    def __init__(self, canvas: "Canvas", display: "Any", kept: bytes = b"") -> None:
        """`kept` is what `keep` gave before a deep sleep; without it the glass may show anything."""
        self._canvas = canvas
        self._told = Strip(TOLD_ROWS)
        self._display = display
        self._shown: list[int | None] = [None] * STRIPS  # the marks of the picture
        self._since_full = 0
        self._can_differ = False
        self.frame_number = 0
        self.refreshes = {FULL: 0, FAST: 0, PARTIAL: 0, "stuck": 0}
        if len(kept) == struct.calcsize(_KEPT):
            self._since_full, self.frame_number, *self._shown = struct.unpack(_KEPT, kept)

    def keep(self) -> bytes:
        """What the glass shows, and how it came there: to go on from after a deep sleep. Nothing, where that is
        not known."""
        if None in self._shown:
            return b""
        return struct.pack(_KEPT, self._since_full, self.frame_number, *self._shown)

    async def show(self) -> bool:
        """Puts the canvas's picture on the glass; False if it was there already.

        Nothing may be drawn until this returns.
        """
        drawn: list[int | None] = list(self._canvas.marks)
        changed = [strip for strip in range(STRIPS) if drawn[strip] != self._shown[strip]]
        if not changed:
            return False
        mode = self._mode()
        self._since_full = 0 if mode == FULL else self._since_full + 1
        self.refreshes[mode] += 1
        first, rows = changed[0] * STRIP_ROWS, (changed[-1] - changed[0] + 1) * STRIP_ROWS
        self._shown = drawn
        self.frame_number = (self.frame_number + 1) % FRAMES
        try:
            await self._display.show(self._canvas.rows, (0, first, WIDTH_PX, rows), mode)
            self._can_differ = True
        except DisplayStuck as error:  # tried again at the next look, at most a minute later
            print("display:", error)
            self.refreshes["stuck"] += 1
            self._shown = [None] * STRIPS
        return True

    def _mode(self) -> str:
        """Partial wherever the display still holds the last picture, which it does not after a sleep."""
        if self._shown[0] is None or self._since_full >= PARTIALS_IN_A_ROW:
            return FULL
        if self._can_differ:
            return PARTIAL
        return FAST if FAST in self._display.caps else FULL

    async def sleep(self) -> None:
        """The display takes no power to speak of, until the next picture."""
        await self._display.sleep()
        self._can_differ = False

    def strip(self, first_row: int) -> "Iterator[bytes | memoryview]":
        """Header and rows of one strip, as `shared.panel_screen` has it, in pieces that are good until the next."""
        yield strip_header(self.frame_number, first_row)
        for row in range(first_row, first_row + STRIP_ROWS, self._told.rows):
            yield self._canvas.rows(row, self._told)
