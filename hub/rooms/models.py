"""Buildings, floors and rooms, and when panels of a room were in contact with the hub."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Connection, ForeignKey, Index, String, Table, Text, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcTime
from hub.rooms.names import folded

AMENITIES = {
    "screen": "Screen",
    "whiteboard": "Whiteboard",
    "video": "Video conferencing",
    "phone": "Conference phone",
    "hearing-loop": "Hearing loop",
    "wheelchair": "Wheelchair accessible",
}
"""What the table of amenities starts with."""

_OPEN = text("ended_at IS NULL")


def _folded_name(context: Any) -> str:
    """`context` is the insert's."""
    return folded(context.get_current_parameters()["name"])


def _one_of_a_name(index: str, *columns: str) -> Index:
    """Unique among what has not been removed."""
    there = text("deleted_at IS NULL")
    return Index(index, *columns, unique=True, sqlite_where=there, postgresql_where=there)


class Building(Base):
    """A row is kept for ever, as are its floors and their rooms: bookings refer to them."""

    __tablename__ = "buildings"
    __table_args__ = (_one_of_a_name("ix_buildings_name", "name"),)

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    name_folded: Mapped[str] = mapped_column(Text, default=_folded_name)
    """What searches look in; whoever changes the name changes this too."""
    time_zone: Mapped[str] = mapped_column(String(64))
    """An IANA name."""
    deleted_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Floor(Base):
    __tablename__ = "floors"
    __table_args__ = (_one_of_a_name("ix_floors_name_in_building", "building_key", "name"),)

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    building_key: Mapped[int] = mapped_column(ForeignKey("buildings.key"))
    name: Mapped[str] = mapped_column(String(255))
    name_folded: Mapped[str] = mapped_column(Text, default=_folded_name)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcTime)


class FloorPlan(Base):
    __tablename__ = "floor_plans"

    floor_key: Mapped[int] = mapped_column(ForeignKey("floors.key"), primary_key=True)
    width: Mapped[int]
    height: Mapped[int]
    rooms: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Each with `roomId` and `shape`."""
    drawing: Mapped[str | None] = mapped_column(Text)
    """SVG that `hub.rooms.drawing` has cleaned."""


class Amenity(Base):
    __tablename__ = "amenities"

    key: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(255))


class RoomAmenity(Base):
    __tablename__ = "room_amenities"

    room_key: Mapped[int] = mapped_column(ForeignKey("rooms.key"), primary_key=True)
    amenity_key: Mapped[int] = mapped_column(ForeignKey("amenities.key"), primary_key=True)


class Site(Base):
    """The one row there is, made with the table."""

    __tablename__ = "site"

    key: Mapped[int] = mapped_column(primary_key=True)
    policy: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Only what differs from Circle Time's own defaults."""
    department_leads: Mapped[bool] = mapped_column(default=False)
    """Whether who leads a department may see its analytics."""


class Room(Base):
    """A row is kept for ever: bookings refer to it after the room is gone."""

    __tablename__ = "rooms"
    __table_args__ = (
        _one_of_a_name("ix_rooms_name_on_floor", "floor_key", "name"),
        Index("ix_rooms_name", "name", "key"),
    )

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    floor_key: Mapped[int] = mapped_column(ForeignKey("floors.key"))
    name: Mapped[str] = mapped_column(String(255))
    name_folded: Mapped[str] = mapped_column(Text, default=_folded_name)
    capacity: Mapped[int]
    policy: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Only what differs from the site's policy."""
    glass_pin_hash: Mapped[str | None] = mapped_column(String(255))
    out_of_service: Mapped[str | None] = mapped_column(String(255))
    """The reason, while nobody can use the room."""
    has_panels: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    revision: Mapped[int] = mapped_column(default=1)
    published_revision: Mapped[int] = mapped_column(default=0)
    publish_due_at: Mapped[datetime | None] = mapped_column(UtcTime, index=True)


class OutOfService(Base):
    """When nobody could use a room: written in the transaction that closes or opens it; `ended_at` is null while
    it lasts."""

    __tablename__ = "out_of_service"
    __table_args__ = (
        Index("ix_out_of_service_room", "room_key", "began_at"),
        Index("ix_out_of_service_open", "room_key", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    key: Mapped[int] = mapped_column(primary_key=True)
    room_key: Mapped[int] = mapped_column(ForeignKey("rooms.key"))
    began_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Closure(Base):
    """Days on which a building is closed, or a part of each: local dates and times, `to_day` excluded."""

    __tablename__ = "closures"
    __table_args__ = (
        UniqueConstraint("building_key", "imported_uid"),
        Index("ix_closures_building", "building_key", "from_day"),
    )

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    building_key: Mapped[int] = mapped_column(ForeignKey("buildings.key"))
    name: Mapped[str] = mapped_column(String(255))
    from_day: Mapped[date]
    to_day: Mapped[date]
    closes: Mapped[int] = mapped_column(default=0)
    """Minutes after midnight, on each of the days."""
    opens: Mapped[int] = mapped_column(default=24 * 60)
    imported_uid: Mapped[str | None] = mapped_column(String(64))
    """What the calendar it came from calls it, hashed: importing it again changes nothing."""


class Contact(Base):
    """`began_at` to `last_at`, both included; `ended_at` is null while the panel is connected."""

    __tablename__ = "panel_contacts"
    __table_args__ = (
        Index("ix_panel_contacts_room", "room_key", "last_at"),
        Index("ix_panel_contacts_open", "panel_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    key: Mapped[int] = mapped_column(primary_key=True)
    room_key: Mapped[int] = mapped_column(ForeignKey("rooms.key"))
    panel_id: Mapped[str] = mapped_column(String(64))
    began_at: Mapped[datetime] = mapped_column(UtcTime)
    last_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)


@event.listens_for(Amenity.__table__, "after_create")
def _furnish(amenities: Table, connection: Connection, **_: object) -> None:
    connection.execute(amenities.insert(), [{"slug": slug, "name": name} for slug, name in AMENITIES.items()])


SQLITE_TRIGGERS: tuple[str, ...] = ()
