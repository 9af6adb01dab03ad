"""Which room follows which calendar, and which hub compares the two at the moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from hub.calendars import refusals
from hub.calendars.ledger import BOTH_CHANGED, DISPLACED, OVERLAP, UNREAD
from hub.calendars.models import CalendarMeeting, Clash, Connection
from hub.calendars.port import Calendar
from hub.db.base import new_id
from hub.errors import Trouble
from hub.rooms import service as rooms

LEASE = timedelta(minutes=10)
"""So long a hub has a connection for itself, from its last word on."""
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
SOON = timedelta(seconds=5)
ALL_AGAIN = timedelta(hours=24)
"""Everything is read anew that often: series go on into the days that have come into sight."""
KINDS_OF_CLASH = (OVERLAP, BOTH_CHANGED, DISPLACED, UNREAD)


@dataclass(frozen=True, slots=True)
class ConnectionRecord:
    """`problem`: the slug of what was wrong at the last try. `clashes`: how many stand."""

    key: int
    id: str
    room_id: str
    kind: str
    host: str
    leads: str
    made_at: datetime
    synced_at: datetime | None
    problem: str | None
    next_at: datetime
    clashes: int


@dataclass(frozen=True, slots=True)
class ClashRecord:
    id: str
    kind: str
    title: str
    starts_at: datetime | None
    ends_at: datetime | None
    booking_id: str | None
    detail: str
    seen_at: datetime
    cleared_at: datetime | None


def connect(
    session: Session, room_id: str, *, kind: str, host: str, sealed: bytes, leads: str, now: datetime
) -> ConnectionRecord:
    """Raises NotFound for the room, Conflict where it has a calendar already."""
    room = rooms.locked_room(session, room_id)
    if session.scalar(select(Connection.key).where(Connection.room_key == room.key)) is not None:
        raise refusals.already_connected()
    made = Connection(
        id=new_id(),
        room_key=room.key,
        kind=kind,
        host=host,
        sealed=sealed,
        leads=leads,
        next_at=now,
        made_at=now,
    )
    session.add(made)
    session.flush()
    return connection(session, made.id)


def row_with_id(session: Session, connection_id: str) -> Connection:
    """Raises NotFound."""
    found = session.scalar(select(Connection).where(Connection.id == connection_id))
    if found is None:
        raise refusals.connection_not_found(connection_id)
    return found


def connection(session: Session, connection_id: str) -> ConnectionRecord:
    """Raises NotFound."""
    return _records(session, [row_with_id(session, connection_id)])[0]


def connections(session: Session) -> list[ConnectionRecord]:
    """The oldest first."""
    return _records(session, session.scalars(select(Connection).order_by(Connection.key)).all())


def _records(session: Session, rows: Sequence[Connection]) -> list[ConnectionRecord]:
    at = rooms.rooms_by_key(session, {row.room_key for row in rows})
    theirs = Clash.connection_key.in_([row.key for row in rows])
    standing = list(session.scalars(select(Clash.connection_key).where(theirs, Clash.cleared_at.is_(None))))
    return [
        ConnectionRecord(
            key=row.key,
            id=row.id,
            room_id=at[row.room_key].id,
            kind=row.kind,
            host=row.host,
            leads=row.leads,
            made_at=row.made_at,
            synced_at=row.synced_at,
            problem=row.problem,
            next_at=row.next_at,
            clashes=standing.count(row.key),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Behind:
    """What it takes to open the calendar; `zone` is the room's."""

    kind: str
    sealed: bytes
    zone: str


def behind(session: Session, connection_id: str) -> Behind:
    """Raises NotFound."""
    found = row_with_id(session, connection_id)
    room = rooms.rooms_by_key(session, [found.room_key])[found.room_key]
    return Behind(found.kind, found.sealed, room.building.zone.key)


def change_lead(session: Session, connection_id: str, leads: str) -> None:
    """Raises NotFound."""
    row_with_id(session, connection_id).leads = leads


def change_credentials(
    session: Session, connection_id: str, host: str, sealed: bytes, now: datetime, *, elsewhere: bool
) -> None:
    """Everything is listed anew, by whoever comes next. `elsewhere`: it is another address, where meetings have other
    ids; those that are booked already are found by what they are. Raises NotFound."""
    found = row_with_id(session, connection_id)
    found.taken_by = found.taken_until = None
    if elsewhere:
        session.execute(delete(CalendarMeeting).where(CalendarMeeting.connection_key == found.key))
    found.host, found.sealed, found.token, found.problem = host, sealed, None, None
    found.next_at, found.fails = now, 0


