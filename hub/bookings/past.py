"""Meetings of the past, stored in one go as the hub would have stored them: for the demo's year, and for bench."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from hub.accounts.service import Account
from hub.bookings import lifecycle
from hub.bookings.lifecycle import Standing, check_in_deadline
from hub.bookings.models import CONFIRMED, Booking
from hub.db.base import new_id
from hub.rooms.service import RoomRecord

_CHUNK = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PastMeeting:
    """What people did, each thing at its time (aware UTC); None where nobody did it."""

    room: RoomRecord
    title: str
    organizer: Account | None
    """None for a walk-up at the panel."""
    starts_at: datetime
    ends_at: datetime
    booked_at: datetime
    invited: int
    came_at: datetime | None = None
    left_at: datetime | None = None
    cancelled_at: datetime | None = None
    counted: int | None = None
    series_id: str | None = None


def store_past(session: Session, meetings: Iterable[PastMeeting]) -> int:
    """How many were stored. All are over; what overlaps in a room is refused by the database."""
    stored, rest = 0, iter(meetings)
    while chunk := [_row(meeting) for meeting in islice(rest, _CHUNK)]:
        session.connection().execute(insert(Booking), chunk)
        stored += len(chunk)
    return stored


def _row(meeting: PastMeeting) -> dict[str, Any]:
    policy, organizer = meeting.room.policy, meeting.organizer
    by = check_in_deadline(policy, meeting.starts_at, meeting.ends_at, meeting.booked_at, exempt=False)
    row: dict[str, Any] = {
        "id": new_id(),
        "room_key": meeting.room.key,
        "title": meeting.title,
        "organizer_key": organizer.key if organizer else None,
        "organizer_department": organizer.department if organizer else None,
        "booked_by_key": organizer.key if organizer else None,
        "starts_at": meeting.starts_at,
        "ends_at": meeting.ends_at,
        "blocks_until": meeting.ends_at,
        "status": CONFIRMED,
        "check_in_by": by,
        "attendees": meeting.invited,
        "actual_attendees": meeting.counted,
        "attendance_source": None if meeting.counted is None else "panel",
        "created_at": meeting.booked_at,
        "created_via": "web" if organizer else "panel",
        "series_id": meeting.series_id,
        **dict.fromkeys(("checked_in_at", "checked_in_via", "ended_at", "released_at")),
        **dict.fromkeys(("cancelled_at", "held_at", "next_at")),
    }
    for changes in _life(meeting):
        row |= changes
    standing = Standing(**{name: row[name] for name in ("status", "starts_at", "ends_at", "check_in_by")})
    return row | lifecycle.changed_by_time(standing, meeting.ends_at, policy.check_in_opens_s, None)


def _life(meeting: PastMeeting) -> Iterator[lifecycle.Changes]:
    if meeting.cancelled_at:
        yield lifecycle.cancelled(meeting.cancelled_at)
    elif meeting.came_at:
        yield lifecycle.checked_in(meeting.ends_at, meeting.came_at, 0, meeting.came_at)
        yield {"checked_in_via": "panel"}
        if meeting.left_at:
            yield lifecycle.ended(meeting.starts_at, meeting.left_at, 0)
