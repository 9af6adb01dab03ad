"""Bookings. Rows are kept for ever; none is ever deleted.

`[starts_at, blocks_until)` is what a booking takes from its room: buffer included, null when it takes
nothing (cancelled, a no-show, ended before it began). In one room these never overlap, so the one with the
latest start below a given moment is the only one that can reach past it, and guard and trigger ask only it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import DERIVED, Base, UtcTime

PENDING, CONFIRMED, CHECKED_IN = "pending", "confirmed", "checked_in"
COMPLETED, CANCELLED, NO_SHOW = "completed", "cancelled", "no_show"

OVERLAP_ON_SQLITE = "room-already-booked"
"""What the triggers say."""
NEVER_OVERLAP = "bookings_never_overlap"
"""What stops an overlap on PostgreSQL, whoever writes: an exclusion; SQLITE_TRIGGERS do on SQLite."""

PERIOD_S = 28 * 24 * 60 * 60
"""Of `BookingPeriod`."""

_BLOCKING = text("blocks_until IS NOT NULL")
_DUE = text("next_at IS NOT NULL")


class Booking(Base):
    __tablename__ = "bookings"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("blocks_until > starts_at", name="blocks_after_start"),
        ExcludeConstraint(
            (text("int4range(room_key, room_key, '[]')"), "&&"),
            (text("tstzrange(starts_at, blocks_until)"), "&&"),
            where=_BLOCKING,
            name=NEVER_OVERLAP,
        ).ddl_if(dialect="postgresql"),
        Index(
            "ix_bookings_blocking",
            "room_key",
            "starts_at",
            "blocks_until",
            sqlite_where=_BLOCKING,
            postgresql_where=_BLOCKING,
        ),
        Index("ix_bookings_room_ends", "room_key", "ends_at", "starts_at"),
        Index(
            "ix_bookings_long",
            "starts_at",
            "ends_at",
            sqlite_where=text("ends_at - starts_at > 86400"),
            postgresql_where=text("ends_at - starts_at > '1 day'::interval"),
        ),
        Index("ix_bookings_organizer", "organizer_key", "starts_at"),
        Index("ix_bookings_due", "next_at", sqlite_where=_DUE, postgresql_where=_DUE),
    )

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    room_key: Mapped[int] = mapped_column(ForeignKey("rooms.key"))
    title: Mapped[str] = mapped_column(String(255))
    organizer_key: Mapped[int | None] = mapped_column(ForeignKey("users.key"))
    """Null for a walk-up and for what was imported."""
    organizer_department: Mapped[str | None] = mapped_column(String(255))
    """As it was when the booking was made: who moves on takes none of it along."""
    booked_by_key: Mapped[int | None] = mapped_column(ForeignKey("users.key"))
    starts_at: Mapped[datetime] = mapped_column(UtcTime)
    ends_at: Mapped[datetime] = mapped_column(UtcTime)
    buffer_s: Mapped[int] = mapped_column(default=0)
    """Fixed when the booking is made."""
    blocks_until: Mapped[datetime | None] = mapped_column(UtcTime)
    status: Mapped[str] = mapped_column(String(16))
    attendees: Mapped[int | None]
    actual_attendees: Mapped[int | None]
    attendance_source: Mapped[str | None] = mapped_column(String(16))
    """Who counted them: panel, organizer or sensor."""
    private: Mapped[bool] = mapped_column(default=False)
    series_id: Mapped[str | None] = mapped_column(String(64), index=True)
    recurs_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """The start that its series gave it: what calendars know the meeting by, wherever it is moved alone."""
    check_in_exempt: Mapped[bool] = mapped_column(default=False)
    check_in_by: Mapped[datetime | None] = mapped_column(UtcTime)
    """The last moment for check-in; null where the booking is never released."""
    held_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """When it was kept although nobody had checked in, because no panel could have told."""
    checked_in_at: Mapped[datetime | None] = mapped_column(UtcTime)
    checked_in_by_key: Mapped[int | None] = mapped_column(ForeignKey("users.key"))
    checked_in_via: Mapped[str | None] = mapped_column(String(16))
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    released_at: Mapped[datetime | None] = mapped_column(UtcTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    created_via: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int] = mapped_column(default=1)
    next_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """When time alone next changes its status; null once nothing does."""
    imported_uid: Mapped[str | None] = mapped_column(String(512), unique=True)
    """What the calendar it came from calls it: importing it again changes nothing."""


class BookingPeriod(Base):
    """Whether anything has changed in a room's bookings that begin or end in a period: triggers write another
    `version`, at random, whoever changes them. Bookings longer than a period are told of in period -1."""

    __tablename__ = "booking_periods"
    __table_args__ = {"info": {DERIVED: True}}  # noqa: RUF012  SQLAlchemy reads it so

    room_key: Mapped[int] = mapped_column(primary_key=True)
    period: Mapped[int] = mapped_column(primary_key=True)
    """PERIOD_S each, from 1970 on."""
    version: Mapped[str] = mapped_column(String(36))


class CalendarSeries(Base):
    """How often calendars were told of a series: the SEQUENCE of the last mail."""

    __tablename__ = "calendar_series"

    series_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    sequence: Mapped[int]


class CalendarLink(Base):
    """The secret address of a calendar to subscribe to: a room's, or somebody's own. Only its SHA-256 is kept."""

    __tablename__ = "calendar_links"
    __table_args__ = (
        CheckConstraint("(room_key IS NULL) <> (user_key IS NULL)", name="of_a_room_or_a_user"),
    )

    key: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    room_key: Mapped[int | None] = mapped_column(ForeignKey("rooms.key"), unique=True)
    user_key: Mapped[int | None] = mapped_column(ForeignKey("users.key"), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcTime)


def _guard(name: str, moment: str, own: str) -> str:
    return f"""
