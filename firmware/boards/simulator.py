"""A board that is a process: its glass is only memory, and its keys are pressed over MQTT."""

import os
import time

import machine

from firmware.drivers import FAST, FULL, PARTIAL
from firmware.inputs import Inputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Rows = Callable[[int], memoryview]

CHIP = "linux"


class Board:
    simulated = True
    portal_ports = (8080, 5353)
    """Nobody but root may have a board's, 80 and 53; `CIRCLETIME_PORTAL_PORTS` says others."""

    def __init__(self) -> None:
        self.inputs = Inputs()
        if machine.pressed is not None:
            self.inputs.press(machine.pressed)
        self.display = Display()
        told: str | None = os.getenv("CIRCLETIME_PORTAL_PORTS")
        if told:
            web, names = told.split(",")
            self.portal_ports = (int(web), int(names))

    def reset(self) -> None:
        machine.reset()

    def battery_mv(self) -> "int | None":
        return None

    def led(self, on: bool) -> None:  # noqa: FBT001
        pass

    def seconds(self) -> int:
        return int(time.time() + machine.skipped_s)

    def kept(self) -> bytes:
        return bytes(machine.RTC().memory()) if machine.reset_cause() == machine.DEEPSLEEP_RESET else b""

    def deep_sleep(self, ms: int, keep: bytes) -> None:
        machine.RTC().memory(keep)
        machine.deepsleep(ms)


class Display:
    """Whoever wants to see the glass asks the panel for its strips."""

    caps = (FULL, FAST, PARTIAL)

    async def show(self, rows: "Rows", rect: "tuple[int, int, int, int]", mode: str) -> None:
        pass

    async def sleep(self) -> None:
        pass
