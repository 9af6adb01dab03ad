"""Which port the board is at."""

from __future__ import annotations

from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from tools.installer.trouble import InstallFailed

KNOWN = {
    0x303A: "Espressif USB",
    0x1A86: "WCH CH340/CH9102",
    0x10C4: "Silicon Labs CP210x",
    0x0403: "FTDI",
}
"""Makers of the chips that ESP32 boards speak USB with, by USB vendor id."""


def board_ports() -> list[ListPortInfo]:
    """Every port that a board may be at, by name."""
    return sorted((port for port in list_ports.comports() if port.vid in KNOWN), key=lambda port: port.device)


def find_port(asked: str | None) -> str:
    """`asked`, or the one board's. Raises InstallFailed where there is none, or more than one."""
    if asked:
        return asked
    found = board_ports()
    if not found:
        raise InstallFailed("no-port")
    if len(found) > 1:
        names = ", ".join(f"{port.device} ({KNOWN[port.vid]})" for port in found)
        raise InstallFailed("several-ports", f"There are {names}.")
    return str(found[0].device)
