"""Wires to a UC8179 that is not there: they record what the driver says, and BUSY answers as a controller would.

A record is `[command, data]`; a reset is the command "reset".
"""

import asyncio
import json

from firmware.drivers.uc8179 import Uc8179

TAKES_TIME = (0x02, 0x04, 0x12)
LOOKS = 3
"""So often is BUSY low after a command that takes time."""


class Wires:
    def __init__(self):
        self.said = []
        self.stuck_after = None
        self._cs = self._rst = 1
        self._dc = 0
        self._busy_looks = 0
        self._pause = False

    def cs(self, level):
        self._cs = level

    def dc(self, level):
        assert self._cs == 1, "data or command is decided before the chip is selected"
        self._dc = level

    def rst(self, level):
        if self._rst and not level:
            self.said.append(["reset", bytearray()])
            self._busy_looks = 0
        self._rst = level

    def write(self, data):
        assert self._cs == 0, "bytes for nobody"
        assert self._rst == 1, "bytes during the reset"
        assert not self._busy_looks, "bytes while the controller is busy"
        if self._dc:
            self.said[-1][1].extend(data)
            return
        assert len(data) == 1
        self.said.append([data[0], bytearray()])
        if data[0] in TAKES_TIME:
            self._busy_looks = 1 << 30 if data[0] == self.stuck_after else LOOKS

    def busy(self):
        if self._busy_looks:
            self._busy_looks -= 1
            return 0
        return 1


wires = Wires()
display = Uc8179(wires, wires.cs, wires.dc, wires.rst, wires.busy)


def play(program):
    """Runs the coroutine, then prints the record as JSON lines."""
    asyncio.run(program)
    for command, data in wires.said:
        print(json.dumps([command if command == "reset" else f"{command:02x}", bytes(data).hex()]))
