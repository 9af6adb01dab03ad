"""Seeed reTerminal E1001: ESP32-S3, 7.5 inch UC8179, three buttons, a lamp, 2,000 mAh.

Pins: Seeed's examples in Seeed-Projects/OSHW-reTerminal-Series-E-D (GxEPD2_reTerminal_E1001, UserButtons,
Battery_Monitor, LED_Control).
"""

import time

from machine import ADC, SPI, Pin

from firmware.boards.esp32_board import Esp32Board
from firmware.drivers.uc8179 import Uc8179

CHIP = "ESP32-S3"
_DIVIDER = 2
_SETTLE_MS = 5


class Board(Esp32Board):
    def __init__(self) -> None:
        spi = SPI(1, baudrate=10_000_000, sck=Pin(7), mosi=Pin(9))
        display = Uc8179(
            spi, Pin(10, Pin.OUT, value=1), Pin(11, Pin.OUT), Pin(12, Pin.OUT, value=1), Pin(13, Pin.IN)
        )
        super().__init__(display, (5, 4, 3))
        self._lamp = Pin(6, Pin.OUT, value=1)
        self._measure = Pin(21, Pin.OUT, value=0)
        self._voltage = ADC(Pin(1), atten=ADC.ATTN_11DB)

    def battery_mv(self) -> "int | None":
        self._measure(1)
        time.sleep_ms(_SETTLE_MS)  # type: ignore[attr-defined]
        found = self._voltage.read_uv() * _DIVIDER // 1000
        self._measure(0)
        return int(found)

    def led(self, on: bool) -> None:  # noqa: FBT001
        self._lamp(0 if on else 1)
