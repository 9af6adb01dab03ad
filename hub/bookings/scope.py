"""For which bookings of a series a change is meant: this one, this and those after it, or all to come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from hub.bookings import reading, repository
from hub.bookings.models import CONFIRMED, PENDING
from hub.bookings.reading import BookingRecord
from hub.bookings.settling import settle_room
from hub.db.base import new_id

THIS, FOLLOWING, ALL = "this", "following", "all"


def in_scope(session: Session, before: BookingRecord, scope: str, now: datetime) -> list[BookingRecord]:
    """`before`, and what else of its series the change is for, by start; their rooms are settled.

    What has begun, is over, or is checked in to already stays as it is.
    """
    if scope == THIS or before.series_id is None:
        return [before]
    rows = repository.of_series(session, before.series_id)
    for room_key in sorted({row.room_key for row in rows}):
        settle_room(session, room_key, now)
    found = reading.records(session, repository.of_series(session, before.series_id), now)
    return [
        one
        for one in found
        if one.key == before.key
        or (
            one.status in {PENDING, CONFIRMED}
            and one.starts_at > now
            and (scope == ALL or one.starts_at > before.starts_at)
        )
    ]


def split_off(session: Session, before: BookingRecord, scope: str) -> dict[str, str]:
    """The new series that a change of `before` and what follows makes of them; nothing where all change."""
    if scope != FOLLOWING or before.series_id is None:
        return {}
    first = repository.of_series(session, before.series_id)[0]
    return {} if first.starts_at >= before.starts_at else {"series_id": new_id()}
