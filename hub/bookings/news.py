"""What other systems are told of bookings (`hub.webhooks`), queued in the transaction that changes them.

Whatever is written of a booking comes by here, so that nothing has to be remembered by a use case. Of a private one
neither title nor organizer is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from hub.bookings import repository
from hub.bookings.models import CANCELLED, CHECKED_IN, COMPLETED, NO_SHOW
from hub.bookings.reading import BookingRecord, records
from hub.rooms import service as rooms
from hub.webhooks import kinds, outbox

_BECOME = {
    CHECKED_IN: kinds.BOOKING_CHECKED_IN,
    CANCELLED: kinds.BOOKING_CANCELLED,
    NO_SHOW: kinds.BOOKING_RELEASED,
    COMPLETED: kinds.BOOKING_ENDED,
}
_TOLD = (
    "starts_at",
    "ends_at",
    "room_key",
    "title",
    "private",
    "attendees",
    "actual_attendees",
    "organizer_key",
)
"""A change of any of these is news; `organizer_key` where the record has it."""
_OF_BOOKINGS = (kinds.BOOKING_CREATED, kinds.BOOKING_CHANGED, *_BECOME.values())


def made(session: Session, booking_id: str, now: datetime) -> None:
    if outbox.wanted(session, [kinds.BOOKING_CREATED]):
        rows = repository.with_ids(session, [booking_id])
        _tell(session, {row.key: kinds.BOOKING_CREATED for row in rows}, now)


def became(
    session: Session,
    changed: Sequence[tuple[BookingRecord | Row[Any], Mapping[str, Any]]],
    now: datetime,
) -> None:
    """Each as it was before, and what was written of it since."""
    kind_of = {before.key: kind for before, values in changed if (kind := _kind(before, values)) is not None}
    if kind_of and outbox.wanted(session, _OF_BOOKINGS):
        _tell(session, kind_of, now)


def _kind(before: BookingRecord | Row[Any], values: Mapping[str, Any]) -> str | None:
    status = values.get("status", before.status)
    if status != before.status:
        return _BECOME.get(status, kinds.BOOKING_CHANGED)
    if any(name in values and values[name] != getattr(before, name, None) for name in _TOLD):
        return kinds.BOOKING_CHANGED
    return None


def _tell(session: Session, kind_of: Mapping[int, str], now: datetime) -> None:
    found = records(session, repository.with_keys(session, kind_of), now)
    at = rooms.rooms_by_key(session, {one.room_key for one in found})
    outbox.queue(
        session, [(kind_of[one.key], data(one.shown_to(None), at[one.room_key].name)) for one in found], now
    )


def data(one: BookingRecord, room_name: str) -> dict[str, Any]:
    """What is said of it: names as in REST."""
    return {
        "id": one.id,
        "roomId": one.room_id,
        "roomName": room_name,
        "title": one.title,
        "organizerId": one.organizer.id if one.organizer else None,
        "startsAt": one.starts_at,
        "endsAt": one.ends_at,
        "status": one.status,
        "attendees": one.attendees,
        "actualAttendees": one.actual_attendees,
        "private": one.private,
        "seriesId": one.series_id,
        "checkedInAt": one.checked_in_at,
        "endedAt": one.ended_at,
        "releasedAt": one.released_at,
        "revision": one.revision,
    }
