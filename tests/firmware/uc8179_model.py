"""A UC8179 as its users know it: two planes of memory, a window, a waveform, and the dots on the glass.

What it does was written down from drivers by others (`uc8179_references.json`) and from an emulator of the
controller (crosspoint's QEMU device, "uc8179.c"): plane OLD is command 0x10, NEW is 0x13; a refresh with the
differential waveform moves only dots whose bits differ, one with a full waveform moves all; N2OCP copies NEW to
OLD afterwards; DDX says which bit is white; deep sleep forgets everything, and hears nothing but a reset.
"""

from __future__ import annotations

import random
from typing import Any

WIDTH, HEIGHT = 800, 480
ROW = WIDTH // 8

DIFFERENTIAL = "6e"
"""The forced temperature at which the waveforms of these panels are differential."""


class Model:
    """`glass` is rows of bytes, 1 for black."""

    def __init__(self) -> None:
        noise = random.Random(8179)
        self.glass = bytearray(noise.randbytes(ROW * HEIGHT))
        self.old = bytearray(noise.randbytes(ROW * HEIGHT))
        self.new = bytearray(noise.randbytes(ROW * HEIGHT))
        self.registers: dict[str, str] = {}
        self.refreshes: list[str] = []
        self.asleep = True
        self.powered = self.in_window = False

    def play(self, said: list[list[Any]]) -> Model:
        for command, data in said:
            self.take(command, bytes.fromhex(data))
        return self

    def take(self, command: str, data: bytes) -> None:
        if command == "reset":
            self._forget()
            return
        assert not self.asleep, f"{command} to a controller in deep sleep"
        if command == "04":
            self.powered = True
        elif command == "02":
            self.powered = False
        elif command == "07":
            assert data == b"\xa5" and not self.powered
            self.asleep = True
        elif command in {"10", "13"}:
            self._write(self.old if command == "10" else self.new, data)
        elif command == "12":
            self._refresh()
        elif command in {"91", "92"}:
            self.in_window = command == "91"
        else:
            self.registers[command] = data.hex()

    def _forget(self) -> None:
        self.asleep = self.powered = self.in_window = False
        self.registers = {}
        noise = random.Random(len(self.refreshes))
        self.old[:], self.new[:] = noise.randbytes(ROW * HEIGHT), noise.randbytes(ROW * HEIGHT)

    def window(self) -> tuple[int, int, int, int]:
        """First and last byte of a row, first and last row."""
        if not self.in_window:
            return 0, ROW - 1, 0, HEIGHT - 1
        at = bytes.fromhex(self.registers["90"])
        left, right, top, bottom = (at[n] << 8 | at[n + 1] for n in (0, 2, 4, 6))
        assert len(at) == 9
        assert left % 8 == 0 and right % 8 == 7 and left < right < WIDTH and top <= bottom < HEIGHT
        return left // 8, right // 8, top, bottom

    def _write(self, plane: bytearray, data: bytes) -> None:
        left, right, top, bottom = self.window()
        width = right - left + 1
        assert len(data) == width * (bottom - top + 1), "the window is not filled"
        for row in range(top, bottom + 1):
            part = data[(row - top) * width : (row - top + 1) * width]
            plane[row * ROW + left : row * ROW + right + 1] = part

    def _refresh(self) -> None:
        assert self.powered, "a refresh without its voltages"
        interval = int(self.registers["50"][:2], 16)
        black = 0 if interval & 1 else 0xFF
        differential = self.registers.get("e0") == "02" and self.registers.get("e5") == DIFFERENTIAL
        left, right, top, bottom = self.window()
        for row in range(top, bottom + 1):
            for at in range(row * ROW + left, row * ROW + right + 1):
                moves = self.old[at] ^ self.new[at] if differential else 0xFF
                target = self.new[at] ^ black ^ 0xFF
                self.glass[at] = self.glass[at] & ~moves | target & moves
        if interval & 8:
            self.old[:] = self.new
        self.refreshes.append("partial" if differential else "whole")