def ask_soon(session: Session, connection_id: str, now: datetime) -> None:
    """The next look is now, whatever went wrong before. Raises NotFound."""
    found = row_with_id(session, connection_id)
    found.next_at, found.fails = now, 0


def disconnect(session: Session, connection_id: str) -> None:
    """What was booked stays booked; the calendar stays as it is. Raises NotFound."""
    found = row_with_id(session, connection_id)
    for table in (CalendarMeeting, Clash):
        session.execute(delete(table).where(table.connection_key == found.key))
    session.delete(found)
    session.flush()


def clashes(session: Session, connection_id: str, limit: int) -> list[ClashRecord]:
    """Those that stand first, then what was cleared; each the latest first. Raises NotFound."""
    found = row_with_id(session, connection_id)
    rows = session.scalars(
        select(Clash)
        .where(Clash.connection_key == found.key)
        .order_by(Clash.cleared_at.is_not(None), Clash.seen_at.desc(), Clash.key.desc())
        .limit(limit)
    )
    return [
        ClashRecord(
            row.id,
            row.kind,
            row.title,
            row.starts_at,
            row.ends_at,
            row.booking_id,
            row.detail,
            row.seen_at,
            row.cleared_at,
        )
        for row in rows
    ]


def is_any_due(session: Session, now: datetime) -> bool:
    return bool(_due(session, now))


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(Connection.taken_until.is_(None), Connection.taken_until <= now)


def _due(session: Session, now: datetime) -> list[int]:
    """The keys of those whose time has come, or whose room has changed since; one that fails is left alone till then.

    Asked for each connection that is taken: so only for what it takes to know that.
    """
    rows = session.execute(
        select(
            Connection.key,
            Connection.room_key,
            Connection.room_revision,
            Connection.next_at,
            Connection.fails,
        )
        .where(_free(now))
        .order_by(Connection.next_at, Connection.key)
    ).all()
    changed = rooms.revisions_of(session, {row.room_key for row in rows})
    return [
        row.key
        for row in rows
        if row.room_key in changed
        and (row.next_at <= now or (not row.fails and row.room_revision != changed[row.room_key]))
    ]


def take(session: Session, by: str, now: datetime) -> str | None:
    """The id of a connection that is due: for LEASE it is this hub's alone; None where there is none."""
    for key in _due(session, now):
        found = session.scalar(
            select(Connection).where(Connection.key == key, _free(now)).with_for_update(skip_locked=True)
        )
        if found is not None:
            found.taken_by, found.taken_until = by, now + LEASE
            found.next_at = now + LEASE
            return found.id
    return None


class NotOurs(Exception):
    """Raised when the connection is gone, or another hub has taken it meanwhile."""


def taken(session: Session, connection_id: str, by: str, now: datetime) -> Connection:
    """The connection, ours for longer. Raises NotOurs."""
    found = session.scalar(
        select(Connection).where(Connection.id == connection_id, Connection.taken_by == by).with_for_update()
    )
    if found is None:
        raise NotOurs
    found.taken_until = now + LEASE
    return found


def listed_from(found: Connection, now: datetime) -> str | None:
    """The token to ask from; None: all there is."""
    if found.listed_at is None or found.listed_at <= now - ALL_AGAIN:
        return None
    return found.token


def went_well(found: Connection, calendar: Calendar, now: datetime, *, again: bool) -> None:
    """`again`: something was not as it had been seen; it is looked at anew soon."""
    found.synced_at, found.problem, found.fails = now, None, 0
    if found.next_at > now:  # else somebody has asked meanwhile
        found.next_at = now + (SOON if again else calendar.polled_every)
    found.taken_by = found.taken_until = None


def went_wrong(found: Connection, trouble: Trouble, now: datetime) -> None:
    """Each time it is left alone for twice as long."""
    found.fails += 1
    found.problem = trouble.slug
    wait = min(FIRST_WAIT * 2 ** min(found.fails - 1, 10), LONGEST_WAIT)
    found.next_at = now + max(wait, min(trouble.retry_after or wait, timedelta(days=1)))
    found.taken_by = found.taken_until = None
