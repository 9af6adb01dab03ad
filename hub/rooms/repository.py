"""The rooms' own tables; nobody outside hub.rooms reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select, tuple_
from sqlalchemy.orm import Session

from hub.rooms.models import Amenity, Building, Floor, Room, RoomAmenity, Site
from hub.rooms.names import folded


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomFilter:
    """Which rooms are asked for; what is None or empty does not narrow.

    `amenities`: all of them. `words` are looked for in the names of room, floor and building,
    whatever their case and accents. `smallest_first`: by capacity, and by name only among equals.
    `after`: capacity, name and key of the last room already seen.
    """

    building_id: str | None = None
    floor_id: str | None = None
    min_capacity: int | None = None
    amenities: Sequence[str] = ()
    words: str | None = None
    smallest_first: bool = False
    after: tuple[int, str, int] | None = None


_room, _floor, _building = Room.__table__.c, Floor.__table__.c, Building.__table__.c
_slugs = (
    select(func.aggregate_strings(Amenity.__table__.c.slug, ","))
    .join(RoomAmenity.__table__, Amenity.__table__.c.key == RoomAmenity.__table__.c.amenity_key)
    .where(RoomAmenity.__table__.c.room_key == _room.key)
    .scalar_subquery()
)
_ROOMS: Select[Any] = (
    select(
        _room.key,
        _room.id,
        _room.name,
        _room.capacity,
        _room.policy,
        select(Site.policy).scalar_subquery().label("site_policy"),
        _room.glass_pin_hash.is_not(None).label("glass_pin_set"),
        _room.out_of_service,
        _room.has_panels,
        _room.created_at,
        _room.deleted_at,
        _room.revision,
        _room.published_revision,
        _slugs.label("amenities"),
        _floor.id.label("floor_id"),
        _floor.name.label("floor_name"),
        _building.id.label("building_id"),
        _building.name.label("building_name"),
        _building.time_zone,
    )
    .join(Floor.__table__, _floor.key == _room.floor_key)
    .join(Building.__table__, _building.key == _floor.building_key)
)
"""Built once: it is asked for with every booking. `amenities`: slugs with commas between, in any order."""
_STANDING = _ROOMS.where(Room.deleted_at.is_(None))
_LOOKED_IN = _room.name_folded + " " + _floor.name_folded + " " + _building.name_folded


def room_with_id(session: Session, room_id: str) -> Row[Any] | None:
    return session.execute(_STANDING.where(Room.id == room_id)).one_or_none()


def locked_room(session: Session, room_id: str) -> Row[Any] | None:
    """The same, locked as `lock` does."""
    found = _STANDING.where(Room.id == room_id).with_for_update(of=Room, key_share=True)
    return session.execute(found).one_or_none()


def lock(session: Session, keys: Iterable[int], *, skip_locked: bool) -> list[int]:
    """The keys of the rows locked, in order. Rows that refer to a room can still come and go."""
    found = select(Room.key).where(Room.key.in_(set(keys))).order_by(Room.key)
    return list(session.scalars(found.with_for_update(key_share=True, skip_locked=skip_locked)))


def room_keys(session: Session) -> list[int]:
    """Of every room that is not removed."""
    return list(session.scalars(select(Room.key).where(Room.deleted_at.is_(None)).order_by(Room.key)))


def rooms_with_keys(session: Session, keys: Iterable[int]) -> Sequence[Row[Any]]:
    """Deleted ones too."""
    return session.execute(_ROOMS.where(Room.key.in_(set(keys)))).all()


def rooms_ever(
    session: Session, building_id: str | None, floor_id: str | None, room_ids: Sequence[str]
) -> Sequence[Row[Any]]:
    """Deleted ones too, by building, floor and name; what is None or empty does not narrow."""
    found = _ROOMS
    if building_id is not None:
        found = found.where(Building.id == building_id)
    if floor_id is not None:
        found = found.where(Floor.id == floor_id)
    if room_ids:
        found = found.where(Room.id.in_(set(room_ids)))
    return session.execute(found.order_by(Building.name, Floor.key, Room.name, Room.key)).all()


def matching_rooms(session: Session, wanted: RoomFilter, limit: int) -> Sequence[Row[Any]]:
    """Up to `limit` rooms in the filter's order."""
    found = _STANDING
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
    for word in folded(wanted.words or "").split():
        found = found.where(_LOOKED_IN.contains(word, autoescape=True))
    order = (Room.capacity, Room.name, Room.key)[0 if wanted.smallest_first else 1 :]
    if wanted.after is not None:
        found = found.where(tuple_(*order) > tuple_(*wanted.after[-len(order) :]))
    return session.execute(found.order_by(*order).limit(limit)).all()


def amenity_keys(session: Session, slugs: Iterable[str]) -> dict[str, int]:
    rows = session.execute(select(Amenity.slug, Amenity.key).where(Amenity.slug.in_(set(slugs))))
    return {row.slug: row.key for row in rows}


def amenities(session: Session) -> Sequence[Row[str, str]]:
    return session.execute(select(Amenity.slug, Amenity.name).order_by(Amenity.slug)).all()


def buildings(session: Session, building_id: str | None = None) -> Sequence[Row[int, str, str, str]]:
    found = select(Building.key, Building.id, Building.name, Building.time_zone)
    found = found.where(Building.deleted_at.is_(None)).order_by(Building.name)
    if building_id is not None:
        found = found.where(Building.id == building_id)
    return session.execute(found).all()


def floors_of(session: Session, building_keys: Iterable[int]) -> dict[int, list[Row[int, str, str]]]:
    """By building, in the order they were added."""
    found: dict[int, list[Row[int, str, str]]] = {}
    for row in session.execute(
        select(Floor.building_key, Floor.id, Floor.name)
        .where(Floor.building_key.in_(set(building_keys)), Floor.deleted_at.is_(None))
        .order_by(Floor.key)
    ):
        found.setdefault(row.building_key, []).append(row)
    return found


def floor_keys(session: Session, building_id: str) -> list[int]:
    return list(
        session.scalars(
            select(Floor.key).join(Building).where(Building.id == building_id, Floor.deleted_at.is_(None))
        )
    )


def floor_with_id(session: Session, floor_id: str) -> Row[int, int, str, str] | None:
    return session.execute(
        select(Floor.key, Floor.building_key, Floor.id, Floor.name).where(
            Floor.id == floor_id, Floor.deleted_at.is_(None)
        )
    ).one_or_none()


def room_keys_on(session: Session, floor_keys: Iterable[int]) -> list[int]:
    """The rooms of these floors that are not removed."""
    return list(
        session.scalars(
            select(Room.key).where(Room.floor_key.in_(set(floor_keys)), Room.deleted_at.is_(None))
        )
    )


def name_taken(session: Session, floor: int, name: str) -> bool:
    return (
        session.scalar(
            select(Room.key).where(Room.floor_key == floor, Room.name == name, Room.deleted_at.is_(None))
        )
        is not None
    )
