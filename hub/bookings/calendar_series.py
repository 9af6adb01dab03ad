"""The meetings of a series in an iCalendar file: RRULE, RDATE and EXDATE (RFC 5545, 3.8.5), within bounds."""

from __future__ import annotations

import warnings
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from dateutil.rrule import rrule, rrulestr

from hub.bookings.calendar_times import Moment, Unreadable

AHEAD = timedelta(days=366)
"""How far past now the meetings of a series come in."""
MOST = 1000
"""Of a longer series the last MOST come in."""
_MOST_STEPS = 25_000

_FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}


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
    starts = repeated | {moment.at for moment in extra} | (set() if left_out else {first.at})
    days = {moment.local.date() for moment in without if moment.all_day}
    moments = {moment.at for moment in without if not moment.all_day}
    zone = first.local.tzinfo
    kept = sorted(at for at in starts - moments if at.astimezone(zone).date() not in days)
    goes_on = goes_on or any(at > latest for at in kept)
    kept = [at for at in kept if at <= latest or at == first.at]
    return Series(kept[-MOST:], left_out + max(0, len(kept) - MOST), goes_on)


def _by_rule(first: Moment, rule: str, latest: datetime) -> tuple[set[datetime], int, bool]:
    """Starts up to `latest`, how many before them were left out, and whether there are later ones."""
    zone = first.local.tzinfo
    parsed, count, ended = _parsed(first, rule, latest)
    steps = 0
    last: deque[datetime] = deque(maxlen=MOST)
    for start in islice(parsed, min(count, _MOST_STEPS)):
        steps += 1
        last.append(start.replace(tzinfo=zone).astimezone(UTC))
    goes_on = not ended and steps < count
    return set(last), max(0, steps - MOST), goes_on


def _parsed(first: Moment, rule: str, latest: datetime) -> tuple[rrule, int, bool]:
    """The rule over local times without a zone, bounded by `latest`; its COUNT; whether it ends by itself.

    A bound is always set, and what repeats within a day is refused: a rule may be written to never end.
    """
    parts = {}
    for part in rule.upper().split(";"):
        name, _, value = part.strip().partition("=")
        parts[name] = value.strip()
    if parts.get("FREQ") not in _FREQUENCIES:
        raise Unreadable(f"it repeats by {rule[:80]!r}: FREQ is DAILY, WEEKLY, MONTHLY or YEARLY")
    if not parts.get("INTERVAL", "1").isdigit() or not 1 <= int(parts.get("INTERVAL", "1")) <= 10_000:
        raise Unreadable(f"it repeats by {rule[:80]!r}: INTERVAL is not from 1 to 10000")
    count = parts.pop("COUNT", None)
    if count is not None and (not count.isdigit() or len(count) > 9):
        raise Unreadable(f"it repeats by {rule[:80]!r}: COUNT is not a number")
    local_latest = latest.astimezone(first.local.tzinfo).replace(tzinfo=None)
    until = _until(first, parts.pop("UNTIL", None), rule)
    parts["UNTIL"] = f"{min(until or local_latest, local_latest):%Y%m%dT%H%M%S}"
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = rrulestr(text, dtstart=first.local.replace(tzinfo=None))
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        raise Unreadable(f"it repeats by {rule[:80]!r}, which is not understood") from error
    if not isinstance(parsed, rrule):
        raise Unreadable(f"it repeats by {rule[:80]!r}, which is not understood")
    ended = until is not None and until <= local_latest
    return parsed, int(count) if count is not None else _MOST_STEPS, ended


def _until(first: Moment, until: str | None, rule: str) -> datetime | None:
    """UNTIL as a local time without a zone; a date means that whole day."""
    if until is None:
        return None
    zone = first.local.tzinfo
    try:
        if len(until) == 8:
            day = datetime.strptime(until, "%Y%m%d").replace(tzinfo=zone)
            return day.replace(hour=23, minute=59, second=59, tzinfo=None)
        written_in = UTC if until.endswith("Z") else zone
        at = datetime.strptime(until.removesuffix("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=written_in)
        return at.astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise Unreadable(f"it repeats by {rule[:80]!r}: UNTIL is not a date") from error
