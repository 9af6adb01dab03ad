"""Builds the panel from its parts, and runs it."""

import asyncio

from firmware import boards, flash_file, rare
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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from firmware.hub_trust import HubTrust
    from firmware.slots import Slots

UPDATE = "update.json"
"""What `firmware.update_offer` keeps while an update is underway: without it, there is no need to load that."""


def enrol(config: PanelConfig, board: "Any") -> None:
    """Starts the panel anew once it has credentials: with a whole heap, and by the way that every start takes."""
    supervisor = Supervisor()
    rare.load("firmware.slots").Slots().came_up(False)
    canvas = Canvas()
    kept = board.kept()
    glass = Glass(canvas, board.display, kept)
    newcomer = rare.load("firmware.newcomer").run(config, board, canvas, glass, woken=bool(kept))
    if _run(newcomer, supervisor):
        board.reset()


def main() -> None:
    """Whatever goes wrong for good is raised: boot.py starts the panel again, or the firmware before this one."""
    config = PanelConfig()
    board = boards.load(config.board)
    if not config.has_credentials:
        enrol(config, board)
        return
    contact = HubContact()
    clock = WallClock(not_before_unix=contact.last_unix or 0)
    trust = _trust(config, clock)
    canvas = Canvas()
    slots = _slots(config, board, canvas)
    supervisor = Supervisor()
    cache = StateCache(config.room_id)
    outbox = CommandOutbox()
    sleeper = None
    if config.on_battery:
        from firmware.sleeper import KEPT_BYTES, Sleeper  # mains panels have no heap to spare for it

        glass = Glass(canvas, board.display, board.kept()[KEPT_BYTES:])
        sleeper = Sleeper(board, glass, clock, contact, cache)
    else:
        glass = Glass(canvas, board.display)
    link = MqttLink(config, cache, outbox, clock, contact, glass, supervisor, trust)
    app = PanelApp(
        board, canvas, glass, config, cache, outbox, clock, contact, link, supervisor, slots, sleeper
    )
    _run(app.run(), supervisor)


def _run(program: "Coroutine[Any, Any, None]", supervisor: Supervisor) -> bool:
    """False where somebody at the serial console wants to have the board."""
    try:
        asyncio.create_task(supervisor.run())  # noqa: RUF006  MicroPython's loop keeps it
        asyncio.run(program)
    except KeyboardInterrupt:
        supervisor.stand_down()
        return False
    return True


def _trust(config: PanelConfig, clock: WallClock) -> "HubTrust | None":
    if config.ca is None:
        return None
    from firmware.hub_trust import HubTrust  # a panel on a plain link does not need it

    return HubTrust(config.ca, clock)


def _slots(config: PanelConfig, board: "Any", canvas: Canvas) -> "Slots":
    """Where this firmware runs from. An update that is waiting comes first, and then the board restarts."""
    there: Slots = rare.load("firmware.slots").Slots()
    if flash_file.read(UPDATE, 2048):
        update = rare.load("firmware.update_offer")
        update.settle(there)
        offer = update.begin()
        if offer is not None:
            rare.load("firmware.updater").run(offer, config, there, board, canvas)
            board.reset()
    return there
