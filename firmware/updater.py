"""Brings a firmware into the other slot, while nothing else of the panel runs: it needs the heap.

Each step leaves a board that starts: the slot that runs is never touched, and the other becomes the one to start
in one rename, once all of it has been read back from the flash.
"""

import asyncio
import hashlib
import time
from binascii import a2b_base64

import machine

from firmware import firmware_bundle, http_download, rsa_signature, update_offer, wifi
from firmware.firmware_bundle import BadBundle, Unpacker
from shared import firmware_offer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from firmware.canvas import Canvas
    from firmware.panel_config import PanelConfig
    from firmware.slots import Slots
    from shared.firmware_offer import FirmwareOffer

DOWNLOADS = 3
"""How often a download is begun anew that broke off."""

BETWEEN_S = 5

WATCHDOG_MS = 120000
"""Longer than anything takes that does not tell that it is alive: joining the network, and reading all of it back."""


def run(
    offer: "FirmwareOffer", config: "PanelConfig", slots: "Slots", board: "Any", canvas: "Canvas"
) -> None:
    """Brings that firmware, or leaves word for the hub why not; either way the board is to restart."""
    watchdog = machine.WDT(timeout=WATCHDOG_MS)
    _show(board, canvas, config)
    try:
        if not is_signed(offer, config.firmware_key):
            raise BadBundle("nobody whose key was installed has signed it")
        asyncio.run(wifi.join(config))
        bring(offer, slots, watchdog.feed)
    except BadBundle as error:
        update_offer.give_up(offer, "refused", str(error))
    except Exception as error:  # whatever it was: the firmware that is here goes on
        update_offer.give_up(offer, "not-had", repr(error))


def _show(board: "Any", canvas: "Canvas", config: "PanelConfig") -> None:
    from firmware import screens
    from firmware.glass import Glass

    screens.draw(canvas, screens.View("updating", 0, language=config.language, dark=config.dark))
    asyncio.run(Glass(canvas, board.display).show())


def is_signed(offer: "FirmwareOffer", key: "bytes | None") -> bool:
    """Whether the owner of the key that the installer pinned made this offer; never where none is pinned."""
    words = firmware_offer.signed_text(offer["version"], offer["size"], offer["sha256"])
    digest = hashlib.sha256(words.encode()).digest()
    return key is not None and rsa_signature.is_signed(digest, a2b_base64(offer["signature"]), key)


def bring(offer: "FirmwareOffer", slots: "Slots", alive: "Callable[[], None]") -> None:
    """Calls `alive` as it goes on. Raises BadBundle, OSError; the slot that runs is the one that starts then."""
    into = "b" if slots.slot == "a" else "a"
    slots.no_way_back()
    for left in range(DOWNLOADS - 1, -1, -1):
        firmware_bundle.remove_tree(into)
        unpacker = Unpacker(into)

        def take(piece: memoryview, to: Unpacker = unpacker) -> None:
            alive()
            to.feed(piece)

        try:
            http_download.fetch(offer["url"], offer["size"], take)
            break
        except OSError as error:
            print("download:", repr(error))
            if not left:
                raise
            time.sleep(BETWEEN_S)
        finally:
            unpacker.close()
    unpacker.finish(offer["sha256"])
    update_offer.ready(offer)
    slots.hand_over(into)
