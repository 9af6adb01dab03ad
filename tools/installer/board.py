"""A board that runs MicroPython, at the end of a serial cable: mpremote's transport speaks to `board_agent`."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import serial
from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from tools.installer.trouble import InstallFailed

AGENT = Path(__file__).with_name("board_agent.py")
PIECE_BYTES = 2048
BYTE_S = 2.0
"""How long a byte may take while the board does nothing but listen."""
SILENCE_S = 5.0
"""How long a board may say nothing before its cable counts as pulled; hashing a large file takes a second."""

WIFI_TROUBLES = {
    201: "wifi-unknown",
    202: "wifi-password",
    204: "wifi-password",
    210: "wifi-security",
    211: "wifi-security",
    212: "wifi-unknown",
}
"""What ESP-IDF's `wifi_err_reason_t` means for whoever holds the board; the names differ from release to release."""

MAKE_ROOM = """
import sys, gc
for name in list(sys.modules):
    if name.split(".")[0] in ("firmware", "shared", "asyncio"): del sys.modules[name]
for name in list(globals()):
    if name[0] != "_" and name != "sys": del globals()[name]
import gc
gc.collect()
"""
"""The panel that ran until now goes out of memory, its frame of 48,000 bytes with it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a board says of itself. `hardware` is the chip's own number, in hexadecimal."""

    version: tuple[int, ...]
    machine: str
    mpy: int
    hardware: str
    free: int


class Board:
    """A board whose raw REPL has been entered. Every method raises InstallFailed."""

    def __init__(self, link: SerialTransport) -> None:
        self._link = link
        self._run(MAKE_ROOM)
        self._run(AGENT.read_text())

    @classmethod
    def at(cls, port: str) -> Board | None:
        """The board at this port; None where no MicroPython answers."""
        link = _opened(port)
        try:
            with _plugged(port):
                if not _interrupted(link):
                    link.serial.close()
                    return None
                return cls(link)
        except InstallFailed:
            link.serial.close()
            raise

    def close(self) -> None:
        self._link.serial.close()

    def facts(self) -> Facts:
        told = self._ask("facts()")
        return Facts(tuple(told["version"]), told["machine"], told["mpy"], told["hardware"], told["free"])

    def hashes(self, top: str) -> dict[str, str]:
        """The SHA-256 of every file in the folder `top`, by its path there."""
        lines = self._run(f"hashes({top!r})").splitlines()
        return {pair[0]: pair[1] for line in lines if (pair := json.loads(line)) is not None}

    def hash(self, path: str) -> str | None:
        """The SHA-256 of a file; None where there is none."""
        found: str | None = self._ask(f"say(sha256({path!r}))")
        return found

    def files_at_root(self) -> list[str]:
        return [
            str(name) for name in self._ask("say([one[0] for one in os.ilistdir('/') if one[1] == 0x8000])")
        ]

    def write(self, path: str, content: bytes, wrote: Callable[[int], None] = lambda _: None) -> None:
        """`path` holds `content` once this returns, and what it held before if it does not."""
        self._run(f"begin({path!r})")
        for at in range(0, len(content), PIECE_BYTES):
            piece = content[at : at + PIECE_BYTES]
            self._run(f"put({base64.b64encode(_deflated(piece))!r})")
            wrote(len(piece))
        self._settle(f"end({path!r}, {hashlib.sha256(content).hexdigest()!r})", path)

    def duplicate(self, source: str, path: str, sha256: str) -> None:
        """As `write`, with what another file on the board holds."""
        self._settle(f"duplicate({source!r}, {path!r}, {sha256!r})", path)

    def _settle(self, call: str, path: str) -> None:
        if not self._ask(call):
            raise InstallFailed("copy-damaged", f"It is {path}.")

    def read(self, path: str) -> str | None:
        """What a small text file holds; None where there is none."""
        found: str | None = self._ask(f"read({path!r})")
        return found

    def remove(self, path: str) -> None:
        self._run(f"remove({path!r})")

    def sweep(self) -> None:
        """Takes away what earlier tries left half written."""
        self._run("sweep()")

    def join(self, ssid: str, password: str, patience_s: int) -> None:
        """Returns once the board is on this Wi-Fi."""
        status = self._ask(f"join({ssid!r}, {password or None!r}, {patience_s})", silence_s=patience_s + 10)
        if status:
            raise InstallFailed(
                WIFI_TROUBLES.get(status, "wifi-no-address"), f"Its name was given as {ssid!r}."
            )

    def reach(self, host: str, port: int) -> None:
        """Returns if the board can open a connection to there."""
        why = self._ask(f"reach({host!r}, {port})", silence_s=30)
        if why:
            raise InstallFailed("hub-unreachable-from-board", f"It tried {host}:{port} and got {why}.")

    def restart(self) -> None:
        """A whole reset, as the power button would; what the panel says from now on is read by `heard`."""
        with _plugged(self._link.device_name):
            self._link.exec_raw_no_follow("import machine\nmachine.reset()")

    def heard(self) -> str:
        """What the board has printed since the last look."""
        with _plugged(self._link.device_name):
            waiting = self._link.serial.in_waiting
            return str(self._link.serial.read(waiting).decode("utf-8", "replace")) if waiting else ""

    def _ask(self, call: str, silence_s: float = SILENCE_S) -> Any:
        said = self._run(call, silence_s)
        try:
            return json.loads(said)
        except ValueError as error:
            raise InstallFailed("board-fails", f"It said {said[-200:]!r}.") from error

    def _run(self, program: str, silence_s: float = SILENCE_S) -> str:
        with _plugged(self._link.device_name):
            said, wrong = self._link.exec_raw(program, timeout=silence_s)
        if wrong:
            raise _failure_of(wrong.decode("utf-8", "replace"))
        return str(said.decode("utf-8", "replace"))


