"""Runs a script on the real MicroPython, with `machine`, `esp32` and `network` that only record."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests import micropython

FAKES = Path(__file__).parent / "fake_board"


def run(script: str, folder: Path, heap: str = micropython.HEAP) -> str:
    """What the script printed. An assertion that fails there fails here."""
    (folder / "script.py").write_text(script)
    done = subprocess.run(
        [str(micropython.MICROPYTHON), "-X", f"heapsize={heap}", "script.py"],
        env=micropython.environment(FAKES),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    return done.stdout
