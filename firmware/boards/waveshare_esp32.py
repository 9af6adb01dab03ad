"""Waveshare's 7.5 inch V2 display on its ESP32 e-paper driver board; mains.

Pins: Waveshare's own examples for the driver board. It has no keys but BOOT: three can be wired from these pins
to ground.
"""

import esp32
from machine import SPI, Pin

from firmware.boards.esp32_board import Esp32Board
from firmware.drivers.uc8179 import Uc8179

CHIP = "ESP32"


class Board(Esp32Board):
    def __init__(self) -> None:
        spi = SPI(1, baudrate=10_000_000, sck=Pin(13), mosi=Pin(14))
        display = Uc8179(
            spi, Pin(15, Pin.OUT, value=1), Pin(27, Pin.OUT), Pin(26, Pin.OUT, value=1), Pin(25, Pin.IN)
        )
        super().__init__(display, (32, 33, 4))

    def _wake_on_keys(self) -> None:
        esp32.wake_on_ext0(self._key_pins[1], esp32.WAKEUP_ALL_LOW)  # the middle one
