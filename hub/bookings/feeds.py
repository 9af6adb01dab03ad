"""Calendars to subscribe to: a room's, and everybody's own. Who has the secret address reads it, without a login.

The secret is told when the address is made; making it again, or taking it away, ends the one before at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from hub.accounts import audit, preferences
from hub.accounts.service import Account
from hub.accounts.tokens import new_secret, same_hash, secret_hash
from hub.bookings import calendar_out, reading, repository
from hub.bookings.calendar_out import GONE, Desk
from hub.bookings.models import CalendarLink
from hub.errors import NotFound
from hub.rooms import service as rooms
from hub.rooms.service import RoomRecord

BACK = timedelta(days=30)
AHEAD = timedelta(days=400)
"""Of one's own; a room's goes as far as the room can be booked."""
MOST = 2000
"""Bookings in one's own."""


def open_room_calendar(session: Session, room_id: str, by: Account, now: datetime) -> str:
    """The secret of the room's calendar, in place of any before. Raises NotFound."""
    room = rooms.room(session, room_id)
    audit.record(session, by, "room.open-calendar", room.id, {}, now)
    return _new_link(session, CalendarLink.room_key == room.key, CalendarLink(room_key=room.key), now)


def close_room_calendar(session: Session, room_id: str, by: Account, now: datetime) -> None:
    """Again is harmless. Raises NotFound for the room."""
    room = rooms.room(session, room_id)
    if _remove(session, CalendarLink.room_key == room.key):
        audit.record(session, by, "room.close-calendar", room.id, {}, now)


def open_own_calendar(session: Session, who: Account, now: datetime) -> str:
    return _new_link(session, CalendarLink.user_key == who.key, CalendarLink(user_key=who.key), now)


def close_own_calendar(session: Session, who: Account) -> None:
    _remove(session, CalendarLink.user_key == who.key)


def _new_link(session: Session, same: ColumnElement[bool], link: CalendarLink, now: datetime) -> str:
    _remove(session, same)
    secret = new_secret()
    link.hash, link.made_at = secret_hash(secret), now
    session.add(link)
    session.flush()
    return secret


def _remove(session: Session, same: ColumnElement[bool]) -> bool:
    return session.scalar(delete(CalendarLink).where(same).returning(CalendarLink.key)) is not None


def room_calendar(session: Session, room_id: str, secret: str, desk: Desk, now: datetime) -> bytes:
    """From BACK to where the room can be booked; of private bookings only that the room is taken.

    Raises NotFound, in the same words whatever is wrong: no such room, no address, another secret.
    """
    try:
        room = rooms.room(session, room_id)
    except NotFound:
        raise _not_found() from None
    link = session.scalar(select(CalendarLink).where(CalendarLink.room_key == room.key))
    if link is None or not same_hash(link.hash, secret_hash(secret)):
        raise _not_found()
    rows = repository.between(session, [room.key], now - BACK, now + room.policy.horizon)
    some = reading.records(session, rows, now)
    return calendar_out.feed(
        room.name, [(one, room) for one in some if one.status not in GONE], desk, masked=True
    )


def own_calendar(session: Session, secret: str, desk: Desk, now: datetime) -> bytes:
    """Whose it is, only the secret says. Raises NotFound, also where its owner has left."""
    link = session.scalar(select(CalendarLink).where(CalendarLink.hash == secret_hash(secret)))
    if link is None or link.user_key is None:
        raise _not_found()
    who = preferences.reachable(session, link.user_key)
    if who is None:
        raise _not_found()
    some = reading.bookings_of(session, who, now, from_at=now - BACK, to_at=now + AHEAD, limit=MOST)
    at: dict[int, RoomRecord] = rooms.rooms_by_key(session, {one.room_key for one in some})
    return calendar_out.feed(
        "Circle Time", [(one, at[one.room_key]) for one in some if one.status not in GONE], desk, masked=False
    )


def _not_found() -> NotFound:
    return NotFound(
        "calendar-not-found", "There is no such calendar", "Its address was never made, or ended."
    )
