"""What a room's bookings of some days come to: every sum that a report could ask for, so that it adds up few
numbers instead of many bookings. Digests of days that follow each other add up to that of all of them."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from hub.analytics.figures import Kept, Sums, kept_by_room, shares
from hub.analytics.local_time import DAY_HOURS, DAY_S, weekday_of
from hub.analytics.open_time import OpenTime
from hub.bookings.facts import Fact

Key = TypeVar("Key", bound=Hashable)


@dataclass(slots=True)
class Ghosting:
    """Of one organizer, or one series. `last`: start and id of the latest booking."""

    required: int = 0
    ghosts: int = 0
    lost_s: int = 0
    last: tuple[int, str] = (0, "")

    def add(self, other: Ghosting) -> None:
        self.required += other.required
        self.ghosts += other.ghosts
        self.lost_s += other.lost_s
        self.last = max(self.last, other.last)


@dataclass(slots=True, eq=False)
class Digest:
    """`days` by local day (since 1970); `hours` by ISO weekday and hour: booked and used seconds, and no more.
    `counts`: the people of each meeting whose people were counted. `used`: begins and ends of use, by local day, each
    as twice its instant, one more for a begin: so that ends come first where both are at the same moment.
    `settled`: time alone changes nothing in it any more."""

    whole: Sums = field(default_factory=Sums)
    departments: dict[str | None, Sums] = field(default_factory=dict)
    organizers: dict[tuple[int, bool], Ghosting] = field(default_factory=dict)
    """By organizer, and whether the bookings were private."""
    series: dict[str, Ghosting] = field(default_factory=dict)
    days: dict[int, Sums] = field(default_factory=dict)
    hours: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    counts: list[int] = field(default_factory=list)
    used: dict[int, array[int]] = field(default_factory=dict)
    any: bool = False
    settled: bool = True


def digest_of(
    facts: Sequence[Fact], everybodys: Sequence[Fact], open_time: OpenTime, capacity: int
) -> Digest:
    """`facts`: the bookings of one room that are asked about; `everybodys`: all of them."""
    found = Digest(any=bool(facts), settled=all(fact.settled for fact in everybodys))
    kept = next(iter(kept_by_room(everybodys).values()), ())
    spent: Spent = {}
    for fact in facts:
        theirs = _at(found.departments, fact.department)
        starts_here = _count(found, theirs, fact, open_time, capacity)
        lost_s = _spend(spent, theirs, fact, open_time, kept)
        _use(found.used, fact, open_time)
        _attribute(found, fact, lost_s, starts_here=starts_here)
    _fold(found, spent)
    return found


Spent = dict[str, dict[int, int]]
"""By the name of the sum, and the local hour since 1970: seconds."""


def _count(found: Digest, theirs: Sums, fact: Fact, open_time: OpenTime, capacity: int) -> bool:
    """Whether it starts in the range, and is counted here."""
    local = open_time.local(fact.starts)
    if local is None:
        return False
    theirs.count(fact, capacity)
    _at(found.days, local // DAY_S).count(fact, capacity)
    if fact.counts and fact.attended is not None and fact.used_until > fact.starts:
        found.counts.append(fact.attended)
    return True


def _at(some: dict[Key, Sums], key: Key) -> Sums:
    found = some.get(key)
    if found is None:
        found = some[key] = Sums()
    return found


def _spend(spent: Spent, theirs: Sums, fact: Fact, open_time: OpenTime, kept: Kept) -> int:
    """The seconds, each where it falls. How many were lost."""
    told = {"booked_s": 0, "lost_s": 0}
    for name, spans in shares(fact, kept).items():
        by_hour = spent.setdefault(name, {})
        told[name] = sum(open_time.spread(by_hour, begins, ends) for begins, ends in spans)
        setattr(theirs, name, getattr(theirs, name) + told[name])
    if fact.counts:
        theirs.outside_s += open_time.within_s(fact.starts, fact.ends) - told["booked_s"]
    return told["lost_s"]


def _use(used: dict[int, array[int]], fact: Fact, open_time: OpenTime) -> None:
    if fact.used_until <= fact.starts:
        return
    for day, begins, ends in _days(fact, open_time):
        used.setdefault(day, array("q")).extend((2 * begins + 1, 2 * ends))


def _days(fact: Fact, open_time: OpenTime) -> Iterator[tuple[int, int, int]]:
    """When it was used, cut at each local midnight."""
    for begins, ends, offset_s in open_time.clipped(fact.starts, fact.used_until):
        at, until = begins + offset_s, ends + offset_s
        while at < until:
            step = min(until, at - at % DAY_S + DAY_S)
            yield at // DAY_S, at - offset_s, step - offset_s
            at = step


def _attribute(found: Digest, fact: Fact, lost_s: int, *, starts_here: bool) -> None:
    required, ghosts = (fact.required, fact.ghost) if starts_here and fact.counts else (0, 0)
    ghosting = Ghosting(required, ghosts, lost_s, (fact.starts, fact.id))
    if fact.organizer_key is not None:
        _add(found.organizers, (fact.organizer_key, bool(fact.private)), ghosting)
    if fact.series_id is not None:
        _add(found.series, fact.series_id, ghosting)


def _add(some: dict[Key, Ghosting], key: Key, one: Ghosting) -> None:
    some.setdefault(key, Ghosting()).add(one)


def _fold(found: Digest, spent: Spent) -> None:
    """What was added up by hour and by department: by day, by hour of the week, and altogether."""
    for name, by_hour in spent.items():
        for hour, seconds in by_hour.items():
            sums = _at(found.days, hour // DAY_HOURS)
            setattr(sums, name, getattr(sums, name) + seconds)
    booked, used = (_by_weekday(spent.get(name, {})) for name in ("booked_s", "used_s"))
    found.hours = {slot: (booked.get(slot, 0), used.get(slot, 0)) for slot in booked | used}
    for theirs in found.departments.values():
        found.whole.add(theirs)


def _by_weekday(by_hour: dict[int, int]) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for hour, seconds in by_hour.items():
        slot = weekday_of(hour // DAY_HOURS), hour % DAY_HOURS
        found[slot] = found.get(slot, 0) + seconds
    return found
