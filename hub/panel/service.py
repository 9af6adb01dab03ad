"""The panels on the walls: which there are, whose door each hangs at, and what it last said of itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from hub.accounts.tokens import new_secret, same_hash, secret_hash
from hub.clock import from_unix
from hub.db.base import new_id
from hub.db.database import emit
from hub.errors import Conflict, Refused, not_found
from hub.events import PanelChanged
from hub.panel import repository
from hub.panel.health import LONGEST_SLEEP, Vitals, vitals
from hub.panel.models import Panel
from hub.rooms import service as rooms
from hub.rooms.service import RoomRecord
from shared.panel_presence import OFFLINE, ONLINE, SLEEPING

if TYPE_CHECKING:
    from shared.panel_presence import Hello, Presence


HIGHEST_REVISION = 2**31 - 1
"""What the column holds; a panel may say anything."""


@dataclass(frozen=True, slots=True)
class PanelRecord:
    """A panel as others see it. `status` is what it said: `online`, `sleeping` or `offline`; `hub.panel.health`
    knows better. `frame` and `screen` are of the last picture that it reported, `started_at` is when it was
    first heard with its boot id, `shown_revision` the revision of its room that it last said."""

    id: str
    name: str
    room: RoomRecord | None
    simulated: bool
    hardware: str | None
    status: str
    sleeping_until: datetime | None
    last_heard_at: datetime | None
    firmware: str | None
    frame: int | None
    screen: str | None
    telemetry: dict[str, Any] | None
    vitals: Vitals
    boot_id: str | None
    started_at: datetime | None
    shown_revision: int | None
    behind_since: datetime | None

    @property
    def room_id(self) -> str | None:
        return self.room.id if self.room else None


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
    _tell(session, panel, room)
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
    return [record_of(panel, _standing(at[panel.room_key]) if panel.room_key else None) for panel in found]


def panel(session: Session, panel_id: str) -> PanelRecord:
    """Raises NotFound, also for a panel that was revoked."""
    found = _found(session, panel_id)
    return record_of(found, room_of(session, found))


def rename(session: Session, panel_id: str, name: str) -> None:
    """Raises NotFound, or Refused for a name that is none."""
    found = locked(session, panel_id)
    found.name = _named(name)
    _tell(session, found, room_of(session, found))


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
    _tell(session, found, room)


def revoke(session: Session, panel_id: str, now: datetime) -> None:
    """The panel's secret is worth nothing from now on. Raises NotFound."""
    found = locked(session, panel_id)
    revoke_found(session, found, now)


def revoke_found(session: Session, found: Panel, now: datetime) -> None:
    found.revoked_at, found.status = now, OFFLINE
    repository.end_enrolment(session, found.key)
    _take_down(session, found, now)
    _tell(session, found, None)


def room_for_login(session: Session, panel_id: str, secret: str) -> tuple[bool, int | None, str | None]:
    """Whether this is the panel's secret; then the key and the id of its room too, if it has one."""
    found = repository.panel_with_id(session, panel_id)
    if found is None or not same_hash(found.secret_hash, secret_hash(secret)):
        return False, None, None
    room = room_of(session, found)
    return True, found.room_key, room.id if room else None


def doors(session: Session) -> dict[str, int | None]:
    """The key of every panel's room, by the panel's id; revoked panels are not among them."""
    return repository.doors(session)


def room_ids(session: Session) -> dict[str, str | None]:
    """The id of every panel's room, by the panel's id; revoked panels are not among them."""
    at = repository.doors(session)
    found = rooms.rooms_by_key(session, {key for key in at.values() if key is not None})
    standing = {key: room.id for key, room in found.items() if not room.deleted}
    return {panel_id: None if key is None else standing.get(key) for panel_id, key in at.items()}


def greet(session: Session, panel_id: str, hello: Hello, now: datetime) -> PanelRecord:
    """The panel has (re)connected: it is online, and its room in contact with the hub. Raises NotFound."""
    found = _found(session, panel_id)
    found.firmware = hello["firmware"]
    repository.end_enrolment(session, found.key)  # it has its credentials in flash
    _go_online(found, hello["bootId"], now)
    room = room_of(session, found)
    _note_revision(found, room, hello["revision"] if room and hello["roomId"] == room.id else 0, None)
    if room:
        rooms.open_contact(session, found.id, room.key, now)
    _tell(session, found, room)
    return record_of(found, room)


