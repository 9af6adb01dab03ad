"""The building and its rooms (brief, section 2.2). What a room's status is, bookings decide.

Every change raises the room's revision: panels and web app learn of it by that alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import UNSET, UnsetType
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from hub.db.base import new_id
from hub.db.database import emit
from hub.errors import Refused, not_found
from hub.events import RoomChanged
from hub.rooms import repository
from hub.rooms.amenities import add_amenity, amenities, amenity_name, remove_amenity, rename_amenity
from hub.rooms.buildings import (
    BuildingRecord,
    FloorRecord,
    add_building,
    add_floor,
    building,
    buildings,
    change_building,
    floor_row,
    remove_building,
    remove_floor,
    rename_floor,
)
from hub.rooms.closures import (
    ClosureChanges,
    ClosureRecord,
    NewClosure,
    add_closure,
    add_closures,
    change_closure,
    closure,
    closures,
    remove_closure,
)
from hub.rooms.contact import (
    close_contact,
    close_contacts,
    close_stale_contacts,
    contact_of,
    contacts_during,
    heartbeat_contacts,
    open_contact,
    open_contacts,
    set_panelled,
)
from hub.rooms.glass_pin import glass_pin_hash, refuse_missing_pin, remove_glass_pin, set_glass_pin
from hub.rooms.histories import RoomHistory, histories, note_service
from hub.rooms.models import Room, RoomAmenity
from hub.rooms.names import folded, name_taken, named
from hub.rooms.policy import Policy, PolicyOverrides, merged
from hub.rooms.records import RoomRecord, room_record
from hub.rooms.repository import RoomFilter, room_keys
from hub.rooms.revisions import mark_published, revisions, revisions_of, touch, unpublish_all, unpublished
from hub.rooms.site import (
    allow_department_leads,
    change_site_policy,
    department_leads_allowed,
    site_overridden,
    site_policy,
    stored_site_policy,
)

__all__ = [
    "BuildingRecord",
    "ClosureChanges",
    "ClosureRecord",
    "FloorRecord",
    "NewClosure",
    "NewRoom",
    "Policy",
    "PolicyOverrides",
    "RoomChanges",
    "RoomFilter",
    "RoomHistory",
    "RoomRecord",
    "add_amenity",
    "add_building",
    "add_closure",
    "add_closures",
    "add_floor",
    "add_room",
    "allow_department_leads",
    "amenities",
    "amenity_name",
    "building",
    "buildings",
    "change_building",
    "change_closure",
    "change_room",
    "change_site_policy",
    "close_contact",
    "close_contacts",
    "close_stale_contacts",
    "closure",
    "closures",
    "contact_of",
    "contacts_during",
    "department_leads_allowed",
    "floor_row",
    "glass_pin_hash",
    "heartbeat_contacts",
    "histories",
    "lock",
    "locked_room",
    "mark_published",
    "matching_rooms",
    "open_contact",
    "open_contacts",
    "remove_amenity",
    "remove_building",
    "remove_closure",
    "remove_floor",
    "remove_glass_pin",
    "remove_room",
    "rename_amenity",
    "rename_floor",
    "revisions",
    "revisions_of",
    "room",
    "room_keys",
    "rooms_by_key",
    "set_glass_pin",
    "set_panelled",
    "site_overridden",
    "site_policy",
    "touch",
    "unpublish_all",
    "unpublished",
]


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


def add_room(session: Session, new: NewRoom, now: datetime) -> RoomRecord:
    """Raises NotFound for the floor, Refused for what a room can't be, Conflict where its name is taken."""
    floor_key = floor_row(session, new.floor_id).key
    name = _free_name(session, floor_key, new.name)
    overrides = merged(stored_site_policy(session), {}, new.policy or PolicyOverrides())
    refuse_missing_pin(overrides, pin_set=False)
    added = Room(
        id=new_id(),
        floor_key=floor_key,
        name=name,
        capacity=new.capacity,
        policy=overrides,
        created_at=now,
        revision=1,
    )
    session.add(added)
    session.flush()
    _furnish(session, added.key, new.amenities)
    emit(session, RoomChanged(added.id, 1))
    return room(session, added.id)


def change_room(session: Session, room_id: str, changes: RoomChanges, now: datetime) -> RoomRecord:
    """Raises what `add_room` raises."""
    before = room(session, room_id)
    values: dict[str, Any] = {}
    if changes.floor_id is not UNSET:
        values["floor_key"] = floor_row(session, changes.floor_id).key
    if changes.capacity is not UNSET:
        values["capacity"] = changes.capacity
    if changes.out_of_service is not UNSET:
        values["out_of_service"] = changes.out_of_service
        note_service(session, before.key, now, out=changes.out_of_service is not None)
    kept = session.execute(select(Room.floor_key, Room.policy).where(Room.key == before.key)).one()
    if changes.name is not UNSET or changes.floor_id is not UNSET:
        name = before.name if changes.name is UNSET else named(changes.name)
        floor_key = values.get("floor_key", kept.floor_key)
        if (name, floor_key) != (before.name, kept.floor_key):
            values["name"] = _free_name(session, floor_key, name)
            values["name_folded"] = folded(name)
    if changes.policy is not UNSET:
        values["policy"] = merged(stored_site_policy(session), kept.policy, changes.policy)
        refuse_missing_pin(values["policy"], pin_set=before.glass_pin_set)
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
    note_service(session, gone.key, now, out=False)
    touch(session, gone.key)


def room(session: Session, room_id: str) -> RoomRecord:
    """Raises NotFound, also for a room that was deleted."""
    row = repository.room_with_id(session, room_id)
    if row is None:
        raise not_found("room", room_id)
    return room_record(row)


def locked_room(session: Session, room_id: str) -> RoomRecord:
    """The room, which nobody else changes or books until this transaction ends. Raises NotFound."""
    row = repository.locked_room(session, room_id)
    if row is None:
        raise not_found("room", room_id)
    return room_record(row)


def lock(session: Session, keys: Iterable[int], *, skip_locked: bool = False) -> list[int]:
    """Keeps others from changing or booking these rooms until this transaction ends; the keys of those locked.

    Rooms are locked in order of key, so that two who lock several do not wait for each other. `skip_locked`:
    leaves out what somebody else has locked. On SQLite it is only a look: a writer there is alone.
    """
    return repository.lock(session, keys, skip_locked=skip_locked)


def rooms_by_key(session: Session, keys: Iterable[int]) -> dict[int, RoomRecord]:
    """Deleted ones too: bookings keep their room."""
    return {row.key: room_record(row) for row in repository.rooms_with_keys(session, keys)}


def matching_rooms(session: Session, wanted: RoomFilter, limit: int) -> list[RoomRecord]:
    """Up to `limit` rooms in the filter's order."""
    return [room_record(row) for row in repository.matching_rooms(session, wanted, limit)]


def _furnish(session: Session, room_key: int, slugs: Sequence[str]) -> None:
    keys = repository.amenity_keys(session, slugs)
    for slug in slugs:
        if slug not in keys:
            raise Refused(
                "unknown-amenity",
                "There is no such amenity",
                f"There is no amenity {slug!r}: GET /amenities lists them.",
            )
    session.execute(delete(RoomAmenity).where(RoomAmenity.room_key == room_key))
    for key in keys.values():
        session.execute(insert(RoomAmenity).values(room_key=room_key, amenity_key=key))


def _free_name(session: Session, floor_key: int, name: str) -> str:
    name = named(name)
    if repository.name_taken(session, floor_key, name):
        raise name_taken("room", name)
    return name
