"""What a report is about: which local dates, and which rooms or whose bookings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from hub.errors import Refused

LONGEST_DAYS = 3660
EARLIEST, LATEST = date(1970, 1, 3), date(2900, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """`[from_day, to_day)`, local to each building; what is None or empty does not narrow."""

    from_day: date
    to_day: date
    building_id: str | None = None
    floor_id: str | None = None
    room_ids: tuple[str, ...] = ()
    department: str | None = None

    @property
    def days(self) -> int:
        return (self.to_day - self.from_day).days

    def before(self) -> Scope:
        """The range to compare with: as many whole months before it where it is whole months, else as many days.

        Raises Refused for a range that is none, or too long.
        """
        checked(self)
        if self.from_day.day == 1 == self.to_day.day:
            months = _months(self.to_day) - _months(self.from_day)
            first = _months(self.from_day) - months
            return replace(self, from_day=date(first // 12, first % 12 + 1, 1), to_day=self.from_day)
        return replace(self, from_day=self.from_day - timedelta(days=self.days), to_day=self.from_day)


def _months(day: date) -> int:
    return day.year * 12 + day.month - 1


def checked(scope: Scope) -> Scope:
    """Raises Refused for a range that is none, or too long."""
    if scope.to_day <= scope.from_day:
        raise _bad_range("`to` is the day after the last one, so it is after `from`.")
    if scope.days > LONGEST_DAYS:
        raise _bad_range(f"It has {scope.days} days; {LONGEST_DAYS} are the most.")
    if scope.from_day < EARLIEST + timedelta(days=LONGEST_DAYS + 31) or scope.to_day > LATEST:
        raise _bad_range("Its years are out of range.")
    return scope


def _bad_range(detail: str) -> Refused:
    return Refused("bad-range", "This range cannot be reported on", detail)