def set_presence(session: Session, panel_id: str, said: Presence, now: datetime) -> None:
    """What the panel, or its last will, says of itself; a will from before its last start is ignored.

    Raises NotFound.
    """
    found = _found(session, panel_id)
    if said["status"] == ONLINE:
        _go_online(found, said["bootId"], now)
        _tell(session, found, room_of(session, found))
    elif found.boot_id in {None, said["bootId"]}:
        until = said.get("untilUnix")
        sleeping_until = None
        if said["status"] == SLEEPING:
            found.last_heard_at = now
            sleeping_until = None if until is None else min(from_unix(until), now + LONGEST_SLEEP)
        _leave(session, found, said["status"], sleeping_until, now)


def _go_online(found: Panel, boot_id: str, now: datetime) -> None:
    if found.boot_id != boot_id:
        found.boot_id, found.started_at = boot_id, now
    found.status, found.sleeping_until, found.last_heard_at = ONLINE, None, now


def lose(session: Session, panel_id: str, now: datetime) -> None:
    """The panel's connection is gone, and no word came of it. Harmless for one that was not online."""
    found = repository.panel_with_id(session, panel_id)
    if found is not None and found.status == ONLINE:
        _leave(session, found, OFFLINE, None, now)


def lose_all(session: Session) -> None:
    """At the hub's start: nobody is connected, and what contact was left open ended with its heartbeat."""
    repository.forget_online(session)
    rooms.close_stale_contacts(session)


def _leave(
    session: Session, found: Panel, status: str, sleeping_until: datetime | None, now: datetime
) -> None:
    found.status, found.sleeping_until = status, sleeping_until
    rooms.close_contact(session, found.id, now)
    _tell(session, found, room_of(session, found))


def note_telemetry(session: Session, panel_id: str, telemetry: dict[str, Any], now: datetime) -> PanelRecord:
    """The last one is kept whole; its `frame`, `screen` and `revision` have been checked. Raises NotFound."""
    found = _found(session, panel_id)
    found.last_heard_at = now
    found.frame, found.screen = telemetry.get("frame", found.frame), telemetry.get("screen", found.screen)
    found.telemetry = json.dumps(telemetry)
    room = room_of(session, found)
    if "revision" in telemetry:
        _note_revision(found, room, telemetry["revision"], now)
    _tell(session, found, room)
    return record_of(found, room)


def _note_revision(found: Panel, room: RoomRecord | None, revision: int, now: datetime | None) -> None:
    """`now` None: the panel has just come, and is sent what it lacks."""
    found.shown_revision = min(revision, HIGHEST_REVISION) if room else None
    if room is None or now is None or revision >= room.published_revision:
        found.behind_since = None
    elif found.behind_since is None:
        found.behind_since = now


def note_heard(session: Session, heard: dict[str, datetime]) -> None:
    """When each of these panels last gave a sign of life."""
    repository.note_heard(session, heard)


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


def room_of(session: Session, found: Panel) -> RoomRecord | None:
    if found.room_key is None:
        return None
    return _standing(rooms.rooms_by_key(session, {found.room_key})[found.room_key])


def _standing(room: RoomRecord) -> RoomRecord | None:
    """A panel whose room was deleted hangs at none."""
    return None if room.deleted else room


def _tell(session: Session, found: Panel, room: RoomRecord | None) -> None:
    emit(session, PanelChanged(found.id, room.id if room else None, found.status, found.frame or 0))


def _named(name: str) -> str:
    if not 0 < len(name.strip()) <= 255:
        raise Refused("bad-name", "This name cannot be used", "A name has 1 to 255 characters.")
    return name.strip()


def record_of(found: Panel, room: RoomRecord | None) -> PanelRecord:
    telemetry = json.loads(found.telemetry) if found.telemetry else None
    return PanelRecord(
        id=found.id,
        name=found.name,
        room=room,
        simulated=found.simulated,
        hardware=found.hardware,
        status=found.status,
        sleeping_until=found.sleeping_until,
        last_heard_at=found.last_heard_at,
        firmware=found.firmware,
        frame=found.frame,
        screen=found.screen,
        telemetry=telemetry,
        vitals=vitals(telemetry),
        boot_id=found.boot_id,
        started_at=found.started_at,
        shown_revision=found.shown_revision,
        behind_since=found.behind_since,
    )
