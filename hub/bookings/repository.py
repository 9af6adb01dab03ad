"""The table of bookings, in Core statements; nobody outside hub.bookings reads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, insert, or_, select, update
from sqlalchemy.orm import Session

from hub.bookings.models import CHECKED_IN, CONFIRMED, PENDING, Booking

ACTIVE = (PENDING, CONFIRMED, CHECKED_IN)

_columns = Booking.__table__.c


def booking_with_id(session: Session, booking_id: str) -> Row[Any] | None:
    return session.execute(select(*_columns).where(Booking.id == booking_id)).one_or_none()


def add(session: Session, values: dict[str, Any]) -> None:
    session.execute(insert(Booking).values(values))


def change(session: Session, key: int, values: dict[str, Any]) -> None:
    """Raises the booking's revision."""
    session.execute(
        update(Booking).where(Booking.key == key).values(values | {"revision": Booking.revision + 1})
    )


def is_taken(
    session: Session, room_key: int, starts_at: datetime, blocks_until: datetime, but_not: int | None = None
) -> bool:
    """Asks only the predecessor: bookings that block never overlap, so no other can reach further."""
    predecessor = session.scalar(
        select(Booking.blocks_until)
        .where(
            Booking.room_key == room_key,
            Booking.blocks_until.is_not(None),
            Booking.starts_at < blocks_until,
            Booking.key != (but_not or 0),
        )
        .order_by(Booking.starts_at.desc())
        .limit(1)
    )
    return predecessor is not None and predecessor > starts_at


def blocking(
    session: Session, room_keys: Iterable[int], from_at: datetime, to_at: datetime
) -> Sequence[Row[Any]]:
    """What takes some of `[from_at, to_at)` in these rooms, as stored, in order of start."""
    return session.execute(
        select(*_columns)
        .where(
            Booking.room_key.in_(set(room_keys)),
            Booking.blocks_until.is_not(None),
            Booking.starts_at < to_at,
            Booking.blocks_until > from_at,
        )
        .order_by(Booking.starts_at)
    ).all()


def next_start(session: Session, room_key: int, after: datetime) -> datetime | None:
    """The start of the first booking after that moment that takes anything."""
    return session.scalar(
        select(func.min(Booking.starts_at)).where(
            Booking.room_key == room_key, Booking.blocks_until.is_not(None), Booking.starts_at > after
        )
    )


def active(
    session: Session, room_keys: Iterable[int], from_at: datetime, to_at: datetime | None = None
) -> Sequence[Row[Any]]:
    """What is pending, confirmed or checked in, as stored, ends after `from_at` and starts before `to_at`."""
    found = select(*_columns).where(
        Booking.room_key.in_(set(room_keys)), Booking.status.in_(ACTIVE), Booking.ends_at > from_at
    )
    if to_at is not None:
        found = found.where(Booking.starts_at < to_at)
    return session.execute(found.order_by(Booking.starts_at)).all()


def between(session: Session, room_key: int, from_at: datetime, to_at: datetime) -> Sequence[Row[Any]]:
    """Every booking, whatever its status, with some of its time in `[from_at, to_at)`, by start."""
    return session.execute(
        select(*_columns)
        .where(Booking.room_key == room_key, Booking.ends_at > from_at, Booking.starts_at < to_at)
        .order_by(Booking.starts_at, Booking.key)
    ).all()


def of_organizer(
    session: Session,
    organizer_key: int | None,
    from_at: datetime | None,
    to_at: datetime | None,
    after: tuple[datetime, int] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    found = select(*_columns)
    if organizer_key is not None:
        found = found.where(Booking.organizer_key == organizer_key)
    if from_at is not None:
        found = found.where(Booking.ends_at > from_at)
    if to_at is not None:
        found = found.where(Booking.starts_at < to_at)
    if after is not None:
        starts_at, key = after
        found = found.where(
            or_(Booking.starts_at > starts_at, and_(Booking.starts_at == starts_at, Booking.key > key))
        )
    return session.execute(found.order_by(Booking.starts_at, Booking.key).limit(limit)).all()


def due(
    session: Session, now: datetime, *, limit: int | None = None, room_key: int | None = None
) -> Sequence[Row[Any]]:
    """What time has overtaken, the longest overdue first."""
    found = select(*_columns).where(Booking.next_at <= now)
    if room_key is not None:
        found = found.where(Booking.room_key == room_key)
    return session.execute(found.order_by(Booking.next_at, Booking.key).limit(limit)).all()


def next_deadline(session: Session) -> datetime | None:
    return session.scalar(select(func.min(Booking.next_at)).where(Booking.next_at.is_not(None)))


def known_uids(session: Session, uids: Sequence[str]) -> set[str]:
    return {
        uid
        for uid in session.scalars(select(Booking.imported_uid).where(Booking.imported_uid.in_(uids)))
        if uid is not None
    }
