"""The firmware into a slot of the board: only what changed goes through the cable, and only whole slots count.

The firmware that runs stays untouched in its slot; the new one is put together in the other, from what is there,
what the running one has, and what the cable brings. Then one rename switches over: a cable pulled at any moment
leaves a board that starts the old firmware, or the new one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import slot
from tools.installer.board import Board
from tools.installer.trouble import InstallFailed

SLOTS = ("a", "b")
SLOT_FILE = "/slots.json"
BOOT_FILE = "/boot.py"
BLOCK_BYTES = 4096
"""What LittleFS gives a file at least, and keeps beside it for its folder."""


@dataclass(frozen=True, slots=True)
class Firmware:
    """What a board gets: `files` of a slot by their path there, and `boot`, which starts one."""

    files: dict[str, bytes]
    boot: bytes

    @classmethod
    def built(cls) -> Firmware:
        """Compiled from the sources of this Circle Time."""
        top = slot.built()
        files = {str(path.relative_to(top)): path.read_bytes() for path in top.rglob("*") if path.is_file()}
        return cls(files, (Path(slot.ROOT) / "firmware" / "boot.py").read_bytes())

    @property
    def hashes(self) -> dict[str, str]:
        return {path: _sha256(content) for path, content in self.files.items()}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done to a board: which slot shall start, and what it lacks."""

    slot: str
    running: str | None
    send: list[str]
    duplicate: list[str]
    remove: list[str]
    sends_bytes: int
    boot_differs: bool
    given_up: bool = False
    """Whether that slot's tries are used up: boot.py would start its safe mode, or go back from it."""

    @property
    def changes(self) -> bool:
        return self.slot != self.running or self.boot_differs or self.given_up

    def __str__(self) -> str:
        if not self.changes:
            return "firmware: as it should be"
        if self.slot == self.running:
            return "firmware: as it should be" + "; its tries begin anew" * self.given_up
        return f"firmware: {len(self.send)} files to copy, {self.sends_bytes / 1024:.0f} KiB, into slot {self.slot}"


def plan(board: Board, firmware: Firmware) -> Plan:
    """Looks at the board, and changes nothing."""
    there = {name: board.hashes(f"/{name}") for name in SLOTS}
    running = _running(board)
    wanted = firmware.hashes
    boot_differs = board.hash(BOOT_FILE) != _sha256(firmware.boot)
    if running and there[running] == wanted:
        return Plan(running, running, [], [], [], 0, boot_differs, _given_up(board))
    target = "b" if running == "a" else "a"
    other = there[running] if running else {}
    missing = [path for path, sha256 in wanted.items() if there[target].get(path) != sha256]
    send = [path for path in missing if other.get(path) != wanted[path]]
    return Plan(
        slot=target,
        running=running,
        send=send,
        duplicate=[path for path in missing if path not in send],
        remove=[path for path in there[target] if path not in wanted],
        sends_bytes=sum(len(firmware.files[path]) for path in send),
        boot_differs=boot_differs,
    )


def fill(board: Board, firmware: Firmware, todo: Plan, wrote: Callable[[int], None]) -> None:
    """The slot of the plan holds the firmware, whole; which one starts is as it was. Raises InstallFailed."""
    board.sweep()
    for path in todo.remove:
        board.remove(f"/{todo.slot}/{path}")
    _see_that_it_fits(board, firmware, todo)
    for path in todo.duplicate:
        board.duplicate(f"/{todo.running}/{path}", f"/{todo.slot}/{path}", firmware.hashes[path])
    for path in todo.send:
        board.write(f"/{todo.slot}/{path}", firmware.files[path], wrote)


def start_from(board: Board, firmware: Firmware, todo: Plan) -> None:
    """The slot of the plan is the one that starts, by the right boot.py."""
    if todo.slot != todo.running or todo.given_up:
        board.write(SLOT_FILE, json.dumps({"slot": todo.slot}).encode())
    if todo.boot_differs:
        board.write(BOOT_FILE, firmware.boot)


def _running(board: Board) -> str | None:
    found = _slot_file(board).get("slot")
    return found if found in SLOTS else None


def _given_up(board: Board) -> bool:
    left = _slot_file(board).get("left", 1)
    return not isinstance(left, int) or left < 1


def _slot_file(board: Board) -> dict[str, Any]:
    """What boot.py counts; nothing where it is not to be read."""
    try:
        found = json.loads(board.read(SLOT_FILE) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _see_that_it_fits(board: Board, firmware: Firmware, todo: Plan) -> None:
    sizes = [len(firmware.files[path]) for path in (*todo.duplicate, *todo.send)]
    needed, free = sum(size + BLOCK_BYTES for size in sizes), board.facts().free
    if needed > free:
        raise InstallFailed("flash-full", f"It takes {needed >> 10} KiB and has {free >> 10} KiB free.")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
