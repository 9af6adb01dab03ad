"""Changing what was booked, and giving it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec import UNSET, UnsetType
from sqlalchemy.orm import Session

from hub.accounts.service import Account
from hub.bookings import lifecycle, refusals, repository, rules
from hub.bookings.models import CANCELLED, CHECKED_IN, COMPLETED, NO_SHOW
from hub.bookings.reading import BookingRecord
from hub.bookings.writing import again, changed, opened, refuse_taken
from hub.rooms.service import RoomRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingChanges:
    """What is UNSET stays as it is."""

    title: str | UnsetType = UNSET
    starts_at: datetime | UnsetType = UNSET
    ends_at: datetime | UnsetType = UNSET
    attendees: int | UnsetType | None = UNSET
    private: bool | UnsetType = UNSET


def cancel(session: Session, booking_id: str, *, by: Account | None, now: datetime) -> BookingRecord:
    """Gives the time back; again is harmless. Raises Conflict for what is under way or over."""
    before, _ = opened(session, booking_id, by, "cancel", now)
    if before.status == CANCELLED:
        return before
    if before.status in {COMPLETED, NO_SHOW}:
        raise refusals.booking_over(before.status)
    if before.status == CHECKED_IN and now >= before.starts_at:
        raise refusals.under_way()
    return changed(session, before, lifecycle.cancelled(now), now)


def change_booking(
    session: Session,
    booking_id: str,
    changes: BookingChanges,
    *,
    by: Account,
    now: datetime,
    revision: int | None = None,
) -> BookingRecord:
    """Changes what is set; its time only before it begins. `revision`: the one the caller has seen.

    Raises PreconditionFailed where that is no longer the present one, else what `book_room` raises.
    """
    before, room = opened(session, booking_id, by, "change", now)
    if revision is not None and revision != before.revision:
        raise refusals.revision_changed(before.revision)
    if before.status not in repository.ACTIVE:
        raise refusals.booking_over(before.status)
    values: dict[str, Any] = {}
    if changes.title is not UNSET:
        rules.check_title(changes.title)
        values["title"] = changes.title
    if changes.attendees is not UNSET:
        rules.check_attendees(room, changes.attendees)
        values["attendees"] = changes.attendees
    if changes.private is not UNSET:
        values["private"] = changes.private
    starts_at = before.starts_at if changes.starts_at is UNSET else changes.starts_at
    ends_at = before.ends_at if changes.ends_at is UNSET else changes.ends_at
    if (starts_at, ends_at) != (before.starts_at, before.ends_at):
        values |= _moved(session, before, room, starts_at, ends_at, by, now)
    return changed(session, before, values, now) if values else before


def _moved(
    session: Session,
    before: BookingRecord,
    room: RoomRecord,
    starts_at: datetime,
    ends_at: datetime,
    by: Account,
    now: datetime,
) -> dict[str, Any]:
    if now >= before.starts_at or before.status == CHECKED_IN:
        raise refusals.under_way()
    rules.check_wish(room, starts_at, ends_at, None, now)
    deadline = lifecycle.check_in_deadline(
        room.policy, starts_at, ends_at, before.created_at, exempt=before.check_in_exempt
    )
    standing = lifecycle.Standing(
        status=before.status, starts_at=starts_at, ends_at=ends_at, check_in_by=deadline
    )
    values = {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "blocks_until": ends_at + timedelta(seconds=before.buffer_s),
        "check_in_by": deadline,
        "next_at": lifecycle.next_deadline(standing),
    }
    refuse_taken(session, room, again(before, values), now, by, before.attendees)
    return values
