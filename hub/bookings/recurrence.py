"""When a series repeats: RFC 5545's RRULE, over days, in the room's local time.

Written out here, and held against python-dateutil by tests, because a rule comes from outside: dateutil
looks for the next match up to the year 9999 and can't be stopped. This looks no further than it is told to
(docs/adr/0006-recurrence-written-out.md).

What repeats within a day (FREQ=HOURLY, BYHOUR and the like), BYYEARDAY and BYWEEKNO are refused.
"""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TypeVar
from zoneinfo import ZoneInfo

from hub.bookings import refusals
from hub.bookings.wall_time import on_the_wall

MOST = 366
"""Meetings in a series."""
_AHEAD = timedelta(days=400)
"""How far past the horizon the next meeting is looked for, before a rule counts as going beyond it."""

DAILY, WEEKLY, MONTHLY, YEARLY = "DAILY", "WEEKLY", "MONTHLY", "YEARLY"
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BY_DAY = re.compile(r"([+-]?[1-9][0-9]?)?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}", re.ASCII)
_UNTIL = re.compile(r"[0-9]{8}(T[0-9]{6}Z?)?", re.ASCII)
_PARTS = {
    "FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST",
}  # fmt: skip

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`until` is a local time; in `by_day`, (2, 0) is the second Monday, (-1, 0) the last, (0, 0) every one."""

    freq: str
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    by_day: tuple[tuple[int, int], ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    by_set_pos: tuple[int, ...] = ()
    week_start: int = 0


def parse(text: str, zone: ZoneInfo) -> Rule:
    """A rule that rooms are booked by.

    Raises Refused: for what is not understood, has no end, or has more than MOST meetings by its COUNT.
    """
    rule = understood(text, zone)
    if rule.count is not None and rule.until is not None:
        raise refusals.bad_rrule("It has COUNT or UNTIL, not both.")
    if rule.count is None and rule.until is None:
        raise refusals.series_without_end()
    if rule.count is not None and rule.count > MOST:
        raise refusals.series_too_long(MOST)
    return rule


def understood(text: str, zone: tzinfo) -> Rule:
    """The rule, however often it gives a meeting. Raises Refused for what is not understood."""
    parts: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, _, value = part.partition("=")
        if name not in _PARTS or name in parts:
            raise refusals.bad_rrule(f"{name[:40]!r} is unknown, not supported, or there twice.")
        parts[name] = value
    rule = Rule(
        freq=_one_of(parts, "FREQ", (DAILY, WEEKLY, MONTHLY, YEARLY), None),
        interval=_numbers(parts, "INTERVAL", 1, 1000, default=(1,))[0],
        count=_numbers(parts, "COUNT", 1, 10**20, default=(0,))[0] or None,
        until=_until(parts["UNTIL"], zone) if "UNTIL" in parts else None,
        by_day=tuple(_listed(parts, "BYDAY", _weekday)),
        by_month_day=_numbers(parts, "BYMONTHDAY", -31, 31),
        by_month=_numbers(parts, "BYMONTH", 1, 12),
        by_set_pos=_numbers(parts, "BYSETPOS", -366, 366),
        week_start=_WEEKDAYS.index(_one_of(parts, "WKST", _WEEKDAYS, "MO")),
    )
    _check(rule)
    return rule


def _check(rule: Rule) -> None:
    if rule.freq in {DAILY, WEEKLY} and any(ordinal for ordinal, _ in rule.by_day):
        raise refusals.bad_rrule("BYDAY counts weekdays in a month or a year only.")
    if rule.freq == WEEKLY and rule.by_month_day:
        raise refusals.bad_rrule("A week has no BYMONTHDAY.")
    if rule.by_set_pos and not (rule.by_day or rule.by_month_day or rule.by_month):
        raise refusals.bad_rrule("BYSETPOS chooses from what another BY gives.")


def _one_of(parts: dict[str, str], name: str, allowed: tuple[str, ...], default: str | None) -> str:
    value = parts.get(name, default)
    if value not in allowed:
        raise refusals.bad_rrule(f"{name} is one of {', '.join(allowed)}.")
    return value


def _numbers(
    parts: dict[str, str], name: str, least: int, most: int, default: tuple[int, ...] = ()
) -> tuple[int, ...]:
    def number(value: str) -> int | None:
        found = int(value) if _NUMBER.fullmatch(value) else 0
        return found if found and least <= found <= most else None

    found = tuple(_listed(parts, name, number)) or default
    if default and len(found) > 1:
        raise refusals.bad_rrule(f"{name} is one number.")
    return found


def _listed(parts: dict[str, str], name: str, read: Callable[[str], Part | None]) -> Iterator[Part]:
    """Each once, however often it is written."""
    for value in dict.fromkeys(parts[name].split(",")) if name in parts else ():
        found = read(value)
        if found is None:
            raise refusals.bad_rrule(f"{name} is not understood: {value[:40]!r}.")
        yield found


def _weekday(value: str) -> tuple[int, int] | None:
    match = _BY_DAY.fullmatch(value)
    return (int(match[1] or 0), _WEEKDAYS.index(match[2])) if match else None


def _until(value: str, zone: tzinfo) -> datetime:
    """A date means that whole day; with Z it is UTC, else local."""
    if not _UNTIL.fullmatch(value):
        raise refusals.bad_rrule("UNTIL is a date, or a date and a time.")
    try:
        if len(value) == 8:
            return datetime.combine(date.fromisoformat(value), time(23, 59, 59))
        until = datetime.fromisoformat(value.removesuffix("Z"))
        return on_the_wall(until.replace(tzinfo=UTC), zone) if value.endswith("Z") else until
    except (ValueError, OverflowError) as error:
        raise refusals.bad_rrule("UNTIL is no day or hour that exists.") from error


def occurrences(rule: Rule, first: datetime, latest: datetime) -> list[datetime] | None:
    """The local times of the series that begins at `first`; None where it goes on past `latest`.

    Raises Refused where `first` is not one of the rule's times, or there are more than MOST.
    """
    found: list[datetime] = []
    give_up = latest + _AHEAD
    ends_by = rule.until if rule.until is not None and rule.until < give_up else None
    last = ends_by or give_up
    for start in starts(rule, first, last):
        if not found and start != first:
            raise refusals.start_not_in_series()
        if start > latest:
            return None
        if len(found) == MOST:
            raise refusals.series_too_long(MOST)
        found.append(start)
        if len(found) == rule.count:
            return found
    if not found:
        raise refusals.start_not_in_series()
    return found if ends_by else None


def starts(rule: Rule, first: datetime, last: datetime) -> Iterator[datetime]:
    """Every time of day of `first` that matches, from `first` to `last`, whatever COUNT and UNTIL say."""
    begins, ends = (
        first.date(),
        last.date() if first.time() <= last.time() else last.date() - timedelta(days=1),
    )
    for period in _periods(rule, begins):
        if not period or period[0] > ends:
            return
        days = [day for day in period if _fits(rule, day, begins)]
        if rule.by_set_pos:
            chosen = {place - 1 if place > 0 else len(days) + place for place in rule.by_set_pos}
            days = [day for index, day in enumerate(days) if index in chosen]
        yield from (datetime.combine(day, first.time()) for day in days if begins <= day <= ends)


def _periods(rule: Rule, begins: date) -> Iterator[list[date]]:
    """The days of the first day, week, month or year, then of every INTERVAL-th; empty past the calendar.

    Of a year, those in the months that the rule names.
    """
    step = 0
    while True:
        try:
            yield _period(rule, begins, step)
        except (OverflowError, ValueError):
            yield []
        step += rule.interval


def _period(rule: Rule, begins: date, step: int) -> list[date]:
    if rule.freq == DAILY:
        return _days(begins + timedelta(days=step), 1)
    if rule.freq == WEEKLY:
        into = (begins.weekday() - rule.week_start) % 7
        return _days(begins + timedelta(days=7 * step - into), 7)
    if rule.freq == MONTHLY:
        years, month = divmod(begins.month - 1 + step, 12)
        year = begins.year + years
        return _days(date(year, month + 1, 1), monthrange(year, month + 1)[1])
    year = begins.year + step
    if rule.by_month:
        months = ((date(year, month, 1), monthrange(year, month)[1]) for month in sorted(rule.by_month))
        return [day for first, length in months for day in _days(first, length)]
    return _days(date(year, 1, 1), _days_in_year(year))


def _days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=index) for index in range(count)]


def _days_in_year(year: int) -> int:
    return 366 if isleap(year) else 365


def _fits(rule: Rule, day: date, begins: date) -> bool:
    """What the rule leaves open comes from the first day (RFC 5545, 3.3.10)."""
    by_month, by_month_day, by_day = rule.by_month, rule.by_month_day, rule.by_day
    if not by_month_day and not by_day:
        if rule.freq == WEEKLY:
            by_day = ((0, begins.weekday()),)
        elif rule.freq != DAILY:
            by_month_day = (begins.day,)
            if rule.freq == YEARLY and not by_month:
                by_month = (begins.month,)
    if by_month and day.month not in by_month:
        return False
    if by_month_day and not {day.day, day.day - monthrange(day.year, day.month)[1] - 1} & set(by_month_day):
        return False
    return not by_day or any(_is_weekday(rule, day, *wanted) for wanted in by_day)


def _is_weekday(rule: Rule, day: date, ordinal: int, weekday: int) -> bool:
    """Whether it is the `ordinal`-th such weekday of its month, or of its year where the rule names no month."""
    if day.weekday() != weekday or not ordinal:
        return day.weekday() == weekday
    if rule.freq == MONTHLY or rule.by_month:
        place, length = day.day, monthrange(day.year, day.month)[1]
    else:
        place, length = day.timetuple().tm_yday, _days_in_year(day.year)
    return ordinal in {(place - 1) // 7 + 1, -((length - place) // 7 + 1)}
