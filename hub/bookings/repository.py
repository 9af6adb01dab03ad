"""The table of bookings, in Core statements; nobody outside hub.bookings reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Select, Table, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.bookings import refusals
from hub.bookings.models import (
    CHECKED_IN,
    CONFIRMED,
    NEVER_OVERLAP,
    OVERLAP_ON_SQLITE,
    PENDING,
    Booking,
    CalendarSeries,
)

ACTIVE = (PENDING, CONFIRMED, CHECKED_IN)

_table = cast("Table", Booking.__table__)
_booking = _table.c
_BOOKINGS: Select[Any] = select(*_booking)
_WITH_ID = _BOOKINGS.where(_booking.id == bindparam("booking_id"))


def booking_with_id(session: Session, booking_id: str) -> Row[Any] | None:
    return session.execute(_WITH_ID, {"booking_id": booking_id}).one_or_none()


def add(session: Session, values: dict[str, Any]) -> None:
    """Raises Conflict where the database itself stops an overlap."""
    with _never_overlapping():
        session.execute(insert(_table).values(values))


def change(session: Session, key: int, values: dict[str, Any]) -> None:
    """Raises the booking's revision, and Conflict where the database itself stops an overlap."""
    with _never_overlapping():
        session.execute(
            update(_table).where(_booking.key == key).values(values | {"revision": _booking.revision + 1})
        )


@contextmanager
def _never_overlapping() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if not any(words in str(error.orig) for words in (NEVER_OVERLAP, OVERLAP_ON_SQLITE)):
            raise
        raise refusals.room_already_booked([], []) from error


def is_taken(
    session: Session, room_key: int, starts_at: datetime, blocks_until: datetime, but_not: int | None = None
) -> bool:
    """Asks only the predecessor: bookings that block never overlap, so no other can reach further."""
    predecessor = session.scalar(
        select(_booking.blocks_until)
        .where(
            _booking.room_key == room_key,
            _booking.blocks_until.is_not(None),
            _booking.starts_at < blocks_until,
            _booking.key != (but_not or 0),
        )
        .order_by(_booking.starts_at.desc())
        .limit(1)
    )
    return predecessor is not None and predecessor > starts_at


def blocking(
    session: Session, room_keys: Iterable[int], from_at: datetime, to_at: datetime
) -> Sequence[Row[Any]]:
    """What takes some of `[from_at, to_at)` in these rooms, as stored, in order of start."""
    return session.execute(
        _BOOKINGS.where(
            _booking.room_key.in_(set(room_keys)),
            _booking.blocks_until.is_not(None),
            _booking.starts_at < to_at,
            _booking.blocks_until > from_at,
        ).order_by(_booking.starts_at)
    ).all()


def next_start(session: Session, room_key: int, after: datetime) -> datetime | None:
    """The start of the first booking after that moment that takes anything."""
    found: datetime | None = session.scalar(
        select(func.min(_booking.starts_at)).where(
            _booking.room_key == room_key, _booking.blocks_until.is_not(None), _booking.starts_at > after
        )
    )
    return found


def active(
    session: Session, room_keys: Iterable[int], from_at: datetime, to_at: datetime | None = None
) -> Sequence[Row[Any]]:
    """What is pending, confirmed or checked in, as stored, ends after `from_at` and starts before `to_at`."""
    found = _BOOKINGS.where(
        _booking.room_key.in_(set(room_keys)), _booking.status.in_(ACTIVE), _booking.ends_at > from_at
    )
    if to_at is not None:
        found = found.where(_booking.starts_at < to_at)
    return session.execute(found.order_by(_booking.starts_at)).all()


def between(
    session: Session, room_keys: Iterable[int], from_at: datetime, to_at: datetime
) -> Sequence[Row[Any]]:
    """Every booking of these rooms, whatever its status, with some of its time in `[from_at, to_at)`, by start."""
    return session.execute(
        _BOOKINGS.where(
            _booking.room_key.in_(set(room_keys)), _booking.ends_at > from_at, _booking.starts_at < to_at
        ).order_by(_booking.starts_at, _booking.key)
    ).all()


def of_organizer(
    session: Session,
    organizer_key: int | None,
    from_at: datetime | None,
    to_at: datetime | None,
    after: tuple[datetime, int] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    found = _BOOKINGS
    if organizer_key is not None:
        found = found.where(_booking.organizer_key == organizer_key)
    if from_at is not None:
        found = found.where(_booking.ends_at > from_at)
    if to_at is not None:
        found = found.where(_booking.starts_at < to_at)
    if after is not None:
        starts_at, key = after
        found = found.where(
            or_(_booking.starts_at > starts_at, and_(_booking.starts_at == starts_at, _booking.key > key))
        )
    return session.execute(found.order_by(_booking.starts_at, _booking.key).limit(limit)).all()


def of_series(session: Session, series_id: str) -> Sequence[Row[Any]]:
    """Every booking of the series, whatever its status, by start."""
    return session.execute(
        _BOOKINGS.where(_booking.series_id == series_id).order_by(_booking.starts_at, _booking.key)
    ).all()


def free(session: Session, keys: Iterable[int]) -> None:
    """Takes nothing for these any more, until each gets its new time: they may then change places."""
    session.execute(update(_table).where(_booking.key.in_(set(keys))).values(blocks_until=None))


def due(
    session: Session, now: datetime, room_keys: Iterable[int] | None = None, *, limit: int | None = None
) -> Sequence[Row[Any]]:
    """What time has overtaken, in these rooms or in any, the longest overdue first."""
    found = _BOOKINGS.where(_booking.next_at <= now)
    if room_keys is not None:
        found = found.where(_booking.room_key.in_(set(room_keys)))
    return session.execute(found.order_by(_booking.next_at, _booking.key).limit(limit)).all()


def next_deadline(session: Session) -> datetime | None:
    found: datetime | None = session.scalar(
        select(func.min(_booking.next_at)).where(_booking.next_at.is_not(None))
    )
    return found


def with_keys(session: Session, keys: Iterable[int]) -> Sequence[Row[Any]]:
    return session.execute(_BOOKINGS.where(_booking.key.in_(set(keys))).order_by(_booking.starts_at)).all()


def with_ids(session: Session, ids: Iterable[str]) -> Sequence[Row[Any]]:
    return session.execute(_BOOKINGS.where(_booking.id.in_(set(ids)))).all()


def next_sequence(session: Session, series_id: str) -> int:
    """Of the next mail to calendars about the series; the first is 0."""
    told = session.scalar(
        update(CalendarSeries)
        .where(CalendarSeries.series_id == series_id)
        .values(sequence=CalendarSeries.sequence + 1)
        .returning(CalendarSeries.sequence)
    )
    if told is None:
        session.execute(insert(CalendarSeries).values(series_id=series_id, sequence=0))
    return told or 0


def known_uids(session: Session, uids: Sequence[str]) -> set[str]:
    return {
        uid
        for uid in session.scalars(select(_booking.imported_uid).where(_booking.imported_uid.in_(uids)))
        if uid is not None
    }
