"""What time does to a booking: the only place where a status changes by itself (contract, "Booking status").

Whether an unchecked meeting is released or held is `shared.room_status.is_released`, the rule panels obey.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.bookings.models import CANCELLED, CHECKED_IN, COMPLETED, CONFIRMED, NO_SHOW, PENDING
from hub.clock import from_unix, unix
from hub.rooms.service import Policy
from shared.room_status import check_in_by as last_check_in
from shared.room_status import is_released

Changes = dict[str, Any]
"""New values of a booking's columns."""

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What of a booking its life depends on, as stored."""

    status: str
    starts_at: datetime
    ends_at: datetime
    check_in_by: datetime | None


def changed_by_time(
    booking: Standing, now: datetime, opens_s: int, contact: Sequence[Sequence[int]] | None
) -> Changes:
    """What has become of the booking by `now`; empty where nothing has.

    `contact` is the room's record, None for a room without panels.
    """
    if booking.status == PENDING:
        return _cancelled(booking.starts_at) if now >= booking.starts_at else {}
    if booking.status == CHECKED_IN:
        return _completed(booking.ends_at) if now >= booking.ends_at else {}
    if booking.status == CONFIRMED:
        return _unchecked(booking, now, opens_s, contact)
    return {}


def _unchecked(
    booking: Standing, now: datetime, opens_s: int, contact: Sequence[Sequence[int]] | None
) -> Changes:
    """Released, held, or still to be checked in to."""
    by = booking.check_in_by
    if by is not None and _released(booking, now, opens_s, contact):
        return {"status": NO_SHOW, "released_at": by + SECOND, "blocks_until": None, "next_at": None}
    held: Changes = {"held_at": by + SECOND, "check_in_by": None} if by is not None and now > by else {}
    if now >= booking.ends_at:
        return held | _completed(booking.ends_at)
    return held | {"next_at": booking.ends_at} if held else {}


def _released(
    booking: Standing, now: datetime, opens_s: int, contact: Sequence[Sequence[int]] | None
) -> bool:
    return is_released(
        {
            "id": "",
            "title": None,
            "organizer": None,
            "startUnix": unix(booking.starts_at),
            "endUnix": unix(booking.ends_at),
            "status": booking.status,
            "checkInByUnix": None if booking.check_in_by is None else unix(booking.check_in_by),
        },
        opens_s,
        unix(now),
        contact,
    )


def _cancelled(at: datetime) -> Changes:
    return {"status": CANCELLED, "cancelled_at": at, "blocks_until": None, "next_at": None}


def _completed(at: datetime) -> Changes:
    return {"status": COMPLETED, "ended_at": at, "next_at": None}


def cancelled(now: datetime) -> Changes:
    return _cancelled(now)


def ended(starts_at: datetime, at: datetime, buffer_s: int) -> Changes:
    """Over at `at`, not before the start, which frees the rest; over at its start, it took nothing."""
    blocks_until = at + timedelta(seconds=buffer_s) if at > starts_at else None
    return _completed(at) | {"blocks_until": blocks_until}


def checked_in(ends_at: datetime, at: datetime, buffer_s: int, now: datetime) -> Changes:
    """Somebody came at `at`; told late, that may undo a release, or be news of a meeting now over."""
    blocks_until = ends_at + timedelta(seconds=buffer_s)
    came: Changes = {"checked_in_at": at, "released_at": None, "blocks_until": blocks_until}
    if now >= ends_at:
        return came | _completed(ends_at)
    return came | {"status": CHECKED_IN, "next_at": ends_at}


def check_in_deadline(
    policy: Policy, starts_at: datetime, ends_at: datetime, created_at: datetime, *, exempt: bool
) -> datetime | None:
    """The last moment for check-in, or None where the booking is never released."""
    if exempt or not policy.check_in_required:
        return None
    by = last_check_in(unix(starts_at), unix(ends_at), unix(created_at), policy.check_in_closes_s)
    return from_unix(by)


def next_deadline(booking: Standing) -> datetime | None:
    """When time alone next changes the status."""
    if booking.status == PENDING:
        return booking.starts_at
    if booking.status == CONFIRMED and booking.check_in_by is not None:
        return booking.check_in_by + SECOND
    return booking.ends_at if booking.status in {CONFIRMED, CHECKED_IN} else None
