"""How to start a simulated panel: the real firmware, on MicroPython's unix port, in a flash that is a folder."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

HEAP = "200k"
"""The heap of a board without PSRAM."""

RESET_STATUS = 75
"""The exit status of a panel that was told to restart: whoever started it starts it again."""


def command(flash: Path) -> tuple[list[str], dict[str, str]]:
    """The command line and environment of the panel whose `panel.json` is in the folder `flash`.

    The panel ends when its standard input does, so that none outlives whoever holds the other end.
    Raises FileNotFoundError where there is no MicroPython: it is packaged for x86-64 Linux only.
    """
    micropython = shutil.which("micropython", path=str(Path(sys.executable).parent)) or shutil.which(
        "micropython"
    )
    if micropython is None:
        raise FileNotFoundError("no micropython: simulated panels run on x86-64 Linux")
    simulator = ROOT / "firmware" / "simulator"
    argv = [micropython, "-X", f"heapsize={HEAP}", str(simulator / "start.py"), str(flash)]
    return argv, os.environ | {"MICROPYPATH": f"{simulator}:{ROOT}:.frozen"}
