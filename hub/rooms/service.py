"""The building and its rooms (brief, section 2.2). What a room's status is, bookings decide.

Every change raises the room's revision: panels and web app learn of it by that alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from msgspec import UNSET, UnsetType
from sqlalchemy import Row, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from hub.db.base import new_id
from hub.db.database import emit
from hub.errors import Conflict, Refused, not_found
from hub.events import RoomChanged
from hub.rooms import repository
from hub.rooms.contact import (
    close_contact,
    close_stale_contacts,
    contact_of,
    heartbeat_contacts,
    open_contact,
    set_panelled,
)
from hub.rooms.models import Building, Floor, Room, RoomAmenity
from hub.rooms.policy import Policy, PolicyOverrides, effective, merged
from hub.rooms.repository import RoomFilter

__all__ = [
    "BuildingRecord",
    "FloorRecord",
    "NewRoom",
    "Policy",
    "PolicyOverrides",
    "RoomChanges",
    "RoomFilter",
    "RoomRecord",
    "add_building",
    "add_floor",
    "add_room",
    "amenities",
    "building",
    "buildings",
    "change_room",
    "close_contact",
    "close_stale_contacts",
    "contact_of",
    "heartbeat_contacts",
    "mark_published",
    "matching_rooms",
    "open_contact",
    "remove_room",
    "revisions",
    "room",
    "rooms_by_key",
    "set_panelled",
    "touch",
    "unpublish_all",
    "unpublished",
]

_TOUCHED = "rooms touched"


@dataclass(frozen=True, slots=True)
class FloorRecord:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class BuildingRecord:
    """`time_zone` is an IANA name. `floors` is filled where a building is asked for, not in a room."""

    id: str
    name: str
    time_zone: str
    floors: tuple[FloorRecord, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class RoomRecord:
    """A room with the policy in force. `key` is the row others refer to."""

    key: int
    id: str
    name: str
    building: BuildingRecord
    floor: FloorRecord
    capacity: int
    amenities: tuple[str, ...]
    policy: Policy
    out_of_service: str | None
    revision: int
    published_revision: int
    has_panels: bool
    deleted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRoom:
    name: str
    floor_id: str
    capacity: int
    amenities: Sequence[str] = ()
    policy: PolicyOverrides | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomChanges:
    """What is UNSET stays as it is; `out_of_service` None puts the room back into service."""

    name: str | UnsetType = UNSET
    floor_id: str | UnsetType = UNSET
    capacity: int | UnsetType = UNSET
    amenities: Sequence[str] | UnsetType = UNSET
    policy: PolicyOverrides | UnsetType = UNSET
    out_of_service: str | UnsetType | None = UNSET


def add_building(session: Session, *, name: str, time_zone: str, floors: Sequence[str]) -> BuildingRecord:
    """Raises Refused for a zone that is none, Conflict where a name is taken."""
    if time_zone not in available_timezones():
        raise Refused(
            "bad-time-zone", "There is no such time zone", f"{time_zone!r} is not an IANA time zone."
        )
    name = _named(name)
    if any(row.name == name for row in repository.buildings(session)):
        raise _name_taken("building", name)
    added = Building(id=new_id(), name=name, time_zone=time_zone)
    session.add(added)
    session.flush()
    for floor in floors:
        add_floor(session, added.id, floor)
    return building(session, added.id)


def add_floor(session: Session, building_id: str, name: str) -> FloorRecord:
    """Raises NotFound for the building, Conflict where it has a floor of this name."""
    rows = repository.buildings(session, building_id)
    if not rows:
        raise not_found("building", building_id)
    name = _named(name)
    if any(row.name == name for row in repository.floors_of(session, [rows[0].key]).get(rows[0].key, [])):
        raise _name_taken("floor", name)
    added = FloorRecord(new_id(), name)
    session.execute(insert(Floor).values(id=added.id, building_key=rows[0].key, name=name))
    return added


def buildings(session: Session) -> list[BuildingRecord]:
    return _buildings(session, None)


def building(session: Session, building_id: str) -> BuildingRecord:
    """Raises NotFound."""
    found = _buildings(session, building_id)
    if not found:
        raise not_found("building", building_id)
    return found[0]


def _buildings(session: Session, building_id: str | None) -> list[BuildingRecord]:
    rows = repository.buildings(session, building_id)
    floors = repository.floors_of(session, [row.key for row in rows])
    return [
        BuildingRecord(
            row.id,
            row.name,
            row.time_zone,
            tuple(FloorRecord(floor.id, floor.name) for floor in floors.get(row.key, [])),
        )
        for row in rows
    ]


def amenities(session: Session) -> list[tuple[str, str]]:
    """Slug and name of each."""
    return [(row.slug, row.name) for row in repository.amenities(session)]


def add_room(session: Session, new: NewRoom, now: datetime) -> RoomRecord:
    """Raises NotFound for the floor, Refused for what a room can't be, Conflict where its name is taken."""
    floor_key = _floor_key(session, new.floor_id)
    name = _free_name(session, floor_key, new.name)
    added = Room(
        id=new_id(),
        floor_key=floor_key,
        name=name,
        capacity=new.capacity,
        policy=merged({}, new.policy or PolicyOverrides()),
        created_at=now,
        revision=1,
    )
    session.add(added)
    session.flush()
    _furnish(session, added.key, new.amenities)
    emit(session, RoomChanged(added.id, 1))
    return room(session, added.id)


