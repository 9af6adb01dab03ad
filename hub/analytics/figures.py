"""The numbers of every report, from sums that add up: each ratio is of two of them, and null over nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hub.analytics.local_time import DAY_S, HOUR_S
from hub.analytics.open_time import OpenTime
from hub.analytics.study import Fact, Study

Key = TypeVar("Key", bound=Hashable)


@dataclass(slots=True)
class Sums:
    """Seconds and counts. docs/analytics.md has what each is."""

    available_s: int = 0
    booked_s: int = 0
    used_s: int = 0
    unverified_s: int = 0
    outside_s: int = 0
    lost_s: int = 0
    recovered_s: int = 0
    rebooked_s: int = 0
    bookings: int = 0
    cancelled: int = 0
    walk_ups: int = 0
    exempt: int = 0
    held: int = 0
    required: int = 0
    ghosts: int = 0
    meetings: int = 0
    attendance_known: int = 0
    attendees: int = 0
    seats: int = 0

    def count(self, fact: Fact, capacity: int) -> None:
        """Once, where it starts."""
        self.cancelled += fact.withdrawn
        if not fact.counts:
            return
        self.bookings += 1
        self.walk_ups += fact.walk_up
        self.exempt += fact.exempt
        self.held += fact.held
        self.required += fact.required
        self.ghosts += fact.ghost
        if fact.used_until > fact.starts:
            self.meetings += 1
            if fact.attended is not None:
                self.attendance_known += 1
                self.attendees += fact.attended
                self.seats += capacity


def ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


Kept = Sequence[tuple[int, int]]
"""What was taken of a room, in order of start."""


def kept_by_room(facts: Iterable[Fact]) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {}
    for fact in facts:
        if fact.taken_until > fact.starts:
            found.setdefault(fact.room_key, []).append((fact.starts, fact.taken_until))
    return found


def rebooked(fact: Fact, kept: Kept) -> list[tuple[int, int]]:
    """What others took of the time that a ghost gave back."""
    found = []
    index = bisect_left(kept, (fact.ends,)) - 1
    while index >= 0 and kept[index][1] > fact.released:
        found.append((max(kept[index][0], fact.released), min(kept[index][1], fact.ends)))
        index -= 1
    return [(begins, ends) for begins, ends in found if begins < ends]


def shares(fact: Fact, kept: Kept) -> dict[str, list[tuple[int, int]]]:
    """The spans of a booking that count as each sum of seconds."""
    if not fact.counts:
        return {}
    found = {"booked_s": [(fact.starts, fact.ends)]}
    if fact.used_until > fact.starts:
        found["used_s"] = [(fact.starts, fact.used_until)]
        if not fact.verified:
            found["unverified_s"] = found["used_s"]
    if fact.ghost:
        released = min(fact.released, fact.ends)
        found["lost_s"] = [(fact.starts, released)]
        found["recovered_s"] = [(released, fact.ends)]
        found["rebooked_s"] = rebooked(fact, kept)
    return found


def outside_s(fact: Fact, open_time: OpenTime) -> int:
    """Booked, in the range, but not in open time."""
    whole = sum(piece.ends - piece.begins for piece in open_time.clipped(fact.starts, fact.ends))
    return whole - open_time.overlap_s(fact.starts, fact.ends)


def tally(study: Study, key_of: Callable[[Fact], Key]) -> dict[Key, Sums]:
    """What bookings add to each key's sums; `available_s` is left to who knows which rooms a key is of."""
    found: dict[Key, Sums] = {}
    kept = kept_by_room(study.everybodys)
    rooms = study.by_key
    for fact in study.facts:
        sums = found.setdefault(key_of(fact), Sums())
        open_time = study.open[fact.room_key]
        if open_time.local(fact.starts) is not None:
            sums.count(fact, rooms[fact.room_key].room.capacity)
        for name, spans in shares(fact, kept.get(fact.room_key, ())).items():
            seconds = sum(open_time.overlap_s(begins, ends) for begins, ends in spans)
            setattr(sums, name, getattr(sums, name) + seconds)
        if fact.counts:
            sums.outside_s += outside_s(fact, open_time)
    return found


Slot = TypeVar("Slot", bound=Hashable)


def tally_in_time(
    study: Study, slot_of: Callable[[int, int], Slot], *, counted: bool = True
) -> dict[Slot, Sums]:
    """The sums of each slot of local time; `slot_of` tells it from the local day (days since 1970) and the hour.

    A booking adds to every slot that it touches, but is counted once, in that of its start.
    """
    found: dict[Slot, Sums] = {}
    kept = kept_by_room(study.everybodys)
    rooms = study.by_key
    for day, hour, seconds in _available(study):
        found.setdefault(slot_of(day, hour), Sums()).available_s += seconds
    for fact in study.facts:
        open_time = study.open[fact.room_key]
        local = open_time.local(fact.starts)
        if counted and local is not None:
            slot = slot_of(local // DAY_S, local % DAY_S // HOUR_S)
            found.setdefault(slot, Sums()).count(fact, rooms[fact.room_key].room.capacity)
        for name, spans in shares(fact, kept.get(fact.room_key, ())).items():
            for begins, ends in spans:
                for day, hour, seconds in open_time.hours(begins, ends):
                    sums = found.setdefault(slot_of(day, hour), Sums())
                    setattr(sums, name, getattr(sums, name) + seconds)
    return found


def _available(study: Study) -> Iterator[tuple[int, int, int]]:
    """Rooms that share their open time are gone through once."""
    alike: dict[int, list[OpenTime]] = {}
    for one in study.open.values():
        alike.setdefault(id(one), []).append(one)
    for some in alike.values():
        for day, hour, seconds in some[0].all_hours():
            yield day, hour, seconds * len(some)
