"""The chip's own boot loader, through esptool: which chip it is, and MicroPython into its flash.

esptool is run as a program of its own (docs/adr/0006): it is under the GPL, Circle Time under the MIT licence.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools.installer.board import why_not_opened
from tools.installer.trouble import InstallFailed

IMAGE_MAGIC = 0xE9
CHIPS = {0: "ESP32", 2: "ESP32-S2", 5: "ESP32-C3", 9: "ESP32-S3", 13: "ESP32-C6"}
"""By the number in an image's header (ESP-IDF, `esp_chip_id_t`)."""
STARTS_AT = {"ESP32": 0x1000, "ESP32-S2": 0x1000}
"""Where the ROM looks for what it boots; 0 on every other chip."""
PERCENT = re.compile(r"(\d+(?:\.\d+)?) ?%")
CHIP = re.compile(r"Connected to (ESP32(?:-[A-Z]\d+)?) on ")
MAC = re.compile(r"^MAC:\s+([0-9a-f:]{17})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Image:
    """A MicroPython firmware file, checked: what it was said to be, and for which chip."""

    path: Path
    chip: str

    @classmethod
    def read(cls, path: Path, sha256: str | None) -> Image:
        """Raises InstallFailed for a file that is missing, not the one meant, or no firmware."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InstallFailed("not-a-firmware", f"{path}: {error.strerror}.") from error
        if sha256 and hashlib.sha256(content).hexdigest() != sha256.lower():
            raise InstallFailed("wrong-sha256", f"The file is {path}.")
        chip = CHIPS.get(int.from_bytes(content[12:14], "little"))
        if content[:1] != bytes([IMAGE_MAGIC]) or chip is None:
            raise InstallFailed("not-a-firmware", f"The file is {path}.")
        return cls(path, chip)


@dataclass(frozen=True, slots=True)
class Chip:
    """`hardware` is the chip's own number, in hexadecimal, as MicroPython's `machine.unique_id` has it."""

    name: str
    hardware: str


def detect(port: str) -> Chip:
    """Asks the boot loader. Raises InstallFailed."""
    said = _esptool(port, "read-mac")
    chip, mac = CHIP.search(said), MAC.search(said)
    if not chip or not mac:
        raise InstallFailed("bootloader-silent", f"esptool said {said[-200:]!r}.")
    return Chip(chip.group(1), mac.group(1).replace(":", ""))


def write(port: str, chip: Chip, image: Image, wrote: Callable[[float], None], *, erase: bool) -> None:
    """MicroPython is in the chip's flash, read back and compared; `wrote` is told how much, from 0 to 1.

    Files on the board stay unless `erase`. Raises InstallFailed.
    """
    if image.chip != chip.name:
        raise InstallFailed("wrong-chip", f"It is an {chip.name}; {image.path.name} is for the {image.chip}.")
    words = ["write-flash", *(["--erase-all"] if erase else [])]
    _esptool(port, *words, hex(STARTS_AT.get(chip.name, 0)), str(image.path), wrote=wrote)


def _esptool(port: str, *words: str, wrote: Callable[[float], None] = lambda _: None) -> str:
    """What esptool says. Raises InstallFailed where it fails."""
    argv = [sys.executable, "-m", "esptool", "--port", port, "--baud", "460800", *words]
    said: list[str] = []
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        assert running.stdout  # noqa: S101  asked for
        for line in running.stdout:
            said.append(line)
            if (percent := PERCENT.search(line)) and line.startswith("Writing"):
                wrote(float(percent.group(1)) / 100)
    if running.returncode:
        raise _failure_of(port, "".join(said), writing=words[0] == "write-flash")
    return "".join(said)


def _failure_of(port: str, said: str, *, writing: bool) -> InstallFailed:
    """The words of esptool change from release to release; whether the port is still there does not lie."""
    closed = why_not_opened(port)
    connected = CHIP.search(said) is not None
    if closed:
        return InstallFailed("cable-pulled", f"The port was {port}.") if connected else closed
    wrong = re.search(r"error occurred: (.*)", said)
    detail = f"esptool said {wrong.group(1).strip()!r}." if wrong else f"The port is {port}."
    return InstallFailed("write-failed" if connected and writing else "bootloader-silent", detail)
