"""Digests of a scope, room by room: kept as long as nothing in them changes, so that the bookings of a past month
are read once.

A range is cut where months begin, so that ranges share months, and before yesterday, where most is settled. A digest
is found again by what decides when the room is open, and holds as long as the versions of its bookings are what they
were (`facts.versions`). They tell of weeks around the range too: where they are others, the bookings are read again, and
where they are still the same, so is the digest, and all that was added up from it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from threading import Lock
from typing import Generic, TypeVar

import msgspec
from sqlalchemy.orm import Session

from hub.analytics.digest import Digest, digest_of
from hub.analytics.house_digest import HouseDigest
from hub.analytics.scope import Scope
from hub.analytics.study import Grounds, Study, facts_of, grounds, instants
from hub.bookings.facts import Fact, longest_s, versions

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


@dataclass(frozen=True, slots=True)
class KeptDigest:
    """`digest` was made from bookings with this `fingerprint`, which they had at `versions`."""

    versions: Hashable
    fingerprint: bytes
    digest: Digest


kept: LastUsed[KeptDigest] = LastUsed(MOST_KEPT)
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
    found, missing = {}, []
    for one in some:
        before = kept.get(_identity(one, part))
        if before is not None and before.versions == changed.get(one.key, ()):
            found[one.key] = before.digest
        else:
            missing.append(one)
    for made in _made(session, missing, part, now):
        key = made.of.key
        found[key] = made.digest
        if made.digest.settled:
            kept.keep(
                _identity(made.of, part), KeptDigest(changed.get(key, ()), made.fingerprint, made.digest)
            )
    return {one.key: found[one.key] for one in some}


def _identity(one: Grounds, part: Scope) -> Hashable:
    room = one.history.room
    open_time = (room.building.time_zone, one.hours, one.closures_in(part), one.away)
    return (one.key, part.from_day, part.to_day, part.department, room.capacity, open_time)


@dataclass(frozen=True, slots=True)
class Made:
    of: Grounds
    fingerprint: bytes
    digest: Digest


def _made(session: Session, some: Sequence[Grounds], part: Scope, now: datetime) -> Iterator[Made]:
    facts = facts_of(session, some, part, now, longest_s(session)) if some else {}
    for one in some:
        everybodys = facts.get(one.key, [])
        fingerprint = blake2b(msgspec.msgpack.encode(everybodys)).digest()
        before = kept.get(_identity(one, part))
        if before is not None and before.fingerprint == fingerprint:
            yield Made(one, fingerprint, before.digest)
        else:
            yield Made(one, fingerprint, _digest(one, everybodys, part))


def _digest(one: Grounds, everybodys: Sequence[Fact], part: Scope) -> Digest:
    theirs = [fact for fact in everybodys if part.department in {None, fact.department}]
    return digest_of(theirs, everybodys, one.open_in(part), one.history.room.capacity)
