"""The numbers of every report, from sums that add up: each ratio is of two of them, and null over nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hub.bookings.facts import Fact


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

    def add(self, other: Sums) -> None:
        self.available_s += other.available_s
        self.booked_s += other.booked_s
        self.used_s += other.used_s
        self.unverified_s += other.unverified_s
        self.outside_s += other.outside_s
        self.lost_s += other.lost_s
        self.recovered_s += other.recovered_s
        self.rebooked_s += other.rebooked_s
        self.bookings += other.bookings
        self.cancelled += other.cancelled
        self.walk_ups += other.walk_ups
        self.exempt += other.exempt
        self.held += other.held
        self.required += other.required
        self.ghosts += other.ghosts
        self.meetings += other.meetings
        self.attendance_known += other.attendance_known
        self.attendees += other.attendees
        self.seats += other.seats


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
