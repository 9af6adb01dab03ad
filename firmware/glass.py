"""What is on the wall now: refreshed only where the picture changed, and told in strips to the hub."""

import binascii

from shared.panel_screen import FRAMES, HEIGHT_PX, ROW_BYTES, STRIP_ROWS, strip_header

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FULL = "full"
PARTIAL = "partial"

PARTIALS_IN_A_ROW = 8
"""After so many, e-ink shows ghosts of earlier pictures, and is refreshed in full."""


class Glass:
    """`frame_number` counts the pictures shown, modulo 65536."""

    def __init__(self, buffer: bytearray, display: "Any") -> None:
        self._buffer = memoryview(buffer)
        self._display = display
        self._shown: list[int | None] = [None] * (HEIGHT_PX // STRIP_ROWS)  # a checksum per strip
        self._partials = 0
        self.frame_number = 0
        self.refreshes = {FULL: 0, PARTIAL: 0}

    async def show(self) -> bool:
        """Puts the picture in the buffer on the glass; False if it was there already.

        The buffer must not be drawn in until this returns.
        """
        drawn: list[int | None] = [binascii.crc32(self._rows(strip)) for strip in range(len(self._shown))]
        changed = [strip for strip in range(len(drawn)) if drawn[strip] != self._shown[strip]]
        if not changed:
            return False
        mode = FULL if self._shown[0] is None or self._partials >= PARTIALS_IN_A_ROW else PARTIAL
        self._partials = 0 if mode == FULL else self._partials + 1
        self.refreshes[mode] += 1
        rows = (changed[-1] - changed[0] + 1) * STRIP_ROWS
        self._shown = drawn
        self.frame_number = (self.frame_number + 1) % FRAMES
        await self._display.show(self._buffer, changed[0] * STRIP_ROWS, rows, mode)
        return True

    def strip(self, first_row: int) -> "tuple[bytes, memoryview]":
        """Header and rows of one strip, as `shared.panel_screen` has it."""
        return strip_header(self.frame_number, first_row), self._rows(first_row // STRIP_ROWS)

    def _rows(self, strip: int) -> memoryview:
        begin = strip * STRIP_ROWS * ROW_BYTES
        return self._buffer[begin : begin + STRIP_ROWS * ROW_BYTES]
