"""What a key press at a panel does: applied exactly once, however often it is delivered (contract)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy.orm import Session

from hub.bookings import service as bookings
from hub.clock import from_unix
from hub.errors import Conflict, DomainError, Unavailable, not_found
from hub.panel import glass, issues, repository
from hub.panel.glass import Proof
from hub.panel.models import Panel, PanelCommandResult
from hub.rooms import service as rooms
from hub.rooms.service import RoomRecord
from shared.panel_command import BOOK, CHECK_IN, END, EXTEND, REPORT_ISSUE

if TYPE_CHECKING:
    from shared.panel_command import Ack, PanelCommand

QUEUED_AT_MOST = timedelta(hours=12)
"""What an offline panel has kept longer says nothing about the past any more: it is judged by now."""
PATIENCE = timedelta(minutes=2)
"""A booking or an extension that took longer to arrive is refused: nobody is at the door to see it granted."""
KEPT = timedelta(days=30)
DETAIL_BYTES = 300
PANEL = "panel"


def apply(
    session: Session, panel_id: str, command: PanelCommand, now: datetime, proof: Proof | None = None
) -> Ack:
    """The answer to a command; one that was answered before changes nothing and gets the same answer.

    The answer is stored in the transaction that has the effect, a refusal too. `proof` is of the PIN that came
    with it, where `pin_hash_to_check` asked for one. Raises NotFound for a panel that was revoked, and
    Unavailable, which is no answer: the panel asks again.
    """
    panel = _panel(session, panel_id)
    earlier = repository.command_ack(session, panel.key, command["id"])
    if earlier is not None:
        return cast("Ack", json.loads(earlier))
    ack = _answer(session, panel, command, proof, now)
    repository.forget_commands(session, now - KEPT)
    session.add(
        PanelCommandResult(panel_key=panel.key, command_id=command["id"], ack=json.dumps(ack), created_at=now)
    )
    return ack


def pin_hash_to_check(session: Session, panel_id: str, command: PanelCommand, now: datetime) -> str | None:
    """What the PIN that came with the command has to be checked against before `apply`; None where it need not.

    Raises NotFound for a panel that was revoked.
    """
    panel = _panel(session, panel_id)
    room = _room_of(session, panel)
    if room is None or repository.command_ack(session, panel.key, command["id"]) is not None:
        return None
    return glass.pin_hash_to_check(session, panel, room, command, now)


def _panel(session: Session, panel_id: str) -> Panel:
    found = repository.panel_with_id(session, panel_id)
    if found is None:
        raise not_found("panel", panel_id)
    return found


def _answer(session: Session, panel: Panel, command: PanelCommand, proof: Proof | None, now: datetime) -> Ack:
    room = _room_of(session, panel)
    told: dict[str, Any] = {}
    try:
        found = _own_room(room, command)
        told["byPin"] = glass.admit(session, panel, found, command, proof, now)
        with session.begin_nested():
            told["bookingId"] = _act(session, panel, found, command, now)
            ack: Ack = {"id": command["id"], "ok": True, "revision": rooms.room(session, found.id).revision}
    except Unavailable:
        raise
    except DomainError as refusal:
        ack = refused(command["id"], refusal.slug, refusal.detail)
    glass.note(session, panel, room, command, ack, told, now)
    return ack


def refused(command_id: str, slug: str, detail: str) -> Ack:
    return {"id": command_id, "ok": False, "problem": slug, "detail": detail[:DETAIL_BYTES]}


def _act(
    session: Session, panel: Panel, room: RoomRecord, command: PanelCommand, now: datetime
) -> str | None:
    """Does what the command says; the id of the booking that it made or changed."""
    at = judged_at(command, now)
    action = command["action"]
    if action == REPORT_ISSUE:
        issues.report_at_panel(session, panel, room, command.get("category"), command.get("text"), at, now)
        return None
    if action in (BOOK, EXTEND):
        _refuse_stale(command, now)
    if action == BOOK:
        return bookings.book_walk_up(session, room.id, command["minutes"] or 0, now).id
    booking_id = _booking_here(session, command, room, now)
    if action == CHECK_IN:
        attendees = command.get("attendees")
        bookings.check_in(session, booking_id, by=None, via=PANEL, at=at, now=now, attendees=attendees)
    elif action == END:
        bookings.end_booking(session, booking_id, by=None, at=at, now=now)
    else:
        bookings.extend(session, booking_id, by=None, minutes=command["minutes"] or 0, now=now)
    return booking_id


def _room_of(session: Session, panel: Panel) -> RoomRecord | None:
    if panel.room_key is None:
        return None
    found = rooms.rooms_by_key(session, [panel.room_key])[panel.room_key]
    return None if found.deleted else found


def _own_room(room: RoomRecord | None, command: PanelCommand) -> RoomRecord:
    """A panel that was moved meanwhile does not speak for the room it left."""
    if room is None or room.id != command["roomId"]:
        raise Conflict(
            "wrong-room", "This panel is not at that room's door", "It was moved: look at what it shows now."
        )
    return room


def _booking_here(session: Session, command: PanelCommand, room: RoomRecord, now: datetime) -> str:
    """The booking's id. Raises NotFound for one of another room."""
    booking_id = command["bookingId"] or ""
    if bookings.booking(session, booking_id, now).room_key != room.key:
        raise not_found("booking", booking_id)
    return booking_id


def judged_at(command: PanelCommand, now: datetime) -> datetime:
    """When the key was pressed, as far as that can be believed; a moment yet to come can't be."""
    age = _age(command, now)
    return now if age is None or age >= QUEUED_AT_MOST else now - age


def _refuse_stale(command: PanelCommand, now: datetime) -> None:
    age = _age(command, now)
    if age is not None and age > PATIENCE:
        raise Conflict("command-too-late", "This was asked too long ago", "Press the key again.")


def _age(command: PanelCommand, now: datetime) -> timedelta | None:
    """How long ago the key was pressed; None where the panel's clock can't be trusted, or is ahead."""
    if command.get("clockTrusted") is False:
        return None
    age = now - from_unix(command["atUnix"])
    return age if age >= timedelta(0) else None
