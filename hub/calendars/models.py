"""Rooms' connections to calendars, what both sides last agreed on, and where they did not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcTime

_OPEN = text("cleared_at IS NULL")


class Connection(Base):
    __tablename__ = "calendar_connections"

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    room_key: Mapped[int] = mapped_column(ForeignKey("rooms.key"), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    host: Mapped[str] = mapped_column(String(255))
    """All that is told of where it is: an address may itself be a secret."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """Address, user name and password, encrypted by a key that no database holds (`hub.calendars.vault`)."""
    leads: Mapped[str] = mapped_column(String(16))
    token: Mapped[str | None] = mapped_column(Text)
    """From where the calendar is asked for changes next."""
    listed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """When all that is in it was read last."""
    synced_at: Mapped[datetime | None] = mapped_column(UtcTime)
    problem: Mapped[str | None] = mapped_column(String(64))
    """The slug of what was wrong at the last try."""
    fails: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    room_revision: Mapped[int] = mapped_column(default=0)
    """Of the room when it was last compared: another one means that something has changed here."""
    taken_by: Mapped[str | None] = mapped_column(String(64))
    taken_until: Mapped[datetime | None] = mapped_column(UtcTime)
    """One hub at a time compares; it has the connection for so long."""
    made_at: Mapped[datetime] = mapped_column(UtcTime)


class CalendarMeeting(Base):
    """One meeting of the calendar: an event, or one of a series (`occurrence`)."""

    __tablename__ = "calendar_meetings"
    __table_args__ = (
        Index("uq_calendar_meetings_place", "connection_key", "remote_id", "occurrence", unique=True),
        Index("ix_calendar_meetings_ends", "connection_key", "ends_at"),
    )

    key: Mapped[int] = mapped_column(primary_key=True)
    connection_key: Mapped[int] = mapped_column(ForeignKey("calendar_connections.key"))
    remote_id: Mapped[str] = mapped_column(String(512))
    occurrence: Mapped[str] = mapped_column(String(16))
    etag: Mapped[str] = mapped_column(String(255))
    version: Mapped[int] = mapped_column(BigInteger)
    booking_id: Mapped[str | None] = mapped_column(String(64), index=True)
    organizer_email: Mapped[str | None] = mapped_column(String(254))
    remote: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """As the calendar had it when it was last heard of."""
    known: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """As both had it when they last agreed."""
    ends_at: Mapped[datetime] = mapped_column(UtcTime)
    """The latest end that any of them has said."""


class Clash(Base):
    """Where hub and calendar were not of one mind."""

    __tablename__ = "calendar_clashes"
    __table_args__ = (
        Index("ix_calendar_clashes_open", "connection_key", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    connection_key: Mapped[int] = mapped_column(ForeignKey("calendar_connections.key"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    remote_id: Mapped[str] = mapped_column(String(512))
    occurrence: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(255))
    starts_at: Mapped[datetime | None] = mapped_column(UtcTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcTime)
    booking_id: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[str] = mapped_column(String(255))
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    cleared_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """Null while it stands."""
