"""Compares rooms with their calendars, one after the other, while the hub runs.

Any number of hubs share the work: whoever takes a connection has it for a while (`connections.LEASE`), and writes
nothing any more once another has it. A hub that dies in between leaves nothing half done: what it had told the
calendar is seen there, and what it had not is found again by comparing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from hub.bookings import service as bookings
from hub.calendars import connections, hub_side, ledger, refusals
from hub.calendars.connections import NotOurs
from hub.calendars.hub_side import Errand
from hub.calendars.port import Calendar, Elsewise, Item, Place, TokenLost
from hub.clock import Clock
from hub.db.base import new_id
from hub.errors import Trouble, Unavailable
from hub.rooms import service as rooms
from hub.waiting import every

log = logging.getLogger(__name__)

LOOKS_EVERY_S = 1.0
AT_ONCE = 4
"""Calendars asked at the same time."""
TROUBLES = 3
MOST_PAGES, MOST_ITEMS = 1000, 20_000

Result = TypeVar("Result")


class Stored(Protocol):
    """What of `hub.db.database.Database` is needed."""

    async def read(self, work: Callable[[Session], Result]) -> Result: ...

    async def write(self, work: Callable[[Session], Result]) -> Result: ...


OpenCalendar = Callable[[str, bytes, str], Calendar]
"""The calendar of that kind behind these sealed credentials; local times in it are in that zone. Raises Trouble."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Every page of it; `token` is where the next begins."""

    items: Sequence[Item]
    token: str | None
    whole: bool


async def keep_synced(database: Stored, clock: Clock, open_calendar: OpenCalendar) -> None:
    """Runs until cancelled."""

    async def look() -> None:
        if await database.read(lambda session: connections.is_any_due(session, clock.now())):
            await asyncio.gather(*(_all_due(database, clock, open_calendar) for _ in range(AT_ONCE)))

    await every(LOOKS_EVERY_S, look, "compare calendars")


async def _all_due(database: Stored, clock: Clock, open_calendar: OpenCalendar) -> None:
    while await sync_next(database, clock, open_calendar):
        pass


async def sync_next(database: Stored, clock: Clock, open_calendar: OpenCalendar) -> bool:
    """Compares the connection that has waited longest; whether one was due."""
    me = new_id()
    connection_id = await database.write(lambda session: connections.take(session, me, clock.now()))
    if connection_id is None:
        return False
    try:
        await _compare(database, clock, open_calendar, connection_id, me)
    except Trouble as trouble:
        log.info("the calendar of connection %s: %s", connection_id, trouble.slug)
        await _went_wrong(database, clock, connection_id, me, trouble)
    except NotOurs:
        log.info("connection %s is gone, or another hub's now", connection_id)
    except Unavailable:
        raise  # the hub's own database
    except Exception:  # whatever is wrong with one calendar: the others are not to wait for it
        log.exception("could not compare connection %s", connection_id)
        await _went_wrong(database, clock, connection_id, me, refusals.not_understood("See the hub's log."))
    return True


async def _went_wrong(database: Stored, clock: Clock, connection_id: str, me: str, trouble: Trouble) -> None:
    def note(session: Session) -> None:
        now = clock.now()
        connections.went_wrong(connections.taken(session, connection_id, me, now), trouble, now)

    try:
        await database.write(note)
    except NotOurs:
        log.info("connection %s is gone, or another hub's now", connection_id)


async def _compare(
    database: Stored, clock: Clock, open_calendar: OpenCalendar, connection_id: str, me: str
) -> None:
    def what(session: Session) -> tuple[str, bytes, str | None, str]:
        now = clock.now()
        found = connections.taken(session, connection_id, me, now)
        zone = rooms.rooms_by_key(session, [found.room_key])[found.room_key].building.zone.key
        return found.kind, found.sealed, connections.listed_from(found, now), zone

    kind, sealed, since, zone = await database.write(what)
    calendar = open_calendar(kind, sealed, zone)
    try:
        listing = await listed(calendar, since, clock.now())
        errands = await database.write(_settled(connection_id, me, calendar, listing, clock))
        again = await _run_all(database, clock, calendar, errands, connection_id, me)
        await database.write(_finished(connection_id, me, calendar, clock, again=again))
    finally:
        await calendar.close()


