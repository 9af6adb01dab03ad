# ruff: noqa: PTH123, RUF006, SIM115, UP031  runs on MicroPython
"""Boots the firmware on a recorded board; what goes over the display's wires is written to the file `wire`.

A line is a command in hex and its data in hex, as they came; "reset" for a reset.
"""

import asyncio
import binascii
import os
import sys

import boot_rom
import machine

os.chdir(sys.argv[1])
CS, DC, RST, BUSY = (int(pin) for pin in sys.argv[2].split(","))
WOKEN_BY = sys.argv[3]
"""The pin of the key that woke it from deep sleep, or nothing."""


class Wire:
    """Stands for the recorder's list, which no heap of 200 KB could hold."""

    def __init__(self):
        self._file = open("wire", "a")
        self._level = {}
        self._busy_looks = 0
        machine.levels[BUSY] = self._idle

    def append(self, entry):
        if entry[0] == "pin":
            if entry[1] == RST and entry[2] == 0 and self._level.get(RST):
                self._file.write("\nreset ")
            self._level[entry[1]] = entry[2]
        elif self._level[DC]:
            for place in range(0, len(entry[1]), 200):
                self._file.write(binascii.hexlify(entry[1][place : place + 200]).decode())
        else:
            self._file.write("\n%02x " % entry[1][0])
            self._busy_looks = 3 if entry[1][0] in (0x02, 0x04, 0x12) else 0
        if entry[0] == "pin":
            self._file.flush()

    def _idle(self):
        self._busy_looks = max(0, self._busy_looks - 1)
        return 0 if self._busy_looks else 1


async def end_with_stdin():
    stdin = asyncio.StreamReader(sys.stdin.buffer)
    while await stdin.read(64):
        pass
    sys.exit(0)


class Rtc:
    """Its memory outlives the process."""

    def memory(self, data=None):
        if data is not None:
            with open("rtc", "wb") as file:
                file.write(data)
        with open("rtc", "rb") as file:
            return file.read()


def deepsleep(ms):
    with open("asleep", "w") as file:
        file.write(str(ms))
    sys.exit(76)


machine.wire = Wire()
machine.kept = memoryview
machine.RTC = Rtc
machine.deepsleep = deepsleep
if WOKEN_BY:
    machine.reset_is = machine.DEEPSLEEP_RESET
    machine.levels[int(WOKEN_BY)] = 0
asyncio.create_task(end_with_stdin())
boot_rom.run()
