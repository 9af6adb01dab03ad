"""A board that is a process: its glass is only memory, and its keys are pressed over MQTT."""

import machine

from firmware.drivers import FAST, FULL, PARTIAL
from firmware.inputs import Inputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Rows = Callable[[int], memoryview]


class Board:
    simulated = True

    def __init__(self) -> None:
        self.inputs = Inputs()
        self.display = Display()

    def reset(self) -> None:
        machine.reset()

    def battery_mv(self) -> "int | None":
        return None

    def led(self, on: bool) -> None:  # noqa: FBT001
        pass

    def kept(self) -> bytes:
        return b""


class Display:
    """Whoever wants to see the glass asks the panel for its strips."""

    caps = (FULL, FAST, PARTIAL)

    async def show(self, rows: "Rows", rect: "tuple[int, int, int, int]", mode: str) -> None:
        pass

    async def sleep(self) -> None:
        pass
