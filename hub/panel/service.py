"""The panels on the walls: which there are, whose door each hangs at, and what it last said of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from hub.accounts.tokens import new_secret, same_hash, secret_hash
from hub.db.base import new_id
from hub.errors import Conflict, Refused, not_found
from hub.panel import repository
from hub.panel.models import Panel
from hub.panel.presence import (
    greet,
    greet_all,
    lose,
    lose_all,
    lose_each,
    note_heard,
    note_telemetry,
    set_presence,
    set_presences,
)
from hub.panel.records import PanelRecord, record_of, room_of, standing, tell
from hub.rooms import service as rooms
from hub.rooms.service import RoomRecord
from shared.panel_presence import OFFLINE

__all__ = [
    "PanelRecord",
    "add",
    "doors",
    "greet",
    "greet_all",
    "locked",
    "lose",
    "lose_all",
    "lose_each",
    "move",
    "note_heard",
    "note_telemetry",
    "panel",
    "panels",
    "record_of",
    "register",
    "rename",
    "revoke",
    "revoke_found",
    "room_for_login",
    "room_ids",
    "room_of",
    "rooms_for_logins",
    "rooms_of_panels",
    "set_presence",
    "set_presences",
]


def register(
    session: Session,
    *,
    name: str | None,
    room_id: str | None,
    simulated: bool,
    now: datetime,
    hardware: str | None = None,
) -> tuple[PanelRecord, str]:
    """A new panel, at a room's door if one is named, and its secret, which is told this once.

    A board that is a panel already stays that panel, with a new secret: `hardware` is its number. Raises
    NotFound for the room, Refused for a name that is none, Conflict for a board at another room's door.
    """
    room = rooms.room(session, room_id) if room_id is not None else None
    known = repository.panel_with_hardware(session, hardware) if hardware is not None else None
    if known is not None:
        return _register_again(session, known, name=name, room=room, now=now)
    secret = new_secret()
    panel = add(
        session,
        name,
        room,
        simulated=simulated,
        hardware=hardware,
        secret_hash=secret_hash(secret),
        now=now,
    )
    return record_of(panel, room), secret


def add(
    session: Session,
    name: str | None,
    room: RoomRecord | None,
    *,
    simulated: bool,
    secret_hash: bytes,
    now: datetime,
    hardware: str | None = None,
) -> Panel:
    """A new panel; without a name it gets its room's. Raises Refused for a name that is none."""
    panel_id = new_id()
    panel = Panel(
        id=panel_id,
        name=_named(name) if name is not None else (room.name if room else f"Panel {panel_id[:4]}"),
        secret_hash=secret_hash,
        room_key=room.key if room else None,
        simulated=simulated,
        hardware=hardware,
        created_at=now,
        status=OFFLINE,
    )
    session.add(panel)
    session.flush()
    if room:
        rooms.set_panelled(session, room.key, True)
    tell(session, panel, room)
    return panel


def _register_again(
    session: Session, known: Panel, *, name: str | None, room: RoomRecord | None, now: datetime
) -> tuple[PanelRecord, str]:
    at = room_of(session, known)
    if at and room and at.key != room.key:
        raise Conflict(
            "panel-at-another-room", "This board is the panel of another room", f"It is at {at.name}."
        )
    if room:
        move(session, known.id, room.id, now)
    if name is not None:
        rename(session, known.id, name)
    secret = new_secret()
    known.secret_hash = secret_hash(secret)
    return record_of(known, room or at), secret


def panels(session: Session) -> list[PanelRecord]:
    """By name."""
    found = repository.all_panels(session)
    at = rooms.rooms_by_key(session, {panel.room_key for panel in found if panel.room_key is not None})
    return [record_of(panel, standing(at[panel.room_key]) if panel.room_key else None) for panel in found]


def panel(session: Session, panel_id: str) -> PanelRecord:
    """Raises NotFound, also for a panel that was revoked."""
    found = _found(session, panel_id)
    return record_of(found, room_of(session, found))


