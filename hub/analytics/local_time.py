"""Local time as arithmetic: a range of local dates is a few stretches of instants, each with one offset.

Within a stretch the wall clock is `unix + offset_s`; what the clock skips is in no stretch, and what it shows
twice is in two. So days have 23 or 25 hours, and hours 0 or 120 minutes, without a case for it anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

HOUR_S = 3600
DAY_HOURS = 24
DAY_S = DAY_HOURS * HOUR_S
_EPOCH = date(1970, 1, 1)
_LOOKS_EVERY_S = 3 * HOUR_S
_FURTHEST_S = 26 * HOUR_S
"""No zone is further from UTC."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """`[begins, ends)` in seconds since 1970; `offset_s` is local time less UTC."""

    begins: int
    ends: int
    offset_s: int


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    return _EPOCH + timedelta(days=number)


def weekday_of(number: int) -> int:
    """ISO: Monday is 1. The first of January 1970 was a Thursday."""
    return (number + 3) % 7 + 1


@lru_cache(maxsize=256)
def stretches(zone: ZoneInfo, from_day: date, to_day: date) -> tuple[Stretch, ...]:
    """Every instant whose local date is in `[from_day, to_day)`."""
    first, last = day_number(from_day) * DAY_S, day_number(to_day) * DAY_S
    found = []
    for one in _constant(zone, first - _FURTHEST_S, last + _FURTHEST_S):
        begins, ends = max(one.begins, first - one.offset_s), min(one.ends, last - one.offset_s)
        if begins < ends:
            found.append(Stretch(begins, ends, one.offset_s))
    return tuple(found)


def _constant(zone: ZoneInfo, begins: int, ends: int) -> Iterator[Stretch]:
    """`[begins, ends)` cut where the zone's offset changes."""
    at, offset_s = begins, _offset_s(zone, begins)
    for look in range(begins, ends, _LOOKS_EVERY_S):
        upto = min(look + _LOOKS_EVERY_S, ends)
        if _offset_s(zone, upto) != offset_s:
            change = _first_change(zone, look, upto)
            yield Stretch(at, change, offset_s)
            at, offset_s = change, _offset_s(zone, change)
    yield Stretch(at, ends, offset_s)


def _first_change(zone: ZoneInfo, low: int, high: int) -> int:
    """The first second in `(low, high]` that has another offset than `low`."""
    before = _offset_s(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset_s(zone, middle) == before else (low, middle)
    return high


def _offset_s(zone: ZoneInfo, at: int) -> int:
    offset = datetime.fromtimestamp(at, zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0
