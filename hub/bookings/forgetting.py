"""Takes people out of bookings: who it was, and what they called it, is gone; that the room was used, and how, stays.

No report counts by a title. What a report says of persons, it says no more of those who were taken out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from hub.accounts import audit
from hub.accounts.service import Account
from hub.bookings import feeds, repository
from hub.bookings.models import Booking
from hub.rooms import service as rooms

TITLE = "Meeting"
AT_ONCE = 500
"""Bookings in one transaction: nobody waits long for it."""


def forget_organizer(session: Session, who: Account) -> None:
    """Titles of all that this person has booked, for themselves or for others, and the address of their calendar."""
    theirs = or_(Booking.organizer_key == who.key, Booking.booked_by_key == who.key)
    active = select(Booking.room_key).where(theirs, Booking.status.in_(repository.ACTIVE)).distinct()
    shown = rooms.lock(session, session.scalars(active).all())
    session.execute(update(Booking).where(theirs).values(title=TITLE, revision=Booking.revision + 1))
    for room_key in shown:
        rooms.touch(session, room_key)
    feeds.close_own_calendar(session, who)


def forget_old(session: Session, before: datetime, now: datetime) -> int:
    """Takes people out of up to AT_ONCE bookings that were over by then; how many it were. Audited."""
    named = or_(
        Booking.organizer_key.is_not(None),
        Booking.booked_by_key.is_not(None),
        Booking.checked_in_by_key.is_not(None),
        Booking.title != TITLE,
    )
    old = select(Booking.key).where(Booking.ends_at < before, Booking.next_at.is_(None), named).limit(AT_ONCE)
    nobody: dict[str, Any] = {"organizer_key": None, "booked_by_key": None, "checked_in_by_key": None}
    keys = session.scalars(old).all()
    if keys:
        session.execute(update(Booking).where(Booking.key.in_(keys)).values(nobody | {"title": TITLE}))
        told = {"bookings": len(keys), "before": before.isoformat()}
        audit.record(session, None, "booking.forget", "old", told, now)
    return len(keys)