def change_room(session: Session, room_id: str, changes: RoomChanges) -> RoomRecord:
    """Raises what `add_room` raises."""
    before = room(session, room_id)
    values: dict[str, Any] = {}
    if changes.floor_id is not UNSET:
        values["floor_key"] = _floor_key(session, changes.floor_id)
    if changes.capacity is not UNSET:
        values["capacity"] = changes.capacity
    if changes.out_of_service is not UNSET:
        values["out_of_service"] = changes.out_of_service
    kept = session.execute(select(Room.floor_key, Room.policy).where(Room.key == before.key)).one()
    if changes.name is not UNSET or changes.floor_id is not UNSET:
        name = before.name if changes.name is UNSET else _named(changes.name)
        floor_key = values.get("floor_key", kept.floor_key)
        if (name, floor_key) != (before.name, kept.floor_key):
            values["name"] = _free_name(session, floor_key, name)
    if changes.policy is not UNSET:
        values["policy"] = merged(kept.policy, changes.policy)
    if values:
        session.execute(update(Room).where(Room.key == before.key).values(values))
    if changes.amenities is not UNSET:
        _furnish(session, before.key, changes.amenities)
    touch(session, before.key)
    return room(session, room_id)


def remove_room(session: Session, room_id: str, now: datetime) -> None:
    """Takes the room away; its bookings stay on record."""
    gone = room(session, room_id)
    session.execute(update(Room).where(Room.key == gone.key).values(deleted_at=now, has_panels=False))
    touch(session, gone.key)


def room(session: Session, room_id: str) -> RoomRecord:
    """Raises NotFound, also for a room that was deleted."""
    row = repository.room_with_id(session, room_id)
    if row is None:
        raise not_found("room", room_id)
    return _record(row)


def rooms_by_key(session: Session, keys: Iterable[int]) -> dict[int, RoomRecord]:
    """Deleted ones too: bookings keep their room."""
    return {row.key: _record(row) for row in repository.rooms_with_keys(session, keys)}


def matching_rooms(session: Session, wanted: RoomFilter, limit: int) -> list[RoomRecord]:
    """Up to `limit` rooms, by name."""
    return [_record(row) for row in repository.matching_rooms(session, wanted, limit)]


def _record(row: Row[Any]) -> RoomRecord:
    return RoomRecord(
        key=row.key,
        id=row.id,
        name=row.name,
        building=BuildingRecord(row.building_id, row.building_name, row.time_zone),
        floor=FloorRecord(row.floor_id, row.floor_name),
        capacity=row.capacity,
        amenities=tuple(sorted(row.amenities.split(","))) if row.amenities else (),
        policy=effective(row.policy),
        out_of_service=row.out_of_service,
        revision=row.revision,
        published_revision=row.published_revision,
        has_panels=row.has_panels,
        deleted=row.deleted_at is not None,
    )


def touch(session: Session, room_key: int) -> int:
    """Raises the room's revision: once in a transaction, however much of the room changes in it."""
    touched: dict[int, int] = session.info.setdefault(_TOUCHED, {})
    if room_key not in touched:
        row = session.execute(
            update(Room)
            .where(Room.key == room_key)
            .values(revision=Room.revision + 1)
            .returning(Room.id, Room.revision)
        ).one()
        touched[room_key] = row.revision
        emit(session, RoomChanged(row.id, row.revision))
    return touched[room_key]


def revisions(session: Session) -> dict[str, int]:
    """Every room's revision, by its id; a deleted room keeps the one it went with."""
    return {row.id: row.revision for row in session.execute(select(Room.id, Room.revision))}


def unpublished(session: Session, now: datetime) -> list[str]:
    """The rooms whose state has to go out; a deleted one among them gets its empty payload."""
    return list(
        session.scalars(
            select(Room.id)
            .where(or_(Room.revision != Room.published_revision, Room.publish_due_at <= now))
            .order_by(Room.key)
        )
    )


def mark_published(session: Session, room_id: str, revision: int, due_at: datetime | None) -> None:
    """The broker has this revision; `due_at` is when the document wants to go out again by itself."""
    session.execute(
        update(Room).where(Room.id == room_id).values(published_revision=revision, publish_due_at=due_at)
    )


def unpublish_all(session: Session) -> None:
    """The broker knows nothing any more."""
    session.execute(update(Room).where(Room.deleted_at.is_(None)).values(published_revision=0))


def _furnish(session: Session, room_key: int, slugs: Sequence[str]) -> None:
    keys = repository.amenity_keys(session, slugs)
    for slug in slugs:
        if slug not in keys:
            raise Refused("unknown-amenity", "There is no such amenity", f"There is no amenity {slug!r}.")
    session.execute(delete(RoomAmenity).where(RoomAmenity.room_key == room_key))
    for key in keys.values():
        session.execute(insert(RoomAmenity).values(room_key=room_key, amenity_key=key))


def _floor_key(session: Session, floor_id: str) -> int:
    key = repository.floor_key(session, floor_id)
    if key is None:
        raise not_found("floor", floor_id)
    return key


def _free_name(session: Session, floor_key: int, name: str) -> str:
    name = _named(name)
    if repository.name_taken(session, floor_key, name):
        raise _name_taken("room", name)
    return name


def _named(name: str) -> str:
    if not 0 < len(name.strip()) <= 255:
        raise Refused("bad-name", "This name cannot be used", "A name has 1 to 255 characters.")
    return name.strip()


def _name_taken(what: str, name: str) -> Conflict:
    return Conflict("name-taken", "This name is taken", f"There is a {what} called {name!r} here already.")
