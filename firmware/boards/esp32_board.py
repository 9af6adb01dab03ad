"""What boards with an ESP32 have in common: deep sleep, the memory that outlives it, keys, no battery."""

import time

import esp32
import machine

from firmware.boards.keys import Keys
from firmware.inputs import Inputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Esp32Board:
    simulated = False

    def __init__(self, display: "Any", key_pins: "tuple[int, ...]") -> None:
        """`key_pins` from left to right; each pulls low when pressed, and must be an RTC pin to wake the board."""
        self.display = display
        self.inputs = Inputs()
        self._key_pins = [machine.Pin(pin, machine.Pin.IN, machine.Pin.PULL_UP) for pin in key_pins]
        self._keys = Keys(self._key_pins, self.inputs, self.reset)

    def reset(self) -> None:
        machine.reset()

    def battery_mv(self) -> "int | None":
        """None on mains."""
        return None

    def led(self, on: bool) -> None:  # noqa: FBT001  a lamp's one property
        """On while somebody should see that a press has arrived; nothing where there is no lamp."""

    def seconds(self) -> int:
        """A clock of seconds that runs on in deep sleep; only differences mean anything."""
        return int(time.time())

    def kept(self) -> bytes:
        """What `deep_sleep` was given, after waking from it; nothing after any other start."""
        if machine.reset_cause() != machine.DEEPSLEEP_RESET:
            return b""
        return bytes(machine.RTC().memory())

    def deep_sleep(self, ms: int, keep: bytes) -> None:
        """Does not return: the board starts anew after `ms`, or when a key is pressed that can wake it."""
        machine.RTC().memory(keep)
        self._wake_on_keys()
        machine.deepsleep(ms)

    def _wake_on_keys(self) -> None:
        """An ESP32-S3 wakes when any of its pins is low; the older ESP32 knows that of one pin only."""
        esp32.wake_on_ext1(self._key_pins, esp32.WAKEUP_ALL_LOW)
