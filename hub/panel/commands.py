"""What a key press at a panel does: applied exactly once, however often it is delivered (contract)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from sqlalchemy.orm import Session

from hub.bookings import service as bookings
from hub.clock import from_unix
from hub.errors import Conflict, DomainError, Unavailable, not_found
from hub.panel import issues, repository
from hub.panel.models import Panel, PanelCommandResult
from hub.rooms import service as rooms
from hub.rooms.service import RoomRecord
from shared.panel_command import BOOK, CHECK_IN, END, EXTEND

if TYPE_CHECKING:
    from shared.panel_command import Ack, PanelCommand

QUEUED_AT_MOST = timedelta(hours=12)
"""What an offline panel has kept longer says nothing about the past any more: it is judged by now."""
PATIENCE = timedelta(minutes=2)
"""A booking or an extension that took longer to arrive is refused: nobody is at the door to see it granted."""
KEPT = timedelta(days=30)
DETAIL_BYTES = 300
PANEL = "panel"


def apply(session: Session, panel_id: str, command: PanelCommand, now: datetime) -> Ack:
    """The answer to a command; one that was answered before changes nothing and gets the same answer.

    The answer is stored in the transaction that has the effect, a refusal too. Raises NotFound for a panel
    that was revoked, and Unavailable, which is no answer: the panel asks again.
    """
    panel = repository.panel_with_id(session, panel_id)
    if panel is None:
        raise not_found("panel", panel_id)
    earlier = repository.command_ack(session, panel.key, command["id"])
    if earlier is not None:
        return cast("Ack", json.loads(earlier))
    ack = _answer(session, panel, command, now)
    repository.forget_commands(session, now - KEPT)
    session.add(
        PanelCommandResult(panel_key=panel.key, command_id=command["id"], ack=json.dumps(ack), created_at=now)
    )
    return ack


def _answer(session: Session, panel: Panel, command: PanelCommand, now: datetime) -> Ack:
    try:
        with session.begin_nested():
            return {"id": command["id"], "ok": True, "revision": _act(session, panel, command, now)}
    except Unavailable:
        raise
    except DomainError as refusal:
        return refused(command["id"], refusal.slug, refusal.detail)


def refused(command_id: str, slug: str, detail: str) -> Ack:
    return {"id": command_id, "ok": False, "problem": slug, "detail": detail[:DETAIL_BYTES]}


def _act(session: Session, panel: Panel, command: PanelCommand, now: datetime) -> int:
    """Does what the command says; the room's revision after it."""
    room = _own_room(session, panel, command)
    at = judged_at(command, now)
    action = command["action"]
    if action == CHECK_IN:
        booking_id = _booking_here(session, command, room, now)
        attendees = command.get("attendees")
        bookings.check_in(session, booking_id, by=None, via=PANEL, at=at, now=now, attendees=attendees)
    elif action == END:
        bookings.end_booking(session, _booking_here(session, command, room, now), by=None, at=at, now=now)
    elif action == EXTEND:
        _refuse_stale(command, now)
        booking_id = _booking_here(session, command, room, now)
        bookings.extend(session, booking_id, by=None, minutes=command["minutes"] or 0, now=now)
    elif action == BOOK:
        _refuse_stale(command, now)
        bookings.book_walk_up(session, room.id, command["minutes"] or 0, now)
    else:
        issues.report_at_panel(session, panel, room, command.get("category"), command.get("text"), at, now)
    return rooms.room(session, room.id).revision


def _own_room(session: Session, panel: Panel, command: PanelCommand) -> RoomRecord:
    """A panel that was moved meanwhile does not speak for the room it left."""
    own = rooms.rooms_by_key(session, [panel.room_key])[panel.room_key] if panel.room_key else None
    if own is None or own.deleted or own.id != command["roomId"]:
        raise Conflict("wrong-room", "This panel is not at that room's door")
    return own


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