CREATE TRIGGER {name} {moment} ON bookings
WHEN NEW.blocks_until IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, '{OVERLAP_ON_SQLITE}') WHERE NEW.starts_at < (
    SELECT blocks_until FROM bookings
    WHERE room_key = NEW.room_key AND blocks_until IS NOT NULL
      AND starts_at < NEW.blocks_until{own}
    ORDER BY starts_at DESC LIMIT 1);
END"""  # noqa: S608  nothing from outside is in it


def _noted(name: str, moment: str, *rows: str) -> str:
    """Another version for each period that a row is in, before and after."""
    marks = "\n  UNION ".join(
        f"SELECT {row}.room_key, {row}.{end} / 2419200, lower(hex(randomblob(8)))"
        for row in rows
        for end in ("starts_at", "ends_at")
    )
    long = "".join(
        f"\n  UNION SELECT {row}.room_key, -1, lower(hex(randomblob(8))) WHERE {row}.ends_at - {row}.starts_at > 2419200"
        for row in rows
    )
    return f"""
CREATE TRIGGER {name} {moment} ON bookings
BEGIN
  INSERT OR REPLACE INTO booking_periods (room_key, period, version)
  {marks}{long};
END"""


SQLITE_TRIGGERS: tuple[str, ...] = (
    _guard("bookings_never_overlap_on_insert", "BEFORE INSERT", ""),
    _guard(
        "bookings_never_overlap_on_update",
        "BEFORE UPDATE OF room_key, starts_at, blocks_until",
        " AND key <> NEW.key",
    ),
    _noted("bookings_periods_on_insert", "AFTER INSERT", "NEW"),
    _noted("bookings_periods_on_update", "AFTER UPDATE", "OLD", "NEW"),
    _noted("bookings_periods_on_delete", "AFTER DELETE", "OLD"),
)
"""The backstop behind the guard in `repository.conflicts`, and what `BookingPeriod` says: they hold whoever writes."""
