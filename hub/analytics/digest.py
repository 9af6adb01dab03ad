"""What a room's bookings of some days come to: every sum that a report could ask for, so that it adds up few
numbers instead of many bookings. Digests of days that follow each other add up to that of all of them."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from hub.analytics.figures import Kept, Sums, kept_by_room, outside_s, shares
from hub.analytics.local_time import DAY_S, weekday_of
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
    hours: dict[tuple[int, int], list[int]] = {}
    for fact in facts:
        one = Sums()
        _count(found, one, fact, open_time, capacity)
        _spend(found, hours, one, fact, open_time, kept)
        _use(found.used, fact, open_time)
        _attribute(found, one, fact)
    found.hours = {slot: (booked, used) for slot, (booked, used) in hours.items()}
    return found


def _count(found: Digest, one: Sums, fact: Fact, open_time: OpenTime, capacity: int) -> None:
    local = open_time.local(fact.starts)
    if local is None:
        return
    one.count(fact, capacity)
    _at(found.days, local // DAY_S).count(fact, capacity)
    if fact.counts and fact.attended is not None and fact.used_until > fact.starts:
        found.counts.append(fact.attended)


def _at(some: dict[Key, Sums], key: Key) -> Sums:
    found = some.get(key)
    if found is None:
        found = some[key] = Sums()
    return found


def _spend(
    found: Digest,
    hours: dict[tuple[int, int], list[int]],
    one: Sums,
    fact: Fact,
    open_time: OpenTime,
    kept: Kept,
) -> None:
    """The seconds, each where it falls."""
    for name, spans in shares(fact, kept).items():
        place = _PLACE.get(name)
        for begins, ends in spans:
            for day, hour, seconds in open_time.hours(begins, ends):
                sums = _at(found.days, day)
                setattr(sums, name, getattr(sums, name) + seconds)
                setattr(one, name, getattr(one, name) + seconds)
                if place is not None:
                    hours.setdefault((weekday_of(day), hour), [0, 0])[place] += seconds
    if fact.counts:
        one.outside_s += outside_s(fact, open_time)


_PLACE = {"booked_s": 0, "used_s": 1}


def _use(used: dict[int, array[int]], fact: Fact, open_time: OpenTime) -> None:
    if fact.used_until <= fact.starts:
        return
    for day, begins, ends in _days(fact, open_time):
        used.setdefault(day, array("q")).extend((2 * begins + 1, 2 * ends))


def _days(fact: Fact, open_time: OpenTime) -> Iterator[tuple[int, int, int]]:
    """When it was used, cut at each local midnight."""
    for piece in open_time.clipped(fact.starts, fact.used_until):
        at, until = piece.begins + piece.offset_s, piece.ends + piece.offset_s
        while at < until:
            step = min(until, at - at % DAY_S + DAY_S)
            yield at // DAY_S, at - piece.offset_s, step - piece.offset_s
            at = step


def _attribute(found: Digest, one: Sums, fact: Fact) -> None:
    found.whole.add(one)
    _at(found.departments, fact.department).add(one)
    ghosting = Ghosting(one.required, one.ghosts, one.lost_s, (fact.starts, fact.id))
    if fact.organizer_key is not None:
        key = (fact.organizer_key, bool(fact.private))
        found.organizers.setdefault(key, Ghosting()).add(ghosting)
    if fact.series_id is not None:
        found.series.setdefault(fact.series_id, Ghosting()).add(ghosting)
