"""`booking_facts`: what became of each booking, to count and to add up; the one way analytics sees bookings.

Read-only. Instants are whole seconds since 1970, flags are 0 or 1. docs/analytics.md says what each means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import ColumnElement, Subquery, Table, and_, case, func, literal, not_, or_, select, text
from sqlalchemy.orm import Session

from hub.bookings.lifecycle_sql import standing_at, unix_of
from hub.bookings.models import (
    CANCELLED,
    CHECKED_IN,
    COMPLETED,
    CONFIRMED,
    NO_SHOW,
    PENDING,
    PERIOD_S,
    Booking,
    BookingPeriod,
)
from hub.clock import from_unix
from hub.rooms.service import RoomHistory

PANEL = "panel"
A_DAY_S = 24 * 60 * 60

_table = cast("Table", Booking.__table__)


class Fact(NamedTuple):
    """A row of `booking_facts`: a tuple, since each is looked at some forty times."""

    key: int
    id: str
    room_key: int
    organizer_key: int | None
    department: str | None
    series_id: str | None
    private: bool
    starts: int
    ends: int
    used_until: int
    taken_until: int
    released: int
    status: str
    counts: int
    withdrawn: int
    walk_up: int
    exempt: int
    held: int
    required: int
    ghost: int
    verified: int
    attended: int | None
    settled: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Of these rooms, by key; what has some of its time in `[from_unix, to_unix)`."""

    rooms: Mapping[int, RoomHistory]
    from_unix: int
    to_unix: int


def booking_facts(asked: Asked, now: datetime, longest_s: int = A_DAY_S) -> Subquery:
    """A row for each booking, pending and cancelled ones too. `longest_s`: no booking is longer.

    `used_until` is `starts` where nobody used it; `taken_until` where it took nothing from others. `released` is `ends`
    where it never was. What is `settled` stays as it is, however late it gets.
    """
    booking = _table.alias("b")
    at = booking.c
    rooms = {key: one.room for key, one in asked.rooms.items()}
    is_now = standing_at(
        booking,
        now,
        {key: room.policy.check_in_opens_s for key, room in rooms.items()},
        {key for key, room in rooms.items() if room.has_panels},
    )
    starts, ends, by = unix_of(at.starts_at), unix_of(at.ends_at), is_now.check_in_by
    withdrawn = and_(is_now.status == CANCELLED, is_now.cancelled_at <= at.starts_at)
    counts = not_(or_(withdrawn, is_now.status == PENDING))
    walk_up = at.created_via == PANEL
    came = is_now.status.in_((CHECKED_IN, COMPLETED))
    unasked = and_(is_now.status == CONFIRMED, by.is_(None))
    over = case((is_now.status == COMPLETED, func.coalesce(unix_of(is_now.ended_at), ends)), else_=ends)
    until_now = case((ends < int(now.timestamp()), ends), else_=int(now.timestamp()))
    used = case((is_now.status == COMPLETED, over), (or_(came, unasked), until_now), else_=starts)
    kept = is_now.status.in_((CHECKED_IN, COMPLETED, CONFIRMED))
    return (
        select(
            at.key,
            at.id,
            at.room_key,
            at.organizer_key,
            at.organizer_department.label("department"),
            at.series_id,
            at.private,
            starts.label("starts"),
            ends.label("ends"),
            case((used > starts, used), else_=starts).label("used_until"),
            case((kept, over), else_=starts).label("taken_until"),
            func.coalesce(is_now.released_unix, ends).label("released"),
            is_now.status.label("status"),
            _flag(counts).label("counts"),
            _flag(withdrawn).label("withdrawn"),
            _flag(walk_up).label("walk_up"),
            _flag(and_(counts, not_(walk_up), by.is_(None), not_(is_now.held))).label("exempt"),
            _flag(is_now.held).label("held"),
            _flag(
                and_(
                    is_now.status != CANCELLED,
                    is_now.status != PENDING,
                    not_(walk_up),
                    by.is_not(None),
                    by < now,
                )
            ).label("required"),
            _flag(is_now.status == NO_SHOW).label("ghost"),
            _flag(at.checked_in_at.is_not(None)).label("verified"),
            case((kept, at.actual_attendees)).label("attended"),
            _flag(and_(at.next_at.is_(None), or_(by.is_(None), by < now))).label("settled"),
        )
        .where(
            at.room_key.in_(sorted(rooms)),
            at.starts_at >= from_unix(asked.from_unix - longest_s),
            at.starts_at < from_unix(asked.to_unix),
            at.ends_at > from_unix(asked.from_unix),
            at.ends_at < from_unix(asked.to_unix + longest_s),
        )
        .subquery("booking_facts")
    )


def _flag(true: ColumnElement[bool]) -> ColumnElement[int]:
    return case((true, literal(1)), else_=literal(0))


def longest_s(session: Session) -> int:
    """No booking is longer than this, and than a day: those that are have an index of their own."""
    length = unix_of(_table.c.ends_at) - unix_of(_table.c.starts_at)
    over_a_day = (
        text("ends_at - starts_at > 86400")
        if session.get_bind().dialect.name == "sqlite"
        else text("ends_at - starts_at > '1 day'::interval")
    )
    found = session.scalar(select(func.max(length)).where(over_a_day))
    return max(A_DAY_S, int(found or 0))


def versions(session: Session, from_unix: int, to_unix: int) -> dict[int, tuple[tuple[int, str], ...]]:
    """By room's key, what is another as soon as anything has changed in bookings that have some of their time in
    `[from_unix, to_unix)`. Rooms without any are left out."""
    at = BookingPeriod
    asked = or_(at.period == -1, at.period.between(from_unix // PERIOD_S - 1, to_unix // PERIOD_S))
    rows = session.execute(select(at.room_key, at.period, at.version).where(asked).order_by(at.period))
    found: dict[int, list[tuple[int, str]]] = {}
    for key, period, version in rows:
        found.setdefault(key, []).append((period, version))
    return {key: tuple(some) for key, some in found.items()}
