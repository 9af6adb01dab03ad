"""Starts the panel, and runs it."""

import asyncio

from firmware import boards, rare
from firmware.panel_config import PanelConfig
from firmware.supervisor import Supervisor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any


def main() -> None:
    """Whatever goes wrong for good is raised: boot.py starts the panel again, or the firmware before this one.

    The panel starts anew once it has credentials: with a whole heap, and by the way that every start takes.
    """
    config = PanelConfig()
    board = boards.load(config.board)
    parts = "firmware.parts" if config.has_credentials else "firmware.newcomer"
    program, supervisor = rare.load(parts).build(config, board)
    if _run(program, supervisor):
        board.reset()


def _run(program: "Coroutine[Any, Any, None]", supervisor: Supervisor) -> bool:
    """False where somebody at the serial console wants to have the board."""
    try:
        asyncio.create_task(supervisor.run())  # noqa: RUF006  MicroPython's loop keeps it
        asyncio.run(program)
    except KeyboardInterrupt:
        supervisor.stand_down()
        return False
    return True
