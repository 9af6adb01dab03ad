"""Soldered's Inkplate 6FLICK: 1024x758 dots behind a parallel bus, an IO expander and a TPS65186.

The waveforms are the maker's own: their MicroPython library (SolderedElectronics/Inkplate-micropython, folder
Inkplate6FLICK) drives the bus with viper code, and this driver only gives it the picture. The installer copies that
library beside the firmware; it takes 300 KB of the board's PSRAM.

The frame is enlarged by five to four: every fourth dot, across and down, is there twice.
"""

import asyncio
from array import array

from inkplate6FLICK import Inkplate

from firmware.drivers import FULL, PARTIAL
from shared.panel_screen import HEIGHT_PX, ROW_BYTES, STRIP_ROWS, WIDTH_PX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Rect = tuple[int, int, int, int]
    Rows = Callable[[int], memoryview]

GLASS_WIDTH, GLASS_HEIGHT = 1024, 758
LEFT, TOP = 8, 79
"""Where the frame's first dot stands; what is left over around it stays white."""

_GLASS_ROW = GLASS_WIDTH // 8


class Inkplate6Flick:
    """Nothing else runs while the maker's library drives the bus: one second in full, half of one in part."""

    caps = (FULL, PARTIAL)

    def __init__(self) -> None:
        self._inkplate = Inkplate(Inkplate.INKPLATE_1BIT)
        self._inkplate.begin()
        self._wide = _wide()
        self._knows_old = False

    def init(self) -> None:
        self._knows_old = False

    async def show(self, rows: "Rows", rect: "Rect", mode: str) -> None:
        """What is not partial, and the first picture, shows the whole frame."""
        first, after = 0, HEIGHT_PX
        if mode == PARTIAL and self._knows_old:
            first = rect[1] & ~3
            after = rect[1] + rect[3] + 3 & ~3
        for top in range(first - first % STRIP_ROWS, after, STRIP_ROWS):
            strip = rows(top)
            for row in range(max(first, top), min(after, top + STRIP_ROWS), 4):
                self._enlarge(strip, row - top, TOP + row * 5 // 4)
            await asyncio.sleep(0)
        if mode == PARTIAL and self._knows_old:
            self._inkplate.ipp.display(0, TOP + first * 5 // 4, GLASS_WIDTH, (after - first) * 5 // 4)
        else:
            self._inkplate.ipm.display()
        self._inkplate.ipp.start()  # what is shown is what the next partial refresh differs from
        self._knows_old = True

    async def sleep(self) -> None:
        """The library switches the voltages off after each refresh."""

    def _enlarge(self, strip: memoryview, row: int, glass_row: int) -> None:
        """Four rows of the strip become five of the glass, the first of them twice."""
        glass = memoryview(self._inkplate.ipm._framebuf)  # noqa: SLF001  the library has no other way in
        at = glass_row * _GLASS_ROW
        for source in range(row, row + 4):
            self._enlarge_row(strip, source * ROW_BYTES, glass, at + LEFT // 8)
            at += _GLASS_ROW
            if source == row:
                glass[at : at + _GLASS_ROW] = glass[at - _GLASS_ROW : at]
                at += _GLASS_ROW

    def _enlarge_row(self, strip: memoryview, begin: int, glass: memoryview, at: int) -> None:
        """Four bytes, highest bit left, become five, lowest bit left."""
        wide = self._wide
        for place in range(begin, begin + WIDTH_PX // 8, 4):
            one, two = wide[strip[place]], wide[strip[place + 1]]
            three, four = wide[strip[place + 2]], wide[strip[place + 3]]
            glass[at] = one & 255
            glass[at + 1] = one >> 8 | two << 2 & 255
            glass[at + 2] = two >> 6 | three << 4 & 255
            glass[at + 3] = three >> 4 | four << 6 & 255
            glass[at + 4] = four >> 2
            at += 5


def _wide() -> "array[int]":
    """For each byte its eight dots as ten, in the other order: dots 0 and 4 are there twice."""
    found = array("H", [0] * 256)
    for byte in range(256):
        for place in range(10):
            if byte >> 7 - place * 4 // 5 & 1:
                found[byte] |= 1 << place
    return found