async def _run_all(
    database: Stored, clock: Clock, calendar: Calendar, errands: Sequence[Errand], connection_id: str, me: str
) -> bool:
    """Whether something was not as it had been seen. One event that a calendar will not have is in no other's way.

    Raises the first Trouble, after the others have had their turn; at TROUBLES it stops.
    """
    again = False
    stamps: dict[str, str] = {}
    troubles: list[Trouble] = []
    for errand in errands:
        try:
            again = not await _run(database, clock, calendar, errand, stamps, connection_id, me) or again
        except Trouble as trouble:
            troubles.append(trouble)
            if len(troubles) == TROUBLES:
                break
    if troubles:
        raise troubles[0]
    return again


async def listed(calendar: Calendar, since: str | None, now: datetime) -> Listing:
    """All of its pages, or none. Raises Trouble."""
    try:
        return await _all_pages(calendar, since, now)
    except TokenLost:
        return await _all_pages(calendar, None, now)


async def _all_pages(calendar: Calendar, since: str | None, now: datetime) -> Listing:
    items: list[Item] = []
    more: str | None = None
    for _ in range(MOST_PAGES):
        page = await calendar.changes(since, more, now)
        items += page.items
        more = page.more
        if len(items) > MOST_ITEMS:
            break
        if more is None:
            return Listing(items, page.token, page.whole)
    raise refusals.not_understood(f"It lists more than {MOST_ITEMS} events.")


def _settled(
    connection_id: str, me: str, calendar: Calendar, listing: Listing, clock: Clock
) -> Callable[[Session], list[Errand]]:
    def work(session: Session) -> list[Errand]:
        now = clock.now()
        found = connections.taken(session, connection_id, me, now)
        bookings.settle_room(session, found.room_key, now)
        room = rooms.rooms_by_key(session, [found.room_key])[found.room_key]
        ledger.note(session, found, listing.items, now, whole=listing.whole)
        found.token = listing.token
        if listing.whole:
            found.listed_at = now
            ledger.forget_old(session, found.key, now)
        rows = ledger.in_sight(session, found.key, now)
        errands = hub_side.settle(session, room, rows, found.leads, now, read_only=calendar.read_only)
        found.room_revision = rooms.revisions_of(session, [room.key]).get(room.key, room.revision)
        return errands

    return work


async def _run(
    database: Stored,
    clock: Clock,
    calendar: Calendar,
    errand: Errand,
    stamps: dict[str, str],
    connection_id: str,
    me: str,
) -> bool:
    """Whether the calendar has it now as it is here. `stamps`: what the hub itself has just made of items."""
    now = clock.now()
    seen = errand.at and replace(errand.at, etag=stamps.get(errand.at.remote_id, errand.at.etag))
    try:
        if errand.to is None:
            at = None if seen is None else await calendar.cancel(seen, now)
        elif seen is None:
            at = await calendar.create(errand.booking_id, errand.to, now)
        else:
            at = await calendar.change(seen, errand.to, now)
    except Elsewise:
        return False
    if at is not None:
        stamps[at.remote_id] = at.etag
    await database.write(_told(connection_id, me, errand, at, clock))
    return True


def _told(
    connection_id: str, me: str, errand: Errand, at: Place | None, clock: Clock
) -> Callable[[Session], None]:
    def work(session: Session) -> None:
        now = clock.now()
        found = connections.taken(session, connection_id, me, now)
        if errand.at is None and errand.to is not None and at is not None:
            ledger.placed(session, found.key, errand.booking_id, at, errand.to, now)
            return
        if at is not None:
            ledger.restamp(session, found.key, at)
        row = None if errand.row_key is None else ledger.with_key(session, errand.row_key)
        if row is not None:
            ledger.agree(session, row, errand.to, now)

    return work


def _finished(
    connection_id: str, me: str, calendar: Calendar, clock: Clock, *, again: bool
) -> Callable[[Session], None]:
    def work(session: Session) -> None:
        now = clock.now()
        connections.went_well(connections.taken(session, connection_id, me, now), calendar, now, again=again)

    return work
