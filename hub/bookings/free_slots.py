"""When a room can still be booked on a day, from its opening hours and what takes it: no clock, no database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.bookings.wall_time import instant
from hub.rooms.service import Policy

Span = tuple[datetime, datetime]
"""Half-open, in UTC."""

_DAY = timedelta(days=1)


def opening_times(policy: Policy, day: date, zone: ZoneInfo) -> list[Span]:
    """When the room is open on that local day, by start, touching hours as one.

    Hours that the clock skips are not there, and those it repeats count twice.
    """
    spans = sorted(
        (_instant(day, hours.opens, zone), _instant(day, hours.closes, zone))
        for hours in policy.opening_hours
        if hours.weekday == day.isoweekday()
    )
    joined: list[Span] = []
    for opens, closes in spans:
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(closes, joined[-1][1]))
        elif opens < closes:
            joined.append((opens, closes))
    return joined


def _instant(day: date, at: str, zone: ZoneInfo) -> datetime:
    """`at` is HH:MM, up to 24:00, the midnight that ends the day."""
    if at == "24:00":
        return instant(datetime.combine(day + _DAY, time()), zone)
    return instant(datetime.combine(day, time.fromisoformat(at)), zone)


def free_slots(
    opened: Sequence[Span],
    taken: Sequence[Span],
    *,
    length: timedelta,
    buffer: timedelta,
    earliest: datetime,
    latest_start: datetime,
) -> list[Span]:
    """The gaps in which every booking of `length` can be made, by start.

    `taken` is by start, without overlaps, buffers included. `buffer` is what the new booking keeps free
    after itself; it may reach past closing time, but into no other booking.
    """
    found: list[Span] = []
    for opens, closes in opened:
        begins = max(opens, earliest)
        last_end = min(closes, latest_start + length)
        for starts_at, blocks_until in taken:
            if blocks_until > begins and starts_at < last_end + buffer:
                found.append((begins, min(starts_at - buffer, last_end)))
                begins = blocks_until
        found.append((begins, last_end))
    return [(begins, ends) for begins, ends in found if ends - begins >= length]
