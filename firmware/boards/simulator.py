"""A board that is a process: its glass is only memory, and its keys are pressed over MQTT."""

import machine

from firmware.inputs import Inputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    Bytes = bytes | bytearray | memoryview


class Board:
    simulated = True

    def __init__(self) -> None:
        self.inputs = Inputs()
        self.display = Display()

    def reset(self) -> None:
        machine.reset()


class Display:
    """The frame in memory is the glass: whoever wants to see it asks the panel for its strips."""

    async def show(self, buffer: "Bytes", first_row: int, rows: int, mode: str) -> None:
        pass
