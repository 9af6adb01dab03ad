"""What a board's maker ships for it and this project may not: copied from a folder that the installer has.

Soldered's library for the Inkplate is in no package registry, so `--library` names a folder with its files, as published at
github.com/SolderedElectronics/Inkplate-micropython; docs/boards.md says which.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from tools.installer.board import Board
from tools.installer.trouble import InstallFailed

NEEDS = {"inkplate6flick": ("inkplate6FLICK", "touchCypress")}
"""By board, the modules that its driver imports; the others in the folder are what those need."""

KINDS = (".py", ".mpy")
_PLACES = ("/lib/", "/")


def bring(board: Board, name: str, folder: Path | None, say: Callable[[str], None]) -> None:
    """The board has its maker's library once this returns. Raises InstallFailed, `no-library`, where there is none."""
    needed = NEEDS.get(name, ())
    if folder is None:
        lacks = [module for module in needed if not _is_on(board, module)]
        if lacks:
            raise InstallFailed("no-library", f"The board lacks {' and '.join(lacks)}.")
        return
    files = [path for path in sorted(folder.glob("*")) if path.suffix in KINDS] if needed else []
    lacks = [module for module in needed if module not in {path.stem for path in files}]
    if lacks:
        raise InstallFailed("no-library", f"{folder} lacks {' and '.join(lacks)}.")
    for path in files:
        content = path.read_bytes()
        if board.hash(f"/lib/{path.name}") != hashlib.sha256(content).hexdigest():
            say(f"copying {path.name}")
            board.write(f"/lib/{path.name}", content)


def _is_on(board: Board, module: str) -> bool:
    return any(board.hash(f"{place}{module}{kind}") for place in _PLACES for kind in KINDS)
