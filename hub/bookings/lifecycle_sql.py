"""`lifecycle.changed_by_time` as one SQL expression, for questions over more bookings than are worth reading.

A test holds the two together. What is stored is the answer unless `next_at` has come; then time has decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    and_,
    case,
    false,
    literal,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from hub.bookings.models import CANCELLED, CHECKED_IN, COMPLETED, CONFIRMED, NO_SHOW, PENDING
from hub.rooms.service import contacts_during

Number = ColumnElement[int]
Truth = ColumnElement[bool]


class UnixSeconds(FunctionElement[int]):
    """An instant as whole seconds since 1970: what SQLite stores anyway."""

    type = BigInteger()
    inherit_cache = True


@compiles(UnixSeconds)
def _asked(element: UnixSeconds, compiler: Any, **options: Any) -> str:
    return f"CAST(EXTRACT(EPOCH FROM {compiler.process(element.clauses, **options)}) AS BIGINT)"


@compiles(UnixSeconds, "sqlite")
def _stored(element: UnixSeconds, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


def unix_of(column: ColumnElement[Any]) -> Number:
    return UnixSeconds(column)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a booking is by now. `check_in_by` null: it is never released, or was held."""

    status: ColumnElement[str]
    held: Truth
    check_in_by: ColumnElement[datetime]
    ended_at: ColumnElement[datetime]
    released_unix: Number
    cancelled_at: ColumnElement[datetime]


def standing_at(
    booking: FromClause, now: datetime, opens_s: Mapping[int, int], panelled: set[int]
) -> Standing:
    """`opens_s`: by room, how long before the start check-in opens; `panelled`: the rooms with panels."""
    at = booking.c
    due = and_(at.next_at.is_not(None), at.next_at <= now)
    missed = and_(due, at.status == CONFIRMED, at.check_in_by.is_not(None), at.check_in_by < now)
    held_now = and_(missed, _untouched(booking, opens_s, panelled))
    released_now = and_(missed, ~held_now)
    over = and_(due, at.ends_at <= now)
    completed_now = and_(over, at.status.in_((CONFIRMED, CHECKED_IN)))
    unanswered = and_(due, at.status == PENDING, at.starts_at <= now)
    nothing = None
    return Standing(
        status=case(
            (~due, at.status),
            (released_now, NO_SHOW),
            (completed_now, COMPLETED),
            (unanswered, CANCELLED),
            else_=at.status,
        ),
        held=case((at.held_at.is_not(None), literal(1)), (held_now, literal(1)), else_=literal(0)) == 1,
        check_in_by=case((held_now, nothing), else_=at.check_in_by),
        ended_at=case((released_now, at.ended_at), (completed_now, at.ends_at), else_=at.ended_at),
        released_unix=case((released_now, unix_of(at.check_in_by) + 1), else_=unix_of(at.released_at)),
        cancelled_at=case((unanswered, at.starts_at), else_=at.cancelled_at),
    )


def _untouched(booking: FromClause, opens_s: Mapping[int, int], panelled: set[int]) -> Truth:
    """Whether no panel of the room had contact with the hub in the whole window (`room_status.is_released`)."""
    if not panelled:
        return false()
    at = booking.c
    usual = max(opens_s.values(), default=0, key=list(opens_s.values()).count)
    others = {key: seconds for key, seconds in opens_s.items() if seconds != usual}
    opens: Any = case(others, value=at.room_key, else_=usual) if others else literal(usual)
    touched = contacts_during(at.room_key, unix_of, unix_of(at.starts_at) - opens, unix_of(at.check_in_by))
    return and_(at.room_key.in_(sorted(panelled)), ~touched)
