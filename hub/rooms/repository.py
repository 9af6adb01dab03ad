"""The rooms' own tables; nobody outside hub.rooms reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select, tuple_
from sqlalchemy.orm import Session

from hub.rooms.models import Amenity, Building, Floor, Room, RoomAmenity


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomFilter:
    """Which rooms are asked for; what is None or empty does not narrow.

    `amenities`: all of them. `words` is looked for in the names of room, floor and building.
    `after`: the name and key of the last room already seen.
    """

    building_id: str | None = None
    floor_id: str | None = None
    min_capacity: int | None = None
    amenities: Sequence[str] = ()
    words: str | None = None
    after: tuple[str, int] | None = None


def _rooms() -> Select[Any]:
    return (
        select(
            Room.key,
            Room.id,
            Room.name,
            Room.capacity,
            Room.policy,
            Room.out_of_service,
            Room.has_panels,
            Room.deleted_at,
            Room.revision,
            Room.published_revision,
            Floor.id.label("floor_id"),
            Floor.name.label("floor_name"),
            Building.id.label("building_id"),
            Building.name.label("building_name"),
            Building.time_zone,
        )
        .join(Floor, Floor.key == Room.floor_key)
        .join(Building, Building.key == Floor.building_key)
    )


def room_with_id(session: Session, room_id: str) -> Row[Any] | None:
    return session.execute(_rooms().where(Room.id == room_id, Room.deleted_at.is_(None))).one_or_none()


def rooms_with_keys(session: Session, keys: Iterable[int]) -> Sequence[Row[Any]]:
    """Deleted ones too."""
    return session.execute(_rooms().where(Room.key.in_(set(keys)))).all()


def matching_rooms(session: Session, wanted: RoomFilter, limit: int) -> Sequence[Row[Any]]:
    """Up to `limit` rooms, by name."""
    found = _rooms().where(Room.deleted_at.is_(None))
    if wanted.building_id is not None:
        found = found.where(Building.id == wanted.building_id)
    if wanted.floor_id is not None:
        found = found.where(Floor.id == wanted.floor_id)
    if wanted.min_capacity is not None:
        found = found.where(Room.capacity >= wanted.min_capacity)
    for slug in set(wanted.amenities):
        found = found.where(
            select(RoomAmenity.room_key)
            .join(Amenity, Amenity.key == RoomAmenity.amenity_key)
            .where(RoomAmenity.room_key == Room.key, Amenity.slug == slug)
            .exists()
        )
    for word in (wanted.words or "").split():
        looked_in = func.lower(Room.name + " " + Floor.name + " " + Building.name)
        found = found.where(looked_in.contains(word.lower(), autoescape=True))
    if wanted.after is not None:
        found = found.where(tuple_(Room.name, Room.key) > tuple_(*wanted.after))
    return session.execute(found.order_by(Room.name, Room.key).limit(limit)).all()


def amenities_of(session: Session, room_keys: Iterable[int]) -> dict[int, list[str]]:
    """The slugs by room, in alphabetical order."""
    found: dict[int, list[str]] = {}
    for room_key, slug in session.execute(
        select(RoomAmenity.room_key, Amenity.slug)
        .join(Amenity, Amenity.key == RoomAmenity.amenity_key)
        .where(RoomAmenity.room_key.in_(set(room_keys)))
        .order_by(Amenity.slug)
    ):
        found.setdefault(room_key, []).append(slug)
    return found


def amenity_keys(session: Session, slugs: Iterable[str]) -> dict[str, int]:
    rows = session.execute(select(Amenity.slug, Amenity.key).where(Amenity.slug.in_(set(slugs))))
    return {row.slug: row.key for row in rows}


def amenities(session: Session) -> Sequence[Row[str, str]]:
    return session.execute(select(Amenity.slug, Amenity.name).order_by(Amenity.slug)).all()


def buildings(session: Session, building_id: str | None = None) -> Sequence[Row[int, str, str, str]]:
    found = select(Building.key, Building.id, Building.name, Building.time_zone).order_by(Building.name)
    if building_id is not None:
        found = found.where(Building.id == building_id)
    return session.execute(found).all()


def floors_of(session: Session, building_keys: Iterable[int]) -> dict[int, list[Row[int, str, str]]]:
    """By building, in the order they were added."""
    found: dict[int, list[Row[int, str, str]]] = {}
    for row in session.execute(
        select(Floor.building_key, Floor.id, Floor.name)
        .where(Floor.building_key.in_(set(building_keys)))
        .order_by(Floor.key)
    ):
        found.setdefault(row.building_key, []).append(row)
    return found


def floor_key(session: Session, floor_id: str) -> int | None:
    return session.scalar(select(Floor.key).where(Floor.id == floor_id))


def name_taken(session: Session, floor: int, name: str) -> bool:
    return (
        session.scalar(
            select(Room.key).where(Room.floor_key == floor, Room.name == name, Room.deleted_at.is_(None))
        )
        is not None
    )
