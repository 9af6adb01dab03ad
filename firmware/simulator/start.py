"""Turns a process into a simulated board whose flash is the folder named on the command line, and boots it."""

import asyncio
import os
import sys

import boot_rom
import machine


async def end_with_stdin() -> None:
    """No simulated panel outlives whoever holds the other end of its standard input."""
    stdin = asyncio.StreamReader(sys.stdin.buffer)  # type: ignore[arg-type]
    while await stdin.read(64):
        pass
    sys.exit(0)


os.chdir(sys.argv[1])
machine.woken = sys.argv[2] == "woken"
machine.skipped_s = float(sys.argv[3])
machine.pressed = int(sys.argv[4]) if sys.argv[4] else None
asyncio.create_task(end_with_stdin())  # noqa: RUF006  MicroPython's loop keeps it
boot_rom.run()
