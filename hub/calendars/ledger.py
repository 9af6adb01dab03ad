"""What is kept of a connection's meetings: what the calendar said last, and what both last agreed on.

A listing is noted whole or not at all. Noting it again changes nothing, and of what comes late the later state stands:
so pages may be lost, repeated and reordered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from hub.calendars.models import CalendarMeeting, Clash, Connection
from hub.calendars.port import BACK, Item, Meeting, Place, Seen
from hub.clock import from_unix, unix
from hub.db.base import new_id

KEPT = timedelta(days=30)
"""So long after they were over, and clashes after they were cleared."""
OVERLAP, BOTH_CHANGED, DISPLACED, UNREAD = "overlap", "both_changed", "displaced", "unreadable"


def stored(one: Meeting | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "starts": unix(one.starts_at),
        "ends": unix(one.ends_at),
        "title": one.title,
        "private": one.private,
    }


def meant(kept: Mapping[str, Any] | None) -> Meeting | None:
    if kept is None:
        return None
    return Meeting(from_unix(kept["starts"]), from_unix(kept["ends"]), kept["title"], kept["private"])


def in_sight(session: Session, connection_key: int, now: datetime) -> Sequence[CalendarMeeting]:
    """By start of their lives, so that of two that want the same time the first seen has it."""
    return session.scalars(
        select(CalendarMeeting)
        .where(CalendarMeeting.connection_key == connection_key, CalendarMeeting.ends_at > now - BACK)
        .order_by(CalendarMeeting.key)
    ).all()


def note(
    session: Session, connection: Connection, items: Iterable[Item], now: datetime, *, whole: bool
) -> None:
    """What the calendar has said. `whole`: it is all there is, and what is not in it is gone."""
    latest = _latest(items)
    by_item: dict[str, dict[str, CalendarMeeting]] = {}
    for row in in_sight(session, connection.key, now):
        by_item.setdefault(row.remote_id, {})[row.occurrence] = row
    for item in latest.values():
        _note_item(session, connection, by_item.get(item.remote_id, {}), item, now)
    if whole:
        gone = (rows for remote_id, rows in by_item.items() if remote_id not in latest)
        for row in (row for rows in gone for row in rows.values()):
            row.remote = None
    _note_unread(session, connection, latest, now, whole=whole)
    session.flush()


def _latest(items: Iterable[Item]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for item in items:
        before = found.get(item.remote_id)
        if before is None or item.version >= before.version:
            found[item.remote_id] = item
    return found


def _note_item(
    session: Session, connection: Connection, rows: dict[str, CalendarMeeting], item: Item, now: datetime
) -> None:
    if any(row.version > item.version for row in rows.values()):
        return  # older than what is known
    seen = {one.occurrence: one for one in item.meetings if one.meeting.ends_at > now - BACK}
    for occurrence, one in seen.items():
        if occurrence in rows:
            _renew(rows[occurrence], one, item)
        else:
            session.add(_row(connection.key, one, item))
    for occurrence, row in rows.items():
        row.etag, row.version = item.etag, item.version
        if occurrence not in seen:
            row.remote = None


def _renew(row: CalendarMeeting, one: Seen, item: Item) -> None:
    fresh = stored(one.meeting)
    if row.remote != fresh:
        row.remote = fresh
    row.ends_at = max(row.ends_at, one.meeting.ends_at)
    row.organizer_email = one.organizer_email
    if row.booking_id is None and not one.occurrence:
        row.booking_id = item.origin


def _row(connection_key: int, one: Seen, item: Item) -> CalendarMeeting:
    return CalendarMeeting(
        connection_key=connection_key,
        remote_id=item.remote_id,
        occurrence=one.occurrence,
        etag=item.etag,
        version=item.version,
        booking_id=item.origin if not one.occurrence else None,
        organizer_email=one.organizer_email,
        remote=stored(one.meeting),
        known=None,
        ends_at=one.meeting.ends_at,
    )


def place_of(row: CalendarMeeting) -> Place:
    return Place(row.remote_id, row.occurrence, row.etag)


def agree(session: Session, row: CalendarMeeting, on: Meeting | None, now: datetime) -> None:
    """Both have it so; whatever clash there was about it is over."""
    row.remote = row.known = stored(on)
    if on is not None:
        row.ends_at = max(row.ends_at, on.ends_at)
    clear(session, row.connection_key, row.remote_id, row.occurrence, now)


def placed(
    session: Session, connection_key: int, booking_id: str, at: Place, on: Meeting, now: datetime
) -> None:
    """A booking stands in the calendar now, and nowhere else in it."""
    session.execute(
        update(CalendarMeeting)
        .where(CalendarMeeting.connection_key == connection_key, CalendarMeeting.booking_id == booking_id)
        .values(booking_id=None)
    )
    row = session.scalar(
        select(CalendarMeeting).where(
            CalendarMeeting.connection_key == connection_key,
            CalendarMeeting.remote_id == at.remote_id,
            CalendarMeeting.occurrence == at.occurrence,
        )
    )
    if row is None:
        row = _row(connection_key, Seen(on, at.occurrence), Item(at.remote_id))
        session.add(row)
    row.booking_id, row.etag = booking_id, at.etag
    agree(session, row, on, now)
    session.flush()


def restamp(session: Session, connection_key: int, at: Place) -> None:
    """The item is in this state now, as the hub has just made it so."""
    session.execute(
        update(CalendarMeeting)
        .where(CalendarMeeting.connection_key == connection_key, CalendarMeeting.remote_id == at.remote_id)
        .values(etag=at.etag)
    )


def with_key(session: Session, key: int) -> CalendarMeeting | None:
    return session.get(CalendarMeeting, key)


def clash(
    session: Session, row: CalendarMeeting, kind: str, about: Meeting | None, detail: str, now: datetime
) -> None:
    """Recorded once while it stands."""
    _clash(
        session, row.connection_key, (row.remote_id, row.occurrence), kind, about, row.booking_id, detail, now
    )


def _clash(
    session: Session,
    connection_key: int,
    at: tuple[str, str],
    kind: str,
    about: Meeting | None,
    booking_id: str | None,
    detail: str,
    now: datetime,
) -> Clash:
    here = (Clash.connection_key == connection_key, Clash.remote_id == at[0], Clash.occurrence == at[1])
    found = session.scalar(select(Clash).where(*here, Clash.kind == kind, Clash.cleared_at.is_(None)))
    if found is None:
        found = Clash(id=new_id(), connection_key=connection_key, kind=kind, seen_at=now)
        found.remote_id, found.occurrence = at
        found.title = "" if about is None else about.title
        session.add(found)
    if about is not None:
        found.title, found.starts_at, found.ends_at = about.title, about.starts_at, about.ends_at
    found.booking_id, found.detail = booking_id, detail[:255]
    session.flush()
    return found


def displaced(
    session: Session, row: CalendarMeeting, booking_id: str, about: Meeting, detail: str, now: datetime
) -> None:
    """A booking had to go for what the calendar says: that is done, and stays on record."""
    at = (row.remote_id, row.occurrence)
    made = _clash(session, row.connection_key, at, DISPLACED, about, booking_id, detail, now)
    made.cleared_at = now


def clear(session: Session, connection_key: int, remote_id: str, occurrence: str, now: datetime) -> None:
    for one in _standing(session, connection_key, Clash.kind != UNREAD):
        if (one.remote_id, one.occurrence) == (remote_id, occurrence):
            one.cleared_at = now


def clear_all_but(
    session: Session, rows: Sequence[CalendarMeeting], clashing: Sequence[CalendarMeeting], now: datetime
) -> None:
    """Of all these meetings only those still clash."""
    kept = {(row.remote_id, row.occurrence) for row in clashing}
    for connection_key in {row.connection_key for row in rows}:
        for one in _standing(session, connection_key, Clash.kind != UNREAD):
            if (one.remote_id, one.occurrence) not in kept:
                one.cleared_at = now


def _standing(session: Session, connection_key: int, kind: ColumnElement[bool]) -> Sequence[Clash]:
    return session.scalars(
        select(Clash).where(Clash.connection_key == connection_key, kind, Clash.cleared_at.is_(None))
    ).all()


def _note_unread(
    session: Session, connection: Connection, items: Mapping[str, Item], now: datetime, *, whole: bool
) -> None:
    for one in _standing(session, connection.key, Clash.kind == UNREAD):
        item = items.get(one.remote_id)
        if (item is None and whole) or (item is not None and not item.unread):
            one.cleared_at = now
    for item in items.values():
        for title, reason in item.unread[:1]:
            made = _clash(session, connection.key, (item.remote_id, ""), UNREAD, None, None, reason, now)
            made.title = title[:255]


def forget_old(session: Session, connection_key: int, now: datetime) -> None:
    session.execute(
        delete(CalendarMeeting).where(
            CalendarMeeting.connection_key == connection_key, CalendarMeeting.ends_at < now - KEPT
        )
    )
    session.execute(
        delete(Clash).where(Clash.connection_key == connection_key, Clash.cleared_at < now - KEPT)
    )
