"""What the panel uses of MicroPython's `machine`, where the board is a process."""

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

RESET_STATUS = 75
"""The exit status that asks whoever started this panel to start it again: what a reset does to a board."""

SLEEP_STATUS = 76
"""And this one, to start it again after the milliseconds in the file `asleep`."""

PWRON_RESET = 1
DEEPSLEEP_RESET = 4

woken = False
skipped_s = 0.0
"""How far the board's clock is ahead of the process's: sleep that was not waited for."""

pressed: "int | None" = None
"""The key that woke the board."""


def reset() -> None:
    sys.exit(RESET_STATUS)


def reset_cause() -> int:
    return DEEPSLEEP_RESET if woken else PWRON_RESET


def deepsleep(ms: int) -> None:
    with open("asleep", "w") as file:
        file.write(str(ms))
    sys.exit(SLEEP_STATUS)


class WDT:
    """Says in the file `watchdog` until when it is fed (unix seconds): whoever holds the panel ends it when that
    has passed. A process has no way to end itself while it hangs."""

    def __init__(self, timeout: int) -> None:
        self._timeout_ms = timeout
        self.feed()

    def feed(self) -> None:
        self._fed_until(time.time_ns() // 1000000 + self._timeout_ms)

    def _fed_until(self, unix_ms: int) -> None:
        with open("watchdog.new", "w") as file:
            file.write(str(unix_ms / 1000))
        os.rename("watchdog.new", "watchdog")


class Timer:
    """Never calls: it is for a board whose program was stopped by hand, and a process ends then."""

    def __init__(self, number: int, period: int, callback: "Callable[[object], None]") -> None:
        pass


class RTC:
    """Its memory is a file: who wakes a panel says whether it is still the same sleep."""

    def memory(self, data: "bytes | None" = None) -> bytes:
        if data is not None:
            with open("rtc", "wb") as file:
                file.write(data)
        with open("rtc", "rb") as file:
            return file.read()
