"""The meetings of a series in an iCalendar file: RRULE, RDATE and EXDATE (RFC 5545, 3.8.5), within bounds."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from hub.bookings.calendar_times import Moment, Unreadable
from hub.bookings.recurrence import Rule, starts, understood
from hub.errors import Refused

AHEAD = timedelta(days=366)
"""How far past now the meetings of a series come in."""
MOST = 1000
"""Of a longer series the last MOST come in."""


@dataclass(frozen=True, slots=True)
class Series:
    """When its meetings start, in UTC, ascending. `left_out` are its meetings before them; `goes_on` after."""

    starts: list[datetime]
    left_out: int
    goes_on: bool


def expand(
    first: Moment, rules: list[str], extra: list[Moment], without: list[Moment], now: datetime
) -> Series:
    """The series that begins at `first`, up to AHEAD of `now`; every start keeps the local time of day.

    `first` is part of it whether or not the rule gives it. Raises Unreadable.
    """
    if len(rules) > 1:
        raise Unreadable("it repeats by more than one RRULE")
    latest = now + AHEAD
    repeated, left_out, goes_on = _by_rule(first, rules[0], latest) if rules else ({first.at}, 0, False)
    given = repeated | {moment.at for moment in extra} | (set() if left_out else {first.at})
    days = {moment.local.date() for moment in without if moment.all_day}
    moments = {moment.at for moment in without if not moment.all_day}
    zone = first.local.tzinfo
    kept = sorted(at for at in given - moments if at.astimezone(zone).date() not in days)
    goes_on = goes_on or any(at > latest for at in kept)
    kept = [at for at in kept if at <= latest or at == first.at]
    return Series(kept[-MOST:], left_out + max(0, len(kept) - MOST), goes_on)


def _by_rule(first: Moment, written: str, latest: datetime) -> tuple[set[datetime], int, bool]:
    """Starts up to `latest`, how many before them were left out, and whether there are later ones."""
    zone = first.local.tzinfo
    begins, up_to = first.local.replace(tzinfo=None), latest.astimezone(zone).replace(tzinfo=None)
    rule = _rule(first, written)
    ended = rule.until is not None and rule.until <= up_to
    count = 0
    last: deque[datetime] = deque(maxlen=MOST)
    for start in islice(starts(rule, begins, min(rule.until or up_to, up_to)), rule.count):
        count += 1
        last.append(start.replace(tzinfo=zone).astimezone(UTC))
    return set(last), max(0, count - MOST), not ended and count != rule.count


def _rule(first: Moment, written: str) -> Rule:
    """Hour, minute and second may be said again, but not be others than the event's own. Raises Unreadable."""
    own = {"BYHOUR": first.local.hour, "BYMINUTE": first.local.minute, "BYSECOND": first.local.second}
    again = {f"{name}={number}" for name, number in own.items()}
    parts = [part for part in "".join(written.upper().split()).split(";") if part not in again]
    try:
        return understood(";".join(parts), first.local.tzinfo or UTC)
    except Refused as refusal:
        raise Unreadable(f"it repeats by {written[:80]!r}: {refusal.detail.rstrip('.')}") from refusal
