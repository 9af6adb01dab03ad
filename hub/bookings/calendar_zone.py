"""A time zone that an iCalendar file defines itself (RFC 5545, 3.6.5): when its clock changes, worked out once."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone, tzinfo
from itertools import islice

from hub.bookings.recurrence import YEARLY, starts, understood
from hub.errors import Refused

_FIRST_YEAR, _LAST = 1968, datetime(2200, 12, 31)  # noqa: DTZ001  what a clock shows
_MOST_PARTS = 200
_WALL = re.compile(r"(\d{8}T\d{6})Z?", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?", re.ASCII)

Change = tuple[datetime, timedelta, timedelta]
"""What the clock shows when it is changed, and its offsets from UTC before and after."""


class NotAZone(ValueError):
    """Raised when a definition can't be understood."""


class FileZone(tzinfo):
    """Before its first change the clock shows what it showed just before it."""

    def __init__(self, changes: Iterable[Change]) -> None:
        """Raises NotAZone without any."""
        found = sorted((wall - before, before, after) for wall, before, after in changes)
        if not found:
            raise NotAZone
        self._offsets = [found[0][1], *(after for _, _, after in found)]
        self._at = [at for at, _, _ in found]
        self._first = [at + max(before, after) for at, before, after in found]
        self._second = [at + min(before, after) for at, before, after in found]

    def utcoffset(self, wall: datetime | None) -> timedelta:
        """A time that comes twice, or not at all, is told apart by `fold` (PEP 495)."""
        if wall is None:
            return self._offsets[-1]
        changes = self._second if wall.fold else self._first
        return self._offsets[bisect_right(changes, wall.replace(tzinfo=None, fold=0))]

    def fromutc(self, at: datetime) -> datetime:
        offset = self._offsets[bisect_right(self._at, at.replace(tzinfo=None))]
        wall = at + offset
        return wall if self.utcoffset(wall) == offset else wall.replace(fold=1)

    def dst(self, _: datetime | None) -> None:
        """Nobody asks."""

    def tzname(self, _: datetime | None) -> None:
        """Nobody asks."""


def zone_from(lines: Iterable[bytes]) -> FileZone:
    """The zone of a VTIMEZONE's unfolded lines. Raises NotAZone."""
    try:
        return FileZone(change for part in islice(_parts(lines), _MOST_PARTS) for change in _changes(part))
    except (Refused, OverflowError) as error:
        raise NotAZone from error


def _parts(lines: Iterable[bytes]) -> Iterator[dict[str, list[str]]]:
    """The properties of each STANDARD and DAYLIGHT."""
    part: dict[str, list[str]] | None = None
    for line in lines:
        name, _, value = line.decode("ascii", "replace").rpartition(":")
        name, value = name.partition(";")[0].strip().upper(), value.strip().upper()
        if (name, value) in {("BEGIN", "STANDARD"), ("BEGIN", "DAYLIGHT")}:
            part = {}
        elif name == "END" and part is not None:
            yield part
            part = None
        elif part is not None:
            part.setdefault(name, []).append(value)


def _changes(part: dict[str, list[str]]) -> Iterator[Change]:
    before, after = (_offset(part, name) for name in ("TZOFFSETFROM", "TZOFFSETTO"))
    first = _wall(part.get("DTSTART", [""])[0])
    also = [_wall(value) for values in part.get("RDATE", []) for value in values.split(",")]
    yield from ((wall, before, after) for wall in {first, *also})
    for written in part.get("RRULE", [])[:1]:  # RFC 5545, 3.6.5: at most once
        rule = understood(written, timezone(before))
        if rule.freq != YEARLY:
            raise NotAZone
        near = first
        if first.year < _FIRST_YEAR and rule.interval == 1 and rule.count is None and rule.by_month:
            near = datetime(_FIRST_YEAR, 1, 1, first.hour, first.minute, first.second)  # noqa: DTZ001
        for number, wall in enumerate(starts(rule, near, min(rule.until or _LAST, _LAST))):
            if number == rule.count:
                break
            yield wall, before, after


def _wall(value: str) -> datetime:
    match = _WALL.fullmatch(value)
    if match is None:
        raise NotAZone
    try:
        return datetime.strptime(match[1], "%Y%m%dT%H%M%S")  # noqa: DTZ007  what a clock shows
    except ValueError as error:
        raise NotAZone from error


def _offset(part: dict[str, list[str]], name: str) -> timedelta:
    match = _OFFSET.fullmatch(part.get(name, [""])[0])
    if match is None:
        raise NotAZone
    hours, minutes, seconds = (int(digits or 0) for digits in match.groups()[1:])
    found = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if found >= timedelta(hours=24) or minutes > 59 or seconds > 59:
        raise NotAZone
    return found if match[1] == "+" else -found
