"""Soldered Inkplate 6FLICK: ESP32 with PSRAM, 6 inch glass, touch, a battery connector.

The pins are in the maker's library, which `firmware.drivers.inkplate6flick` names. It has no keys: the soft keys at
the foot of the picture are touched.
"""

import asyncio

from inkplate6FLICK import _Inkplate
from touchCypress import Touch

from firmware import ticks
from firmware.boards.esp32_board import Esp32Board
from firmware.drivers.inkplate6flick import GLASS_HEIGHT, GLASS_WIDTH, LEFT, TOP, Inkplate6Flick
from firmware.inputs import KEYS, Inputs
from shared.panel_screen import WIDTH_PX

CHIP = "ESP32"
_RANGE_X, _RANGE_Y = 1535, 560
"""What the library reports at the far corner; its own `touchInArea` scales by the same."""

_KEYS_Y_PX = 400
"""Row of the frame from which a touch is meant for a key; the keys are drawn from 421 on."""

_LOOK_S = 0.04
_LIFTED_MS = 200
"""A finger that rests reports again and again; it was lifted when it has been silent for so long."""


class Board(Esp32Board):
    def __init__(self) -> None:
        super().__init__(Inkplate6Flick(), ())
        if Touch.tsInit(1):
            self.inputs = TouchKeys()
        else:
            print("no answer from the touch screen")

    def battery_mv(self) -> "int | None":
        return int(_Inkplate.read_battery() * 1000)

    def _wake_on_keys(self) -> None:
        """The touch screen is off in deep sleep: only time wakes it."""


class TouchKeys(Inputs):
    def __init__(self) -> None:
        super().__init__()
        self._touched_ticks = ticks.now_ms() - _LIFTED_MS

    async def pressed(self) -> "list[int]":
        while True:
            key = self._touched()
            if key is not None:
                return [key]
            await asyncio.sleep(_LOOK_S)

    def _touched(self) -> "int | None":
        """The key under a finger that has just come down."""
        x, y = [0, 0], [0, 0]
        if not Touch.tsAvailable() or not Touch.tsGetData(x, y):
            return None
        rested = ticks.since_ms(self._touched_ticks) < _LIFTED_MS
        self._touched_ticks = ticks.now_ms()
        return None if rested else key_at(x[0] * GLASS_WIDTH // _RANGE_X, y[0] * GLASS_HEIGHT // _RANGE_Y)


def key_at(x: int, y: int) -> "int | None":
    """The soft key drawn at this place of the glass, or below it."""
    if (y - TOP) * 4 // 5 < _KEYS_Y_PX:
        return None
    return max(0, min(KEYS - 1, (x - LEFT) * 4 // 5 * KEYS // WIDTH_PX))
