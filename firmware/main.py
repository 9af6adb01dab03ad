"""Builds the panel from its parts, and runs it."""

import gc

from firmware.canvas import Canvas

gc.threshold(16384)  # type: ignore[attr-defined]  # the compiler's scraps would lie between what stays
CANVAS = Canvas()  # first of all: its 48,000 bytes want to lie in one piece

import asyncio  # noqa: E402  after the canvas
import sys  # noqa: E402
import time  # noqa: E402

from firmware import boards  # noqa: E402
from firmware.command_outbox import CommandOutbox  # noqa: E402
from firmware.glass import Glass  # noqa: E402
from firmware.hub_contact import HubContact  # noqa: E402
from firmware.mqtt_link import MqttLink  # noqa: E402
from firmware.panel_app import PanelApp  # noqa: E402
from firmware.panel_config import PanelConfig  # noqa: E402
from firmware.state_cache import StateCache  # noqa: E402
from firmware.wall_clock import WallClock  # noqa: E402


def main() -> None:
    config = PanelConfig()
    board = boards.load(config.board)
    cache = StateCache(config.room_id)
    contact = HubContact()
    outbox = CommandOutbox()
    clock = WallClock(not_before_unix=contact.last_unix or 0)
    glass = Glass(CANVAS.buffer, board.display, board.kept())
    link = MqttLink(config, cache, outbox, clock, contact, glass)
    app = PanelApp(board, CANVAS, glass, config, cache, outbox, clock, contact, link)
    try:
        asyncio.run(app.run())
    except KeyboardInterrupt:
        pass
    except Exception as error:  # an error of our own: what is in flash is whole, so start anew from there
        sys.print_exception(error)  # type: ignore[attr-defined]
        time.sleep(5)  # not in a frenzy, if it comes again
        board.reset()