def _opened(port: str) -> SerialTransport:
    try:
        return SerialTransport(port, timeout=BYTE_S)
    except (TransportError, OSError) as error:
        raise (why_not_opened(port) or InstallFailed("port-busy", f"The port is {port}.")) from error


def why_not_opened(port: str) -> InstallFailed | None:
    """Asks the system itself, since mpremote and esptool keep its answer; None where the port can be opened."""
    try:
        serial.serial_for_url(port, exclusive=True).close()
    except serial.SerialException as error:
        return _port_failure(port, str(error))
    return None


def _port_failure(port: str, said: str) -> InstallFailed:
    words = said.lower()
    if "permission denied" in words or "access is denied" in words:
        return InstallFailed("no-permission", f"The port is {port}.")
    if "lock" in words or "busy" in words:
        return InstallFailed("port-busy", f"The port is {port}.")
    return InstallFailed("no-port", f"There is nothing at {port}.")


def _interrupted(link: SerialTransport) -> bool:
    """Whether a raw REPL answers. What runs is interrupted; a board that sleeps or hangs is reset first."""
    for attempt in range(3):
        try:
            with redirect_stdout(io.StringIO()):  # where it prints what it did not understand
                link.enter_raw_repl(soft_reset=False, timeout_overall=5)
        except TransportError:
            if attempt == 0:
                _reset_by_wire(link)
        else:
            return True
    return False


def _reset_by_wire(link: SerialTransport) -> None:
    """Pulls EN low through the adapter's RTS line, as every ESP32 board with one is wired."""
    try:
        link.serial.dtr = False
        link.serial.rts = True
        time.sleep(0.1)
        link.serial.rts = False
        time.sleep(0.5)  # its boot loader; what is sent meanwhile is lost
    except OSError:  # a port without such lines
        pass


@contextmanager
def _plugged(port: str) -> Iterator[None]:
    """Turns the ways in which a pulled cable shows into one."""
    try:
        yield
    except TransportExecError as error:
        raise _failure_of(error.error_output) from error
    except (TransportError, OSError, struct.error, serial.SerialException, TypeError) as error:
        # TypeError: pyserial reads from a port whose descriptor is None by then
        raise InstallFailed("cable-pulled", f"The port was {port}.") from error


def _failure_of(traceback: str) -> InstallFailed:
    last = (traceback.strip().splitlines() or [""])[-1]
    if "ENOSPC" in last or last == "OSError: 28":
        return InstallFailed("flash-full")
    return InstallFailed("board-fails", f"It said {last!r}.")


def _deflated(piece: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 11)
    return packer.compress(piece) + packer.flush()
