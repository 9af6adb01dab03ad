"""What a passer-by may do at a room's panels: what the room allows, its PIN, and the note of what was done.

A PIN is checked as a password is: argon2 runs outside of any transaction, so a command looks twice. Before, to
spend nothing on what is refused anyway (`pin_hash_to_check`); and after, so that of PINs tried at once none past
the limit is told right or wrong (`admit`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from hub.accounts import audit
from hub.accounts.attempts import Limit, Try, check_attempts, count_attempts
from hub.errors import Forbidden, TooMany
from hub.panel.models import Panel
from hub.rooms import service as rooms
from hub.rooms.service import RoomRecord
from shared.panel_command import OFF, ON, PIN, rule_for

if TYPE_CHECKING:
    from shared.panel_command import Ack, PanelCommand

WRONG_AT_PANEL = Limit("pin panel", 5, timedelta(minutes=10))
WRONG_IN_ROOM = Limit("pin room", 20, timedelta(days=1))
"""Of one PIN: setting another begins anew. One of four digits stands 250 days of trying, on the average."""
KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Proof:
    """A PIN as it was checked: against which hash, and whether it was right."""

    pin_hash: str
    right: bool


def pin_hash_to_check(
    session: Session, panel: Panel, room: RoomRecord, command: PanelCommand, now: datetime
) -> str | None:
    """What the command's PIN has to be checked against; None where that is not asked, or can't help."""
    if rule_for(room.glass, command["action"]) != PIN or command.get("pin") is None:
        return None
    pin_hash = rooms.glass_pin_hash(session, room.key)
    try:
        check_attempts(session, _tries(panel, room, pin_hash), now)
    except TooMany:
        return None
    return pin_hash


def admit(
    session: Session,
    panel: Panel,
    room: RoomRecord,
    command: PanelCommand,
    proof: Proof | None,
    now: datetime,
) -> bool:
    """Whether it took the room's PIN to let the command in.

    Raises Forbidden, and TooMany where the PIN was wrong too often. A wrong one is counted: what is rolled back
    with a refusal must not be this.
    """
    rule = rule_for(room.glass, command["action"])
    if rule == ON:
        return False
    if rule == OFF:
        raise Forbidden(
            "not-at-the-glass", "This room does not allow that at its panel", "Do it in the web app."
        )
    pin_hash = rooms.glass_pin_hash(session, room.key)
    tries = _tries(panel, room, pin_hash)
    if command.get("pin") is not None:
        check_attempts(session, tries, now)
    if proof is None or proof.pin_hash != pin_hash:
        raise Forbidden("pin-required", "This takes the room's PIN", "Type it at the panel.")
    if not proof.right:
        count_attempts(session, tries, now)
        raise Forbidden(
            "wrong-pin", "This is not the room's PIN", "Type it again, or ask who looks after the room."
        )
    return True


def _tries(panel: Panel, room: RoomRecord, pin_hash: str | None) -> list[Try]:
    return [(WRONG_AT_PANEL, panel.id), (WRONG_IN_ROOM, f"{room.id} {pin_hash}")]


def note(
    session: Session,
    panel: Panel,
    room: RoomRecord | None,
    command: PanelCommand,
    ack: Ack,
    told: Mapping[str, Any],
    now: datetime,
) -> None:
    """Writes into the audit log what was asked and what came of it; `told` is what more there is to say.

    The entry is about the booking that was made or changed, else about the room. Past the limit of wrong PINs
    there is nothing to tell: the wrong ones are told.
    """
    if ack.get("problem") == "too-many-attempts":
        return
    asked = {"bookingId": command.get("bookingId"), "minutes": command.get("minutes")}
    detail = {"panelId": panel.id, "roomId": room and room.id, "result": ack.get("problem", "done")}
    detail |= {name: value for name, value in {**asked, **told}.items() if value}
    subject = detail.get("bookingId") if ack["ok"] else None
    action = f"glass.{command['action'].replace('_', '-')}"
    audit.record(session, None, action, subject or (room.id if room else panel.id), detail, now, kept=KEPT)
