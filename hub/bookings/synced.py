"""Bookings that follow a calendar outside: it has granted them, so policy does not refuse them; overlap does.

What is booked here is booked like everything else: the room is locked and settled first, the guard asked, and
release applies. A calendar knows no buffer, so neither have these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from hub.accounts.service import Account, account_with_email
from hub.bookings import lifecycle, notices, refusals, repository
from hub.bookings.attend import end_booking
from hub.bookings.book import organized_by
from hub.bookings.models import CANCELLED, CHECKED_IN, COMPLETED, CONFIRMED, NO_SHOW, PENDING
from hub.bookings.reading import BookingRecord, booking, meetings
from hub.bookings.settling import settle_room
from hub.bookings.writing import added, change, changed, new_values
from hub.errors import NotFound
from hub.rooms import service as rooms
from hub.rooms.service import RoomRecord

VIA = "calendar"


@dataclass(frozen=True, slots=True)
class Told:
    """What the calendar says of a meeting. `title` None: it does not say."""

    starts_at: datetime
    ends_at: datetime
    title: str | None
    private: bool
    organizer_email: str | None = None


def time_taken(one: BookingRecord) -> tuple[datetime, datetime] | None:
    """What it takes or took of its room, buffer left out; None for what gave it all back."""
    if one.status in {CANCELLED, NO_SHOW}:
        return None
    ended = one.ended_at if one.status == COMPLETED and one.ended_at is not None else one.ends_at
    ends_at = min(ended, one.ends_at)
    return (one.starts_at, ends_at) if ends_at > one.starts_at else None


def is_active(one: BookingRecord) -> bool:
    return one.status in repository.ACTIVE


def take_over(session: Session, room: RoomRecord, told: Told, now: datetime) -> BookingRecord:
    """Raises Conflict where something else takes any of that time."""
    settle_room(session, room.key, now)
    values = new_values(room, told.starts_at, told.ends_at, CONFIRMED, now, VIA) | {
        "buffer_s": 0,
        "blocks_until": told.ends_at,
        "title": told.title or "Busy",
        "private": told.private,
        **organized_by(_organizer(session, told.organizer_email)),
    }
    _refuse_taken(session, room.key, values["starts_at"], values["blocks_until"], None)
    return added(session, values, now)


def _organizer(session: Session, email: str | None) -> Account | None:
    try:
        return account_with_email(session, email) if email else None
    except NotFound:
        return None


def _refuse_taken(
    session: Session, room_key: int, from_at: datetime, to_at: datetime, key: int | None
) -> None:
    if repository.is_taken(session, room_key, from_at, to_at, key):
        raise refusals.room_already_booked([], [])


def follow(session: Session, booking_id: str, told: Told, now: datetime) -> BookingRecord:
    """The booking becomes what the calendar says; the id may be another where it could not be moved as it was.

    What has begun keeps its start. Raises Conflict where something else takes any of that time.
    """
    before = booking(session, booking_id, now)
    settle_room(session, before.room_key, now)
    before = booking(session, booking_id, now)
    room = rooms.rooms_by_key(session, [before.room_key])[before.room_key]
    begun = before.starts_at <= now or before.status == CHECKED_IN
    if not is_active(before) or (begun and told.starts_at != before.starts_at):
        _refuse_taken(session, room.key, told.starts_at, told.ends_at, before.key)
        give_back(session, booking_id, now)
        return take_over(session, room, told, now)
    if begun and told.ends_at <= now:
        return end_booking(session, booking_id, by=None, at=told.ends_at, now=now)
    _refuse_taken(session, room.key, told.starts_at, _until(before, told), before.key)
    return changed(session, before, _placed(room, before, told), now)


def _until(before: BookingRecord, told: Told) -> datetime:
    return told.ends_at + timedelta(seconds=before.buffer_s)


def _placed(room: RoomRecord, before: BookingRecord, told: Told) -> dict[str, Any]:
    """The row's new values. A meeting that was held, or is exempt, stays without a deadline."""
    kept = before.check_in_by is None and before.starts_at == told.starts_at
    by = lifecycle.check_in_deadline(
        room.policy, told.starts_at, told.ends_at, before.created_at, exempt=before.check_in_exempt or kept
    )
    standing = lifecycle.Standing(
        status=before.status, starts_at=told.starts_at, ends_at=told.ends_at, check_in_by=by
    )
    values: dict[str, Any] = {
        "starts_at": told.starts_at,
        "ends_at": told.ends_at,
        "blocks_until": _until(before, told),
        "check_in_by": by,
        "next_at": lifecycle.next_deadline(standing),
        "private": told.private,
    }
    return values if told.title is None else values | {"title": told.title}


def follow_together(
    session: Session, room: RoomRecord, moves: Sequence[tuple[str, Told]], now: datetime
) -> list[BookingRecord]:
    """As `follow` each, all or none: they may take each other's places. None of them has begun.

    Raises Conflict, after which the caller has to roll back.
    """
    settle_room(session, room.key, now)
    some = [(booking(session, booking_id, now), told) for booking_id, told in moves]
    if any(one.status not in {PENDING, CONFIRMED} or one.starts_at <= now for one, _ in some):
        raise refusals.under_way()
    repository.free(session, [one.key for one, _ in some])
    for one, told in some:
        _refuse_taken(session, room.key, told.starts_at, _until(one, told), one.key)
        change(session, one, _placed(room, one, told), now)
    return [booking(session, one.id, now) for one, _ in some]


def give_back(session: Session, booking_id: str, now: datetime) -> None:
    """The calendar has no such meeting any more: cancelled, or where it goes on, over. Again is harmless.

    Who booked it here is told by mail; who made it in the calendar knows.
    """
    before = booking(session, booking_id, now)
    settle_room(session, before.room_key, now)
    before = booking(session, booking_id, now)
    if not is_active(before):
        return
    if before.starts_at <= now:
        end_booking(session, booking_id, by=None, at=now, now=now)
        return
    change(session, before, lifecycle.cancelled(now), now)
    if before.created_via != VIA:
        notices.cancelled(session, [before], None, now)


def in_the_way(session: Session, room: RoomRecord, told: Told, now: datetime) -> list[BookingRecord]:
    """What takes some of that time; what is pending included."""
    found = repository.blocking(session, [room.key], told.starts_at, told.ends_at)
    return [booking(session, row.id, now) for row in found]


def to_come(session: Session, room: RoomRecord, now: datetime, until: datetime) -> list[BookingRecord]:
    """What is confirmed or checked in, and not over."""
    return meetings(session, room.key, now, until)
