"""The bookings behind a number: what each adds to it, so that the list adds up to what the report says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hub.accounts import service as accounts
from hub.accounts.service import Account
from hub.analytics.figures import Kept, kept_by_room, shares
from hub.analytics.local_time import DAY_S, HOUR_S, weekday_of
from hub.analytics.open_time import OpenTime
from hub.analytics.records import Measure
from hub.analytics.scope import Scope
from hub.analytics.study import facts_of, grounds
from hub.bookings import service as bookings
from hub.bookings.facts import Fact, longest_s
from hub.bookings.service import BookingRecord

SECONDS: dict[str, str] = {
    "bookedMinutes": "booked_s",
    "usedMinutes": "used_s",
    "unverifiedMinutes": "unverified_s",
    "lostMinutes": "lost_s",
    "recoveredMinutes": "recovered_s",
    "rebookedMinutes": "rebooked_s",
}


def _used(fact: Fact) -> bool:
    return bool(fact.counts) and fact.used_until > fact.starts


COUNTED: dict[str, Callable[[Fact], bool]] = {
    "bookings": lambda fact: bool(fact.counts),
    "cancelled": lambda fact: bool(fact.withdrawn),
    "walkUps": lambda fact: bool(fact.counts and fact.walk_up),
    "exempt": lambda fact: bool(fact.exempt),
    "held": lambda fact: bool(fact.counts and fact.held),
    "checkInRequired": lambda fact: bool(fact.required),
    "ghosts": lambda fact: bool(fact.ghost),
    "meetings": _used,
    "attendanceKnown": lambda fact: _used(fact) and fact.attended is not None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Which number. `weekday` (ISO) and `hour`, local, narrow to a cell of the heat map, the ids to whom or what
    the report on ghosting names: private bookings are behind no organizer, but for admins."""

    measure: Measure
    weekday: int | None = None
    hour: int | None = None
    organizer_id: str | None = None
    series_id: str | None = None


@dataclass(frozen=True, slots=True)
class BehindIt:
    """A booking, and how many minutes of it are in the number; None where bookings are counted."""

    booking: BookingRecord
    minutes: float | None


def behind(
    session: Session,
    scope: Scope,
    wanted: Behind,
    who: Account,
    after: tuple[int, int] | None,
    limit: int,
    now: datetime,
) -> tuple[list[BehindIt], int, float | None, tuple[int, int] | None]:
    """Up to `limit` bookings by start, after start and key of the last one seen; how many there are in all and
    their minutes; and start and key of the last, where there are more."""
    rooms = grounds(session, scope)
    opens = {one.key: one.open_in(scope) for one in rooms}
    by_room = facts_of(session, rooms, scope, now, longest_s(session))
    everybodys = [fact for one in rooms for fact in by_room.get(one.key, ())]
    kept = kept_by_room(everybodys)
    theirs = (fact for fact in everybodys if scope.department in {None, fact.department})
    told = []
    for fact in _named(session, theirs, wanted, who):
        seconds = _seconds(fact, wanted, opens[fact.room_key], kept.get(fact.room_key, ()))
        if seconds:
            told.append((int(fact.starts), int(fact.key), str(fact.id), seconds))
    told.sort()
    timed = wanted.measure not in COUNTED
    some = [one for one in told if after is None or one[:2] > after]
    page = some[:limit]
    records = bookings.bookings_with_ids(session, [one[2] for one in page], now)
    return (
        [BehindIt(records[one[2]], one[3] / 60 if timed else None) for one in page],
        len(told),
        sum(one[3] for one in told) / 60 if timed else None,
        page[-1][:2] if len(some) > limit else None,
    )


def _named(session: Session, facts: Iterable[Fact], wanted: Behind, who: Account) -> Iterator[Fact]:
    organizer = (
        None if wanted.organizer_id is None else accounts.account_with_id(session, wanted.organizer_id)
    )
    for fact in facts:
        open_to_all = who.is_admin or not fact.private
        if organizer is not None and not (open_to_all and fact.organizer_key == organizer.key):
            continue
        if wanted.series_id in {None, fact.series_id}:
            yield fact


def _seconds(fact: Fact, wanted: Behind, open_time: OpenTime, kept: Kept) -> int:
    """How much of the booking is in the number; 1 where it is counted, 0 where it is not in it."""
    if wanted.measure in COUNTED:
        local = open_time.local(fact.starts)
        there = local is not None and _in_cell(wanted, local // DAY_S, local % DAY_S // HOUR_S)
        return int(there and COUNTED[wanted.measure](fact))
    if wanted.measure == "outsideMinutes":
        return _outside_s(fact, wanted, open_time)
    spans = shares(fact, kept).get(SECONDS[wanted.measure], [])
    return sum(
        seconds
        for begins, ends in spans
        for day, hour, seconds in open_time.hours(begins, ends)
        if _in_cell(wanted, day, hour)
    )


def _outside_s(fact: Fact, wanted: Behind, open_time: OpenTime) -> int:
    if not fact.counts:
        return 0
    whole = sum(
        seconds
        for day, hour, seconds in open_time.hours_of_range(fact.starts, fact.ends)
        if _in_cell(wanted, day, hour)
    )
    return whole - sum(
        seconds
        for day, hour, seconds in open_time.hours(fact.starts, fact.ends)
        if _in_cell(wanted, day, hour)
    )


def _in_cell(wanted: Behind, day: int, hour: int) -> bool:
    return wanted.weekday in {None, weekday_of(day)} and wanted.hour in {None, hour}
