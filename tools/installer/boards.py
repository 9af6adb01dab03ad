"""The boards that the firmware knows: a file each in firmware/boards/, which names its chip."""

from __future__ import annotations

import ast
from pathlib import Path

from tools.installer.trouble import InstallFailed
from tools.slot import ROOT

FOLDER = ROOT / "firmware" / "boards"


def boards() -> dict[str, str]:
    """Each board's chip, such as `ESP32-S3`. The files are read, not run: they are for MicroPython."""
    found = {}
    for path in sorted(FOLDER.glob("[a-z]*.py")):
        chip = _constant(path, "CHIP")
        if chip:
            found[path.stem] = chip
    return found


def board_for(machine: str, asked: str | None) -> str:
    """The board with this chip, or the one that was asked for if it has it. Raises InstallFailed.

    `machine` is a chip's name, or what MicroPython says of the machine: "Generic ESP32S3 module with ESP32S3".
    """
    known = boards()
    has = machine.rsplit(" with ", 1)[-1].split(maxsplit=1)[0]
    fitting = [name for name, chip in known.items() if _plain(chip) == _plain(has)]
    if asked is None:
        if len(fitting) == 1:
            return fitting[0]
        raise InstallFailed("which-board", f"It may be {' or '.join(fitting or known)}.")
    if asked not in known:
        raise InstallFailed("which-board", f"{asked!r} is none of {', '.join(known)}.")
    if asked not in fitting:
        raise InstallFailed("wrong-chip", f"{asked} has an {known[asked]}; this is {machine!r}.")
    return asked


def _plain(chip: str) -> str:
    return chip.upper().replace("-", "")


def _constant(path: Path, name: str) -> str | None:
    for node in ast.parse(path.read_text()).body:
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Constant):
            continue
        if [target.id for target in node.targets if isinstance(target, ast.Name)] == [name]:
            return str(node.value.value)
    return None