def rename(session: Session, panel_id: str, name: str) -> None:
    """Raises NotFound, or Refused for a name that is none."""
    found = locked(session, panel_id)
    found.name = _named(name)
    tell(session, found, room_of(session, found))


def move(session: Session, panel_id: str, room_id: str | None, now: datetime) -> None:
    """From now on the panel hangs at this door, or at none. Raises NotFound.

    Its contact with the old room ends here; with the new one it begins with the panel's next hello.
    """
    found = locked(session, panel_id)
    room = rooms.room(session, room_id) if room_id is not None else None
    if room and room.key == found.room_key:
        return
    _take_down(session, found, now)
    found.room_key = room.key if room else None
    session.flush()
    if room:
        rooms.set_panelled(session, room.key, True)
    tell(session, found, room)


def revoke(session: Session, panel_id: str, now: datetime) -> None:
    """The panel's secret is worth nothing from now on. Raises NotFound."""
    found = locked(session, panel_id)
    revoke_found(session, found, now)


def revoke_found(session: Session, found: Panel, now: datetime) -> None:
    found.revoked_at, found.status = now, OFFLINE
    repository.end_enrolment(session, found.key)
    _take_down(session, found, now)
    tell(session, found, None)


def room_for_login(session: Session, panel_id: str, secret: str) -> tuple[bool, int | None, str | None]:
    """Whether this is the panel's secret; then the key and the id of its room too, if it has one."""
    return rooms_for_logins(session, [(panel_id, secret)])[0]


def rooms_for_logins(
    session: Session, logins: Sequence[tuple[str, str]]
) -> list[tuple[bool, int | None, str | None]]:
    """The same for each panel and secret."""
    found = repository.secrets_and_doors(session, [panel_id for panel_id, _ in logins])
    at = rooms.rooms_by_key(session, {key for _, key in found.values() if key is not None})
    return [_admitted(found.get(panel_id), secret, at) for panel_id, secret in logins]


def _admitted(
    known: tuple[bytes, int | None] | None, secret: str, at: Mapping[int, RoomRecord]
) -> tuple[bool, int | None, str | None]:
    if known is None or not same_hash(known[0], secret_hash(secret)):
        return False, None, None
    room = standing(at[known[1]]) if known[1] is not None else None
    return True, known[1], room.id if room else None


def doors(session: Session) -> dict[str, int | None]:
    """The key of every panel's room, by the panel's id; revoked panels are not among them."""
    return repository.doors(session)


def room_ids(session: Session) -> dict[str, str | None]:
    """The id of every panel's room, by the panel's id; revoked panels are not among them."""
    return {panel_id: room.id if room else None for panel_id, room in rooms_of_panels(session).items()}


def rooms_of_panels(session: Session) -> dict[str, RoomRecord | None]:
    """Every panel's room, by the panel's id; revoked panels are not among them."""
    at = repository.doors(session)
    found = rooms.rooms_by_key(session, {key for key in at.values() if key is not None})
    there = {key: room for key, room in found.items() if standing(room)}
    return {panel_id: None if key is None else there.get(key) for panel_id, key in at.items()}


def _take_down(session: Session, found: Panel, now: datetime) -> None:
    """The panel leaves its room, which may have no other."""
    rooms.close_contact(session, found.id, now)
    left, found.room_key = found.room_key, None
    found.shown_revision = found.behind_since = None
    session.flush()
    if left is not None:
        rooms.set_panelled(session, left, repository.any_in_room(session, left))


def _found(session: Session, panel_id: str) -> Panel:
    found = repository.panel_with_id(session, panel_id)
    if found is None:
        raise not_found("panel", panel_id)
    return found


def locked(session: Session, panel_id: str) -> Panel:
    """The panel, which nobody else moves or revokes until this transaction ends. Raises NotFound."""
    found = repository.locked_panel(session, panel_id)
    if found is None:
        raise not_found("panel", panel_id)
    return found


def _named(name: str) -> str:
    if not 0 < len(name.strip()) <= 255:
        raise Refused("bad-name", "This name cannot be used", "A name has 1 to 255 characters.")
    return name.strip()
