"""Builds the panel from its parts, and runs it."""

import asyncio
import gc
import sys
import time

from firmware import boards, rare
from firmware.canvas import Canvas
from firmware.command_outbox import CommandOutbox
from firmware.glass import Glass
from firmware.hub_contact import HubContact
from firmware.mqtt_link import MqttLink
from firmware.panel_app import PanelApp
from firmware.panel_config import PanelConfig
from firmware.state_cache import StateCache
from firmware.supervisor import Supervisor
from firmware.wall_clock import WallClock

gc.threshold(16384)  # type: ignore[attr-defined]  # else scraps fill the heap before they are swept

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any


def enrol(config: PanelConfig, board: "Any", supervisor: Supervisor) -> None:
    """Starts the panel anew once it has credentials: with a whole heap, and by the way that every start takes."""
    canvas = Canvas()
    glass = Glass(canvas, board.display)
    enrolling = rare.load("firmware.enrolment").enrol(config, canvas, glass, simulated=board.simulated)
    if _run(enrolling, board, supervisor):
        board.reset()


def main() -> None:
    supervisor = Supervisor()
    config = PanelConfig()
    board = boards.load(config.board)
    if not config.has_credentials:
        enrol(config, board, supervisor)
        return
    cache = StateCache(config.room_id)
    contact = HubContact()
    outbox = CommandOutbox()
    clock = WallClock(not_before_unix=contact.last_unix or 0)
    canvas = Canvas()
    sleeper = None
    if config.on_battery:
        from firmware.sleeper import KEPT_BYTES, Sleeper  # mains panels have no heap to spare for it

        glass = Glass(canvas, board.display, board.kept()[KEPT_BYTES:])
        sleeper = Sleeper(board, glass, clock, contact, cache)
    else:
        glass = Glass(canvas, board.display)
    link = MqttLink(config, cache, outbox, clock, contact, glass, supervisor)
    app = PanelApp(board, canvas, glass, config, cache, outbox, clock, contact, link, supervisor, sleeper)
    _run(app.run(), board, supervisor)


def _run(program: "Coroutine[Any, Any, None]", board: "Any", supervisor: Supervisor) -> bool:
    """False where somebody at the serial console wants to have the board."""
    try:
        asyncio.create_task(supervisor.run())  # noqa: RUF006  MicroPython's loop keeps it
        asyncio.run(program)
    except KeyboardInterrupt:
        supervisor.stand_down()
        return False
    except Exception as error:  # an error of our own: what is in flash is whole, so start anew from there
        sys.print_exception(error)  # type: ignore[attr-defined]
        time.sleep(5)  # not in a frenzy, if it comes again
        board.reset()
    return True
