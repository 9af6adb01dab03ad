"""An iCalendar file as days on which a building is closed: its public holidays, say, or its own.

Read by the same reader as bookings are (`calendar_file`): hostile files do no more here than there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.bookings.calendar_file import CalendarEvent, Remark, read_calendar
from hub.bookings.calendar_lines import NotACalendar
from hub.errors import Refused
from hub.rooms.closures import DAY_MIN, LONGEST
from hub.rooms.service import NewClosure


@dataclass(frozen=True, slots=True)
class ClosingDays:
    """What came in, and what did not."""

    closures: list[NewClosure]
    skipped: list[Remark]


def read(raw: bytes, zone: ZoneInfo, now: datetime) -> ClosingDays:
    """Every event closes; whole days and times without a zone are in `zone`. Raises Refused for no calendar."""
    try:
        file = read_calendar(raw, zone, now, rooms=False)
    except NotACalendar as error:
        raise Refused("not-a-calendar", "This is not an iCalendar file", f"{error}.") from error
    found = ClosingDays([], list(file.skipped))
    for event in file.events:
        if event.ends_at - event.starts_at > LONGEST:
            found.skipped.append(
                Remark(event.line, event.identity, event.title, f"it is longer than {LONGEST.days} days")
            )
        else:
            found.closures.extend(_parts(event, zone))
    return found


def _parts(event: CalendarEvent, zone: ZoneInfo) -> Iterator[NewClosure]:
    """One closure where it begins and ends at midnight; else a part of its first and last day, and all between."""
    begins, ends = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    closes, opens = _minute(begins, up=False), _minute(ends, up=True)
    first, last = begins.date(), ends.date()
    if opens == 0:
        last, opens = last - timedelta(days=1), DAY_MIN
    if first == last:
        yield _closure(event, first, first + timedelta(days=1), closes, opens)
        return
    if closes:
        yield _closure(event, first, first + timedelta(days=1), closes, DAY_MIN)
        first += timedelta(days=1)
    whole_to = last + timedelta(days=1) if opens == DAY_MIN else last
    if first < whole_to:
        yield _closure(event, first, whole_to, 0, DAY_MIN)
    if opens < DAY_MIN:
        yield _closure(event, last, last + timedelta(days=1), 0, opens)


def _minute(at: datetime, *, up: bool) -> int:
    """Of the day; what is only partly in it, is."""
    return at.hour * 60 + at.minute + (up and at.second > 0)


def _closure(event: CalendarEvent, first: date, after: date, closes: int, opens: int) -> NewClosure:
    uid = hashlib.sha256(f"{event.identity}\n{first}\n{closes}".encode()).hexdigest()
    return NewClosure(
        name=event.title,
        from_day=first,
        to_day=after,
        closes=closes,
        opens=max(opens, closes + 1),
        imported_uid=uid,
    )
