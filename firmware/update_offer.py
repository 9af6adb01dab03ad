"""What the hub offers, and what became of it: kept through the restarts that an update takes.

`update.json` holds the offer that is being taken, and how far that is; `failed.json` the last that came to nothing,
so that it is not taken again and the hub hears why.
"""

import json

from firmware import flash_file, rare
from firmware.version import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.slots import Slots
    from shared.firmware_offer import FirmwareOffer

firmware_offer = rare.load("shared.firmware_offer")

WHY = "why.txt"
"""What boot.py keeps of a start that came to nothing."""

FILE = "update.json"
FAILED = "failed.json"
TRIES = 2
"""How often an update is begun, where each time the power fails or the panel dies of it: less often than boot.py
starts a firmware that does not come up."""


def consider(payload: bytes) -> bool:
    """Whether to restart for this offer, which is then taken. Raises ValueError for what is none.

    Nothing but a higher version is taken: who has the hub can't bring back what was mended.
    """
    if not payload:
        return False
    offer = firmware_offer.parse(payload)
    if firmware_offer.version_of(offer["version"]) <= firmware_offer.version_of(VERSION):
        return False
    if _read(FAILED).get("id") == offer["id"]:
        return False
    flash_file.replace(FILE, json.dumps({"offer": offer, "begun": 0}))
    return True


def begin() -> "FirmwareOffer | None":
    """The offer to take now; None where there is none, or it has been tried often enough."""
    kept = _read(FILE)
    if "offer" not in kept or kept.get("ready"):
        return None
    offer: FirmwareOffer = kept["offer"]
    if kept["begun"] >= TRIES:
        give_up(offer, "interrupted", why())
        return None
    flash_file.replace(FILE, json.dumps({"offer": offer, "begun": kept["begun"] + 1}))
    return offer


def ready(offer: "FirmwareOffer") -> None:
    """It lies in the other slot, and the next start tries it."""
    flash_file.replace(FILE, json.dumps({"offer": offer, "ready": True}))


def give_up(offer: "FirmwareOffer", problem: str, detail: str) -> None:
    failed = {"id": offer["id"], "version": offer["version"], "problem": problem, "detail": detail[:160]}
    flash_file.replace(FAILED, json.dumps(failed))
    flash_file.remove(FILE)


def settle(there: "Slots") -> None:
    """At each start: what was tried has come up, or boot.py has gone back from it."""
    kept = _read(FILE)
    if kept.get("ready") and there.state == "back":
        give_up(kept["offer"], "rolled-back", why())
    elif kept.get("ready") and there.state == "ok":
        flash_file.remove(FILE)


def failure() -> "dict[str, Any] | None":
    """What to tell the hub of the last offer that came to nothing."""
    return _read(FAILED) or None


def _read(path: str) -> "dict[str, Any]":
    try:
        found = json.loads(flash_file.read(path, 2048))
    except ValueError:  # never written, or worn
        return {}
    return found if isinstance(found, dict) else {}


def why() -> str:
    return flash_file.read(WHY, 1024).decode()
