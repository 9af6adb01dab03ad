"""Digests of a scope, room by room: kept as long as nothing in them changes, so that the bookings of a past month
are read once.

A range is cut where months begin, so that ranges share months, and before yesterday, where most is settled. A digest
is found again by all that it was made from: the room's open time, and the versions of its bookings (`facts.versions`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from hub.analytics.digest import Digest, digest_of
from hub.analytics.house_digest import HouseDigest
from hub.analytics.scope import Scope
from hub.analytics.study import Grounds, Study, facts_of, grounds, instants
from hub.bookings.facts import longest_s, versions

MOST_KEPT = 5000
"""A year of 400 rooms. A digest of a busy month takes about 20 kB."""


MOST_HOUSES = 40
"""Parts of ranges whose rooms are added up already."""

Kept = TypeVar("Kept")


class LastUsed(Generic[Kept]):
    """Those that were used last, up to `most`; for any thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Kept | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def keep(self, key: Hashable, one: Kept) -> None:
        with self._lock:
            self._kept[key] = one
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()

    def __len__(self) -> int:
        return len(self._kept)


kept: LastUsed[Digest] = LastUsed(MOST_KEPT)
houses: LastUsed[HouseDigest] = LastUsed(MOST_HOUSES)


def forget() -> None:
    kept.forget()
    houses.forget()


def study(session: Session, scope: Scope, now: datetime) -> Study:
    """Raises Refused for a range that is none, NotFound for what it is narrowed to."""
    some = grounds(session, scope)
    digests: dict[int, list[Digest]] = {one.key: [] for one in some}
    together = []
    for part in parts(scope, now) if some else ():
        found = _digests(session, some, part, now)
        together.append(_house(list(found.values())))
        for key, digest in found.items():
            digests[key].append(digest)
    opens = {one.key: one.open_in(scope) for one in some}
    return Study(scope, [one.history for one in some], opens, digests, together)


def _house(digests: Sequence[Digest]) -> HouseDigest:
    """The very digests are what it is found by: who keeps it keeps them."""
    key = tuple(map(id, digests))
    found = houses.get(key)
    if found is None:
        found = HouseDigest(digests)
        if all(one.settled for one in digests):
            houses.keep(key, found)
    return found


def parts(scope: Scope, now: datetime) -> Iterator[Scope]:
    """The scope's days, in parts that follow each other."""
    settled = now.astimezone(UTC).date() - timedelta(days=1)
    begins = scope.from_day
    while begins < scope.to_day:
        cuts = [_next_month(begins), scope.to_day, *([settled] if begins < settled else [])]
        ends = min(cuts)
        yield replace(scope, from_day=begins, to_day=ends)
        begins = ends


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _digests(session: Session, some: Sequence[Grounds], part: Scope, now: datetime) -> dict[int, Digest]:
    changed = versions(session, *instants(some, part))
    keys = {one.key: _identity(one, part, changed.get(one.key, ())) for one in some}
    found = {one.key: kept.get(keys[one.key]) for one in some}
    missing = [one for one in some if found[one.key] is None]
    made = _made(session, missing, part, now)
    for key, digest in made.items():
        if digest.settled:
            kept.keep(keys[key], digest)
    return {key: made[key] if digest is None else digest for key, digest in found.items()}


def _identity(one: Grounds, part: Scope, changed: Hashable) -> Hashable:
    room = one.history.room
    closed = one.closures_in(part)
    open_time = (room.building.time_zone, one.hours, closed, one.away)
    return (one.key, part.from_day, part.to_day, part.department, room.capacity, changed, open_time)


def _made(session: Session, some: Sequence[Grounds], part: Scope, now: datetime) -> dict[int, Digest]:
    if not some:
        return {}
    facts = facts_of(session, some, part, now, longest_s(session))
    made = {}
    for one in some:
        everybodys = facts.get(one.key, [])
        theirs = (
            everybodys
            if part.department is None
            else [fact for fact in everybodys if fact.department == part.department]
        )
        made[one.key] = digest_of(theirs, everybodys, one.open_in(part), one.history.room.capacity)
    return made
