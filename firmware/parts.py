"""Builds the panel from its parts. Needed at its start only, so it is let go then."""

from firmware import flash_file, rare
from firmware.canvas import Canvas
from firmware.command_outbox import CommandOutbox
from firmware.glass import Glass
from firmware.hub_contact import HubContact
from firmware.mqtt_link import MqttLink
from firmware.panel_app import PanelApp
from firmware.state_cache import StateCache
from firmware.supervisor import Supervisor
from firmware.wall_clock import WallClock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from firmware.hub_trust import HubTrust
    from firmware.panel_config import PanelConfig
    from firmware.slots import Slots

UPDATE = "update.json"
"""What `firmware.update_offer` keeps while an update is underway: without it, there is no need to load that."""


def build(config: "PanelConfig", board: "Any") -> "tuple[Coroutine[Any, Any, None], Supervisor]":
    """The panel's program, and who watches over it. An update that is waiting comes first."""
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
    return app.run(), supervisor


def _trust(config: "PanelConfig", clock: WallClock) -> "HubTrust | None":
    if config.ca is None:
        return None
    from firmware.hub_trust import HubTrust  # a panel on a plain link does not need it

    return HubTrust(config.ca, clock)


def _slots(config: "PanelConfig", board: "Any", canvas: Canvas) -> "Slots":
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
