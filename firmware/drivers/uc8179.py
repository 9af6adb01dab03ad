"""The UC8179 (and its like, GD7965): 800x480 dots of black and white on SPI.

Registers and their values are those of two reference drivers, GxEPD2's GxEPD2_750_GDEY075T7 and Waveshare's
EPD_7in5_V2; tests/firmware/uc8179_references.json has their sequences, and says where this driver differs and why.
"""

import asyncio
import time

from firmware import ticks
from firmware.drivers import FAST, FULL, PARTIAL, DisplayStuck
from shared.panel_screen import HEIGHT_PX, ROW_BYTES, STRIP_ROWS, WIDTH_PX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Bytes = bytes | bytearray | memoryview
    Rect = tuple[int, int, int, int]
    Rows = Callable[[int], memoryview]

_POWER_OFF = 0x02
_POWER_ON = 0x04
_DEEP_SLEEP = 0x07
_OLD_DATA = 0x10
_REFRESH = 0x12
_NEW_DATA = 0x13
_PARTIAL_WINDOW = 0x90
_PARTIAL_IN = 0x91
_PARTIAL_OUT = 0x92

# Tables are commands in a row: the command, how many bytes follow, those bytes.

_REGISTERS = (
    b"\x01\x04\x07\x07\x3f\x3f"  # power: from inside, VGH 20 V, VGL -20 V, VDH 15 V, VDL -15 V
    b"\x06\x04\x17\x17\x28\x17"  # booster soft start
    b"\x00\x01\x1f"  # panel: black and white, waveforms from OTP
    b"\x61\x04\x03\x20\x01\xe0"  # 800x480
    b"\x15\x01\x00"  # one SPI
    b"\x60\x01\x22"  # gates and sources do not overlap
)

# The second byte of a data interval (0x50) is white border; its first also says that 1 is black (DDX 00), as in
# our frame, and that the controller copies new to old after each refresh (N2OCP), so that the next partial
# refresh starts from what is on the glass. 0x9x leaves the border alone.
_MODES = {
    FULL: b"\x50\x02\x18\x07\xe0\x01\x00\x41\x01\x00",  # the waveform for the temperature that it measures
    FAST: b"\x50\x02\x18\x07\xe0\x01\x02\xe5\x01\x5a",  # as if at 90 degrees: the fast waveform
    PARTIAL: b"\x50\x02\x98\x07\xe0\x01\x02\xe5\x01\x6e",  # as if at 110 degrees: the differential waveform
}

_BORDER_OFF = b"\x50\x01\xf7"


class Uc8179:
    """`show` leaves the driving voltages off and the memory as it is, `sleep` forgets it."""

    caps = (FULL, FAST, PARTIAL)

    POWER_MS = 2000
    """The references measured 140 ms to switch on, and 42 ms off."""

    REFRESH_MS = 15000
    """They measured 1.2 s in full; near freezing it takes several times that."""

    def __init__(self, spi: "Any", cs: "Any", dc: "Any", rst: "Any", busy: "Any") -> None:
        """`spi` in mode 0 at 10 MHz or less; `cs`, `dc` and `rst` are outputs, `busy` an input, low while busy."""
        self._spi = spi
        self._cs = cs
        self._dc = dc
        self._rst = rst
        self._busy = busy
        self._awake = False
        self._knows_old = False

    def init(self) -> None:
        self._rst(1)
        time.sleep_ms(20)  # type: ignore[attr-defined]
        self._rst(0)
        time.sleep_ms(2)  # type: ignore[attr-defined]
        self._rst(1)
        time.sleep_ms(20)  # type: ignore[attr-defined]
        self._send(_REGISTERS)
        self._awake = True
        self._knows_old = False

    async def show(self, rows: "Rows", rect: "Rect", mode: str) -> None:
        """Widens `rect` to whole bytes. What is not partial shows the whole frame; so does the first after a
        sleep, for then there is nothing to differ from."""
        if not self._awake:
            self.init()
        if mode == PARTIAL and not self._knows_old:
            mode = FULL
        try:
            await self._command(_POWER_ON, self.POWER_MS)
            self._send(_MODES[mode])
            if mode == PARTIAL:
                rect = _whole_bytes(rect)
                self._write(_PARTIAL_IN)
                self._write(_PARTIAL_WINDOW, _window(rect))
                await self._send_rows(_NEW_DATA, rows, rect)
            else:
                if not self._knows_old:
                    self._blacken_old()
                await self._send_rows(_NEW_DATA, rows, (0, 0, WIDTH_PX, HEIGHT_PX))
            await self._command(_REFRESH, self.REFRESH_MS)
            if mode == PARTIAL:
                self._write(_PARTIAL_OUT)
            await self._command(_POWER_OFF, self.POWER_MS)
        except BaseException:  # stuck, or cancelled half way: begin with a reset next time
            self._awake = False
            raise
        self._knows_old = True

    async def sleep(self) -> None:
        if self._awake:
            self._send(_BORDER_OFF)
            self._write(_DEEP_SLEEP, b"\xa5")
            self._awake = False

    def _blacken_old(self) -> None:
        """After a reset the memory holds anything, and a waveform may depend on it."""
        self._write(_OLD_DATA)
        row = b"\xff" * ROW_BYTES
        for _ in range(HEIGHT_PX):
            self._data(row)

    async def _send_rows(self, command: int, rows: "Rows", rect: "Rect") -> None:
        x, y, width, height = rect
        self._write(command)
        for top in range(y - y % STRIP_ROWS, y + height, STRIP_ROWS):
            strip = rows(top)
            first, after = max(y - top, 0), min(y + height - top, STRIP_ROWS)
            if width == WIDTH_PX:
                self._data(strip[first * ROW_BYTES : after * ROW_BYTES])
            else:
                for row in range(first, after):
                    begin = row * ROW_BYTES + x // 8
                    self._data(strip[begin : begin + width // 8])
            await asyncio.sleep(0)

    def _send(self, table: bytes) -> None:
        at = 0
        while at < len(table):
            end = at + 2 + table[at + 1]
            self._write(table[at], table[at + 2 : end])
            at = end

    def _write(self, command: int, data: "Bytes" = b"") -> None:
        self._dc(0)
        self._cs(0)
        self._spi.write(bytes((command,)))
        self._cs(1)
        if data:
            self._data(data)

    def _data(self, data: "Bytes") -> None:
        self._dc(1)
        self._cs(0)
        self._spi.write(data)
        self._cs(1)

    async def _command(self, command: int, longest_ms: int) -> None:
        """Returns when the controller is done with `command`. Raises DisplayStuck after `longest_ms`."""
        self._write(command)
        began = ticks.now_ms()
        await asyncio.sleep(0.01)  # BUSY may take 200 us to fall
        while not self._busy():
            if ticks.since_ms(began) > longest_ms:
                raise DisplayStuck("busy for %d ms after command 0x%02x" % (longest_ms, command))
            await asyncio.sleep(0.01)


def _whole_bytes(rect: "Rect") -> "Rect":
    x, y, width, height = rect
    left = x & ~7
    return left, y, (x + width + 7 & ~7) - left, height


def _window(rect: "Rect") -> bytes:
    """First and last column, first and last row, all 16 bits; gates are scanned outside of it too."""
    x, y, width, height = rect
    right, bottom = x + width - 1, y + height - 1
    return bytes((x >> 8, x & 255, right >> 8, right & 255, y >> 8, y & 255, bottom >> 8, bottom & 255, 1))
