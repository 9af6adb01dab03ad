"""Booking a room: ahead in the web app, or at its door for now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.accounts.service import Account
from hub.bookings import refusals, rules
from hub.bookings.models import CHECKED_IN, CONFIRMED, PENDING
from hub.bookings.reading import BookingRecord
from hub.bookings.settling import settle_room
from hub.bookings.writing import added, new_values, refuse_taken
from hub.rooms import service as rooms

WALK_UP = "Walk-up"
PANEL = "panel"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBooking:
    """`starts_at` and `ends_at` are aware, in whole seconds."""

    room_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    attendees: int | None = None
    private: bool = False


def book_room(session: Session, who: Account, request: NewBooking, now: datetime, via: str) -> BookingRecord:
    """Books the room, if nothing else takes any of that time.

    In a room that needs approval the booking waits as `pending`, unless a manager makes it.
    Raises Refused where policy forbids it, Conflict where the room is taken or out of service.
    """
    room = rooms.room(session, request.room_id)
    rules.check_title(request.title)
    rules.check_wish(room, request.starts_at, request.ends_at, request.attendees, now)
    waits = room.policy.requires_approval and not who.manages
    if waits and request.starts_at <= now:
        raise refusals.needs_approval()
    settle_room(session, room.key, now)
    values = new_values(
        room, request.starts_at, request.ends_at, PENDING if waits else CONFIRMED, now, via
    ) | {
        "title": request.title,
        "organizer_key": who.key,
        "organizer_department": who.department,
        "booked_by_key": who.key,
        "attendees": request.attendees,
        "private": request.private,
    }
    refuse_taken(session, room, values, now, who, request.attendees)
    return added(session, values, now)


def book_walk_up(session: Session, room_id: str, minutes: int, now: datetime) -> BookingRecord:
    """Takes the room from now on, at its panel: checked in from the start, nobody's in particular.

    Raises Refused for a length the policy does not offer, Conflict where the time is taken.
    """
    room = rooms.room(session, room_id)
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
