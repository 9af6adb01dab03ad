"""Booking a room: ahead in the web app, once or as a series, or at its door for now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from hub.accounts import service as accounts
from hub.accounts.service import Account
from hub.bookings import notices, refusals, repository, rules
from hub.bookings.models import CHECKED_IN, CONFIRMED, PENDING
from hub.bookings.reading import BookingRecord
from hub.bookings.settling import settle_room
from hub.bookings.writing import added, changed, new_values, opened, refuse_taken
from hub.rooms import service as rooms
from hub.rooms.service import RoomRecord

WALK_UP = "Walk-up"
PANEL = "panel"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBooking:
    """`starts_at` and `ends_at` are aware, in whole seconds.

    Managers may book for somebody else, as `organizer_id`, and without a check-in.
    """

    room_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    attendees: int | None = None
    private: bool = False
    organizer_id: str | None = None
    check_in_exempt: bool = False


def book_room(session: Session, who: Account, request: NewBooking, now: datetime, via: str) -> BookingRecord:
    """Books the room, if nothing else takes any of that time.

    In a room that needs approval the booking waits as `pending`, unless a manager makes it.
    Raises Refused where policy forbids it, Conflict where the room is taken or out of service, Forbidden
    for what only managers may.
    """
    room, values = wished(session, who, request, now, via)
    refuse_taken(session, room, values, now, who, request.attendees)
    new = added(session, values, now)
    notices.booked(session, new, who, now)
    return new


def wished(
    session: Session, who: Account, request: NewBooking, now: datetime, via: str
) -> tuple[RoomRecord, dict[str, Any]]:
    """The room, settled, and the row that the wish would become in it; every rule but the guard is checked."""
    room = rooms.locked_room(session, request.room_id)
    rules.check_title(request.title)
    rules.check_wish(room, request.starts_at, request.ends_at, request.attendees, now)
    if request.check_in_exempt and not who.manages:
        raise refusals.exempt_by_managers()
    waits = rules.waits_for_approval(room, who, request.starts_at, now)
    settle_room(session, room.key, now)
    values = new_values(
        room,
        request.starts_at,
        request.ends_at,
        PENDING if waits else CONFIRMED,
        now,
        via,
        exempt=request.check_in_exempt,
    )
    return room, values | {
        "title": request.title,
        **organized_by(_organizer(session, who, request.organizer_id)),
        "booked_by_key": who.key,
        "attendees": request.attendees,
        "private": request.private,
    }


def _organizer(session: Session, who: Account, organizer_id: str | None) -> Account:
    if organizer_id in {None, who.id}:
        return who
    if not who.manages:
        raise refusals.organizer_by_managers()
    return accounts.account_with_id(session, str(organizer_id))


def organized_by(account: Account | None) -> dict[str, Any]:
    """The columns that say whose booking it is."""
    if account is None:
        return {}
    return {"organizer_key": account.key, "organizer_department": account.department}


def book_walk_up(session: Session, room_id: str, minutes: int, now: datetime) -> BookingRecord:
    """Takes the room from now on, at its panel: checked in from the start, nobody's in particular.

    Raises Refused for a length the policy does not offer, Conflict where the time is taken.
    """
    room = rooms.locked_room(session, room_id)
    if minutes not in room.policy.quick_book_minutes:
        raise refusals.not_a_quick_book_length(room.policy.quick_book_minutes)
    if room.policy.requires_approval:
        raise refusals.needs_approval()
    if room.out_of_service is not None:
        raise refusals.room_out_of_service(room.out_of_service)
    settle_room(session, room.key, now)
    values = new_values(room, now, now + timedelta(minutes=minutes), CHECKED_IN, now, PANEL) | {
        "title": WALK_UP,
        "checked_in_at": now,
        "checked_in_via": PANEL,
    }
    refuse_taken(session, room, values, now, None, None)
    return added(session, values, now)


def claim_walk_up(session: Session, booking_id: str, *, by: Account, now: datetime) -> BookingRecord:
    """What was booked at the panel becomes the caller's; again is harmless.

    Raises Conflict for what was not, is somebody's already, or is over.
    """
    before, _ = opened(session, booking_id, None, "claim", now)
    if before.organizer is not None and before.organizer.key == by.key:
        return before
    if before.created_via != PANEL or before.organizer is not None:
        raise refusals.not_a_walk_up()
    if before.status not in repository.ACTIVE:
        raise refusals.booking_over(before.status)
    claimed = changed(session, before, organized_by(by), now)
    notices.booked(session, claimed, by, now)
    return claimed
