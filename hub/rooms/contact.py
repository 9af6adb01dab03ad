"""When the panels of a room were in contact with the hub: what decides whether a meeting is held.

A contact counts up to its last heartbeat, so what was once decided by the record stays right: intervals only
grow. A hub that dies leaves them there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, insert, select, true, update
from sqlalchemy.orm import Session

from hub.clock import from_unix, unix
from hub.rooms.models import Contact, Room

GRACE = timedelta(seconds=90)
"""Heartbeats come at least this often; a longer silence (a laptop that slept) was no contact."""


def set_panelled(session: Session, room_key: int, panelled: bool) -> None:  # noqa: FBT001  the fact itself
    """Whether the room has panels; without any, no meeting is held."""
    session.execute(update(Room).where(Room.key == room_key).values(has_panels=panelled))


def open_contact(session: Session, panel_id: str, room_key: int, now: datetime) -> None:
    """The panel is connected, and stands at this room."""
    open_contacts(session, {panel_id: room_key}, now)


def open_contacts(session: Session, doors: Mapping[str, int], now: datetime) -> None:
    """Each panel is connected, and stands at the room of this key."""
    if not doors:
        return
    close_contacts(session, doors.keys(), now)
    _begin(session, doors.items(), now)


def close_contact(session: Session, panel_id: str, now: datetime) -> None:
    """The panel is gone, or leaves its room; harmless where it had no contact."""
    close_contacts(session, {panel_id}, now)


def close_contacts(session: Session, panel_ids: Collection[str], now: datetime) -> None:
    """The same for each of these panels."""
    if not panel_ids:
        return
    theirs = Contact.panel_id.in_(sorted(panel_ids))
    _heartbeat(session, now, theirs)
    session.execute(
        update(Contact).where(theirs, Contact.ended_at.is_(None)).values(ended_at=Contact.last_at)
    )


def heartbeat_contacts(session: Session, now: datetime) -> None:
    """Every panel with an open contact is still connected."""
    _heartbeat(session, now, true())


def _heartbeat(session: Session, now: datetime, which: ColumnElement[bool]) -> None:
    """Carries open contacts on to `now`; where the hub itself was away too long, a new one begins."""
    is_open = and_(Contact.ended_at.is_(None), which)
    lapsed = session.execute(
        update(Contact)
        .where(is_open, Contact.last_at < now - GRACE)
        .values(ended_at=Contact.last_at)
        .returning(Contact.panel_id, Contact.room_key)
    ).all()
    session.execute(update(Contact).where(is_open, Contact.last_at < now).values(last_at=now))
    _begin(session, [(row.panel_id, row.room_key) for row in lapsed], now)


def _begin(session: Session, doors: Iterable[tuple[str, int]], now: datetime) -> None:
    rows = [
        {"room_key": room_key, "panel_id": panel_id, "began_at": now, "last_at": now}
        for panel_id, room_key in doors
    ]
    if rows:
        session.execute(insert(Contact), rows)


def close_stale_contacts(session: Session) -> None:
    """At the hub's start: what was open ended with its last heartbeat."""
    session.execute(update(Contact).where(Contact.ended_at.is_(None)).values(ended_at=Contact.last_at))


def contact_of(session: Session, room_key: int, from_unix_s: int) -> list[list[int]] | None:
    """The room's contacts since then, as closed intervals `[from_unix, to_unix]`; None without panels."""
    if not session.scalar(select(Room.has_panels).where(Room.key == room_key)):
        return None
    rows = session.execute(
        select(Contact.began_at, Contact.last_at)
        .where(Contact.room_key == room_key, Contact.last_at >= from_unix(from_unix_s))
        .order_by(Contact.began_at)
    )
    return [[unix(row.began_at), unix(row.last_at)] for row in rows]


def contacts_during(
    room_key: ColumnElement[int],
    unix_of: Callable[[ColumnElement[Any]], ColumnElement[int]],
    first: ColumnElement[int],
    last: ColumnElement[int],
) -> ColumnElement[bool]:
    """In SQL: whether a panel of the room had contact at any second from `first` to `last`, both included."""
    contact = Contact.__table__.c
    return exists().where(
        contact.room_key == room_key, unix_of(contact.last_at) >= first, unix_of(contact.began_at) <= last
    )
