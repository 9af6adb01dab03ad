"""How to start a simulated panel: the real firmware, on MicroPython's unix port, in a flash that is a folder."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

from tools import slot

ROOT = slot.ROOT

HEAP = "200k"
"""The heap of a board without PSRAM."""

RESET_STATUS = 75
"""The exit status of a panel that was told to restart: whoever started it starts it again."""

SLEEP_STATUS = 76
"""The exit status of a panel in deep sleep: whoever started it wakes it after `asleep_s`."""


def asleep_s(flash: Path) -> float:
    """For how long the panel with that flash wants to sleep."""
    return int((flash / "asleep").read_text()) / 1000


def starved(flash: Path, started_s: float) -> bool:
    """Whether the watchdog of the panel that was started at that time (`time.time()`) was fed too late: then whoever
    started it ends it, as a board is reset."""
    try:
        fed_until_s, said_s = float((flash / "watchdog").read_text()), (flash / "watchdog").stat().st_mtime
    except OSError:
        return False
    return said_s >= started_s and time.time() > fed_until_s


def command(
    flash: Path,
    heap: str = HEAP,
    *,
    woken: bool = False,
    pressed: int | None = None,
    skipped_s: float = 0,
    script: Path | None = None,
) -> tuple[list[str], dict[str, str]]:
    """The command line and environment of the panel whose `panel.json` is in the folder `flash`.

    The panel ends when its standard input does, so that none outlives whoever holds the other end.
    `woken` continues a deep sleep, by a key where one is `pressed`; `skipped_s` is how much of all its sleep was not waited for;
    `script` is one that starts the panel in a way of its own. Raises FileNotFoundError where there is no MicroPython: it is packaged for x86-64 Linux only.
    """
    start = ROOT / "firmware" / "simulator" / "start.py"
    began = ["woken" if woken else "powered", str(skipped_s), "" if pressed is None else str(pressed)]
    found = environment(start.parent)
    found["MICROPYPATH"] = found["MICROPYPATH"].replace(str(slot.built()), _linked(flash))
    return [*interpreter(heap), str(script or start), str(flash), *began], found


def _linked(flash: Path) -> str:
    """The firmware of these sources under a name as short as a slot's, seen from the flash: a module's path is in the
    heap. It is none of the slots `a` and `b`: an update may remove those."""
    (flash / "s").unlink(missing_ok=True)
    (flash / "s").symlink_to(slot.built())
    return "s"


def interpreter(heap: str = HEAP) -> list[str]:
    """MicroPython with such a heap. Raises FileNotFoundError where there is none."""
    found = shutil.which("micropython", path=str(Path(sys.executable).parent)) or shutil.which("micropython")
    if found is None:
        raise FileNotFoundError("no micropython: simulated panels run on x86-64 Linux")
    return [found, "-X", f"heapsize={heap}"]


def environment(*first: Path, sources: bool = False) -> dict[str, str]:
    """Where that interpreter finds modules: in the folders `first`, then in what a board's slot holds.

    With `sources`, or `CIRCLETIME_FIRMWARE=source`, it runs the sources instead: tracebacks have line numbers, modules
    have all their names (tools/lean.py), and the heap is fuller.
    """
    sources = sources or os.environ.get("CIRCLETIME_FIRMWARE") == "source"
    firmware = ROOT if sources else slot.built()
    return os.environ | {"MICROPYPATH": ":".join([*map(str, first), str(firmware), ".frozen"])}
