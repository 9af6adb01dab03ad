"""The shortest RFC 5545 rule for some days: what a series is to a calendar, whatever became of it since.

A series is the bookings it consists of, not the rule it was made by: meetings were skipped, cancelled and moved
since. So its rule is found anew from the days that are left, and what it gives too much is listed as exceptions.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from math import gcd
from typing import Any

from hub.bookings.recurrence import DAILY, MONTHLY, WEEKLY

_SHORTEST_MONTH = 28
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Repeats:
    """`rule`: the parts of the RRULE, COUNT among them, which counts the `exceptions` too."""

    rule: dict[str, Any]
    exceptions: list[date]


def repeats(days: Sequence[date]) -> Repeats:
    """The shortest rule, with its exceptions, for these days: two or more, in order, each once."""
    return min((_counted(rule, given, days) for rule, given in _candidates(days)), key=_length)


def _length(one: Repeats) -> int:
    places = one.rule.get("BYDAY") or one.rule.get("BYMONTHDAY") or [""]
    return len(places) + len(one.exceptions)


def _counted(rule: dict[str, Any], given: list[date], days: Sequence[date]) -> Repeats:
    wanted = set(days)
    return Repeats(rule | {"COUNT": len(given)}, [day for day in given if day not in wanted])


def _candidates(days: Sequence[date]) -> Iterator[tuple[dict[str, Any], list[date]]]:
    """Rules that give every one of the days, each with all that it gives from the first to the last."""
    step = _step([day.toordinal() for day in days])
    if step % 7 and step < _SHORTEST_MONTH:
        yield _rule(DAILY, step), _every(days[0], step, days[-1])
    yield _weekly(days)
    yield _monthly(days, "BYMONTHDAY", lambda day: day.day)
    yield _monthly(days, "BYDAY", _nth)
    if all(_last(day) for day in days):
        yield _monthly(days, "BYDAY", _last)


def _weekly(days: Sequence[date]) -> tuple[dict[str, Any], list[date]]:
    weeks = [(day.toordinal() - 1) // 7 for day in days]
    step, weekdays = _step(weeks) or 1, sorted({day.weekday() for day in days})
    mondays = _every(days[0] - timedelta(days=days[0].weekday()), 7 * step, days[-1])
    given = [monday + timedelta(days=weekday) for monday in mondays for weekday in weekdays]
    rule = _rule(WEEKLY, step) | {"BYDAY": [_WEEKDAYS[weekday] for weekday in weekdays]}
    return rule, _between(days, given)


def _monthly(
    days: Sequence[date], by: str, place: Callable[[date], int | str]
) -> tuple[dict[str, Any], list[date]]:
    """`place`: what a day is called in its month."""
    step, places = _step([day.year * 12 + day.month for day in days]) or 1, {place(day) for day in days}
    months = _months(days[0], step, days[-1])
    given = [day for first in months for day in _days_of(first) if place(day) in places]
    return _rule(MONTHLY, step) | {by: sorted(places)}, _between(days, given)


def _step(numbers: Sequence[int]) -> int:
    """The widest step that from the first number meets every other."""
    return reduce(gcd, [number - numbers[0] for number in numbers], 0)


def _rule(freq: str, interval: int) -> dict[str, Any]:
    return {"FREQ": freq} | ({"INTERVAL": interval} if interval > 1 else {})


def _every(first: date, step: int, last: date) -> list[date]:
    return [date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1, step)]


def _months(first: date, step: int, last: date) -> Iterator[date]:
    """The first day of every `step`-th month."""
    for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month, step):
        yield date(month // 12, month % 12 + 1, 1)


def _days_of(first: date) -> list[date]:
    return [first.replace(day=day + 1) for day in range(monthrange(first.year, first.month)[1])]


def _nth(day: date) -> str:
    """`2MO` for a second Monday."""
    return f"{(day.day - 1) // 7 + 1}{_WEEKDAYS[day.weekday()]}"


def _last(day: date) -> str:
    """`-1MO` for a last Monday, nothing for any other."""
    is_last = day.day + 7 > monthrange(day.year, day.month)[1]
    return f"-1{_WEEKDAYS[day.weekday()]}" if is_last else ""


def _between(days: Sequence[date], given: list[date]) -> list[date]:
    return [day for day in given if days[0] <= day <= days[-1]]
