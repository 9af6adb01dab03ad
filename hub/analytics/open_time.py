"""When a room could be used: opening hours, less closures, less when it was out of service or not there.

Pure. All that reports add up is within this time; `overlap` is exact, in seconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hub.analytics.local_time import DAY_S, HOUR_S, Stretch, weekday_of

Span = tuple[int, int]
"""`[begins, ends)`."""
WeeklyHours = tuple[tuple[int, int, int], ...]
"""Weekday (ISO), and the minutes after local midnight at which it opens and closes."""
DayClosures = tuple[tuple[int, int, int, int], ...]
"""First day, day after the last (days since 1970), and the minutes between which it is closed on each."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Open time within one stretch."""

    begins: int
    ends: int
    offset_s: int


class OpenTime:
    """A room's, in one range. Rooms with the same hours share one."""

    __slots__ = ("_before", "_begins", "pieces", "stretches")

    def __init__(self, pieces: Sequence[Piece], stretches: Sequence[Stretch]) -> None:
        """`pieces`: apart, and in order."""
        self.pieces = pieces
        self.stretches = stretches
        self._begins = [one.begins for one in pieces]
        self._before = [0]
        for one in pieces:
            self._before.append(self._before[-1] + one.ends - one.begins)

    @property
    def total_s(self) -> int:
        return self._before[-1]

    def overlap_s(self, begins: int, ends: int) -> int:
        """How much of `[begins, ends)` is open time."""
        return self._until(ends) - self._until(begins) if begins < ends else 0

    def _until(self, at: int) -> int:
        index = bisect_right(self._begins, at) - 1
        if index < 0:
            return 0
        one = self.pieces[index]
        return self._before[index] + min(at, one.ends) - one.begins

    def hours(self, begins: int, ends: int) -> Iterator[tuple[int, int, int]]:
        """The open time in `[begins, ends)` as local day, hour of it, and seconds."""
        index = max(0, bisect_right(self._begins, begins) - 1)
        while index < len(self.pieces) and self.pieces[index].begins < ends:
            one = self.pieces[index]
            yield from _hours(max(begins, one.begins) + one.offset_s, min(ends, one.ends) + one.offset_s)
            index += 1

    def hours_of_range(self, begins: int, ends: int) -> Iterator[tuple[int, int, int]]:
        """The same of all time in the range, open or not."""
        for begin, end, offset_s in self.clipped(begins, ends):
            yield from _hours(begin + offset_s, end + offset_s)

    def all_hours(self) -> Iterator[tuple[int, int, int]]:
        if self.pieces:
            yield from self.hours(self.pieces[0].begins, self.pieces[-1].ends)

    def local(self, at: int) -> int | None:
        """The wall clock at that instant, in seconds since 1970; None where it is not in the range."""
        return next((at + one.offset_s for one in self.stretches if one.begins <= at < one.ends), None)

    def clipped(self, begins: int, ends: int) -> list[tuple[int, int, int]]:
        """What of `[begins, ends)` is in the range, open or not: each with its offset."""
        return [
            (max(begins, one.begins), min(ends, one.ends), one.offset_s)
            for one in self.stretches
            if one.begins < ends and begins < one.ends and begins < ends
        ]

    def within_s(self, begins: int, ends: int) -> int:
        """How much of `[begins, ends)` is in the range, open or not."""
        return sum(end - begin for begin, end, _ in self.clipped(begins, ends))

    def spread(self, by_hour: dict[int, int], begins: int, ends: int) -> int:
        """Adds the open time in `[begins, ends)` to that of each local hour (since 1970). How much it is."""
        index, whole_s = max(0, bisect_right(self._begins, begins) - 1), 0
        while index < len(self.pieces) and self._begins[index] < ends:
            one = self.pieces[index]
            at, until = max(begins, one.begins) + one.offset_s, min(ends, one.ends) + one.offset_s
            whole_s += max(0, until - at)
            while at < until:
                hour = at // HOUR_S
                step = min(until, hour * HOUR_S + HOUR_S)
                by_hour[hour] = by_hour.get(hour, 0) + step - at
                at = step
            index += 1
        return whole_s


def _hours(at: int, until: int) -> Iterator[tuple[int, int, int]]:
    """Local seconds, cut at each full hour."""
    while at < until:
        step = min(until, at - at % HOUR_S + HOUR_S)
        yield at // DAY_S, at % DAY_S // HOUR_S, step - at
        at = step


@lru_cache(maxsize=256)
def opening(stretches: tuple[Stretch, ...], hours: WeeklyHours, closures: DayClosures) -> OpenTime:
    """What is open by the hours of a building's rooms, before each room's own history."""
    return OpenTime(tuple(_pieces(stretches, hours, closures)), stretches)


def _pieces(stretches: Iterable[Stretch], hours: WeeklyHours, closures: DayClosures) -> Iterator[Piece]:
    by_weekday = {
        weekday: merged([(opens * 60, closes * 60) for day, opens, closes in hours if day == weekday])
        for weekday in range(1, 8)
    }
    for one in stretches:
        first, last = one.begins + one.offset_s, one.ends + one.offset_s
        for day in range(first // DAY_S, -(-last // DAY_S)):
            closed = [
                (closes * 60, opens * 60) for begin, end, closes, opens in closures if begin <= day < end
            ]
            for opens, closes in without(by_weekday[weekday_of(day)], closed):
                begins, ends = max(first, day * DAY_S + opens), min(last, day * DAY_S + closes)
                if begins < ends:
                    yield Piece(begins - one.offset_s, ends - one.offset_s, one.offset_s)


def less(open_time: OpenTime, closed: Sequence[Span]) -> OpenTime:
    """The same, but for what a room's own history takes away."""
    if not closed:
        return open_time
    apart = merged(closed)
    return OpenTime(
        [
            Piece(begins, ends, one.offset_s)
            for one in open_time.pieces
            for begins, ends in without([(one.begins, one.ends)], apart)
        ],
        open_time.stretches,
    )


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time in as few spans as can be, in order."""
    found: list[Span] = []
    for begins, ends in sorted(spans):
        if begins >= ends:
            continue
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return found


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of `spans`; both are in order and apart, but `taken` need not be."""
    apart = merged(taken)
    found = []
    for begins, ends in spans:
        at = begins
        for low, high in apart:
            if high > at and low < ends:
                if low > at:
                    found.append((at, low))
                at = max(at, high)
        if at < ends:
            found.append((at, ends))
    return found
