"""An ESP32-S3's boot loader, as far as esptool asks: **a fake**, written from Espressif's page on the serial
protocol (docs.espressif.com/projects/esptool, "Serial Protocol"), never compared with a chip.

It speaks SLIP on a pseudo-terminal: sync, security info, registers, loading a stub (which it then claims to
be), flash begin/data/end, plain and deflated, erasing, and MD5. `flash` is what was written.
"""

from __future__ import annotations

import hashlib
import os
import pty
import select
import struct
import threading
import tty
import zlib
from contextlib import suppress

SYNC, READ_REG, WRITE_REG, SECURITY_INFO = 0x08, 0x0A, 0x09, 0x14
MEM_BEGIN, MEM_END, MEM_DATA = 0x05, 0x06, 0x07
FLASH_BEGIN, FLASH_DATA, FLASH_END = 0x02, 0x03, 0x04
DEFL_BEGIN, DEFL_DATA, DEFL_END = 0x10, 0x11, 0x12
MD5, ERASE_FLASH = 0x13, 0xD0
ESP32_S3 = 9
FLASH_BYTES = 8 << 20
MAC_REGISTERS = {0x60007044: 0xC2D3E4F5, 0x60007048: 0xA0B1}
FLASH_ID = 0x1740EF  # a Winbond W25Q64, 8 MB


class FakeChip:
    """Answers at `port` until `pull`; the cable is pulled by itself after `pull_after` bytes, or it is deaf."""

    def __init__(self, pull_after: int | None = None, *, deaf: bool = False) -> None:
        self.flash = bytearray(b"\xff" * FLASH_BYTES)
        self.heard: list[int] = []
        self._stub = False
        self._at = 0
        self._pull_after, self._passed, self._deaf = pull_after, 0, deaf
        self._outer, self._plug = pty.openpty()
        tty.setraw(self._outer)
        tty.setraw(self._plug)
        self.port = os.ttyname(self._plug)
        self._wake, self._waker = os.pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __del__(self) -> None:
        os.close(self._plug)  # held until now, so that its name does not go to a terminal of somebody else

    def pull(self) -> None:
        with suppress(OSError):
            os.write(self._waker, b"x")
        self._thread.join(10)

    def _serve(self) -> None:
        waiting = b""
        with suppress(OSError):
            while self._pull_after is None or self._passed < self._pull_after:
                ready, _, _ = select.select([self._outer, self._wake], [], [])
                if self._wake in ready:
                    break
                got = os.read(self._outer, 65536)
                self._passed += len(got)
                waiting += got
                while b"\xc0" in waiting:
                    frame, _, waiting = waiting.partition(b"\xc0")
                    if frame and not self._deaf:
                        self._take(frame.replace(b"\xdb\xdc", b"\xc0").replace(b"\xdb\xdd", b"\xdb"))
        for end in (self._outer, self._wake, self._waker):
            os.close(end)

    def _take(self, packet: bytes) -> None:
        command = packet[1]
        self.heard.append(command)
        value, answer = self._obey(command, packet[8:])
        status = b"\0\0" if self._stub else b"\0\0\0\0"
        for _ in range(8 if command == SYNC else 1):
            self._say(struct.pack("<BBHI", 1, command, len(answer + status), value) + answer + status)
        if command == MEM_END:
            self._stub = True
            self._say(b"OHAI")

    def _obey(self, command: int, data: bytes) -> tuple[int, bytes]:
        """The answer's value and data."""
        if command == SYNC:
            return (0 if self._stub else 0x20120707), b""
        if command == READ_REG:
            return self._register(struct.unpack_from("<I", data)[0]), b""
        if command == SECURITY_INFO:
            return 0, struct.pack("<IB7BII", 0, 0, *(7 * [0]), ESP32_S3, 0)
        if command in {FLASH_BEGIN, DEFL_BEGIN}:
            self._at = struct.unpack_from("<4I", data)[3]
            self._inflater = zlib.decompressobj()
        if command in {FLASH_DATA, DEFL_DATA}:
            size = struct.unpack_from("<I", data)[0]
            piece = data[16 : 16 + size]
            piece = self._inflater.decompress(piece) if command == DEFL_DATA else piece
            self.flash[self._at : self._at + len(piece)] = piece
            self._at += len(piece)
        if command == ERASE_FLASH:
            self.flash[:] = b"\xff" * FLASH_BYTES
        if command == MD5:
            at, size = struct.unpack_from("<2I", data)
            digest = hashlib.md5(self.flash[at : at + size])
            return 0, digest.digest() if self._stub else digest.hexdigest().encode()
        return 0, b""

    def _register(self, address: int) -> int:
        if address == 0x60002058:  # SPI_W0: what the flash chip answered
            return FLASH_ID
        return MAC_REGISTERS.get(address, 0)

    def _say(self, frame: bytes) -> None:
        os.write(
            self._outer, b"\xc0" + frame.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc") + b"\xc0"
        )
