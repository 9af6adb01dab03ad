"""When an event of an iCalendar file is: instants, local days, lengths and the zones they are in (RFC 5545, 3.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from icalendar.prop import vDuration
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from hub.bookings.calendar_lines import Block
from hub.bookings.calendar_zone import NotAZone, zone_from

EARLIEST_YEAR, LATEST_YEAR = 1970, 2199
MOST_ZONES = 1000

_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", re.ASCII)
_TZID = re.compile(rb"TZID(?:;[^:]*)?:(.*)", re.IGNORECASE)


class Unreadable(ValueError):
    """Raised when an event, or a part of one, can't be understood; the text is the reason, for the report."""


@dataclass(frozen=True, slots=True)
class Moment:
    """`local` is aware, in the zone it was written in. `all_day`: a date was written; `local` is its midnight."""

    local: datetime
    all_day: bool

    @property
    def at(self) -> datetime:
        return self.local.astimezone(UTC)


class Zones:
    """The zones a file may name: IANA's and Windows' names, then the file's own definitions.

    Times without a zone are in `default`.
    """

    def __init__(self, default: ZoneInfo, definitions: list[Block]) -> None:
        self.default = default
        self._own = {_tzid(block): block for block in definitions}
        self._found: dict[str, tzinfo] = {}

    def named(self, name: str) -> tzinfo:
        """Raises Unreadable."""
        if name not in self._found:
            if len(self._found) >= MOST_ZONES:
                raise Unreadable(f"the file names more than {MOST_ZONES} time zones")
            known = _known_zone(name)
            self._found[name] = ZoneInfo(known) if known else self._defined(name)
        return self._found[name]

    def _defined(self, name: str) -> tzinfo:
        block = self._own.get(name)
        if block is None:
            raise Unreadable(f"there is no time zone {name[:80]!r}")
        try:
            return zone_from(block.lines)
        except NotAZone as error:
            raise Unreadable(
                f"the file defines the time zone {name[:80]!r} in a way that is not understood"
            ) from error

    def moment(self, value: str, zone_name: str | None) -> Moment:
        """Raises Unreadable."""
        match = _MOMENT.fullmatch(value.strip())
        if match is None:
            raise Unreadable(f"{value[:40]!r} is neither a date nor a date with a time")
        *digits, z = match.groups()
        year, month, day, hour, minute, second = (int(part or 0) for part in digits)
        if not EARLIEST_YEAR <= year <= LATEST_YEAR:
            raise Unreadable(f"the year {year} is not between {EARLIEST_YEAR} and {LATEST_YEAR}")
        zone = UTC if z else self.named(zone_name) if zone_name else self.default
        try:  # a leap second is the second before it
            local = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
        except ValueError as error:
            raise Unreadable(f"{value[:40]!r} is no day or hour that exists") from error
        if second > 60:
            raise Unreadable(f"{value[:40]!r} is no day or hour that exists")
        return Moment(local, all_day=digits[3] is None)


def _tzid(block: Block) -> str:
    named = next((match for line in block.lines if (match := _TZID.match(line))), None)
    return named.group(1).strip().decode("utf-8", "replace") if named else ""


def _known_zone(name: str) -> str | None:
    """The IANA zone meant by `name`, also as `/vendor/version/Europe/Berlin` or as a name of Windows."""
    if name in WINDOWS_TO_OLSON:
        return WINDOWS_TO_OLSON[name]
    iana = _iana_zones()
    parts = name.split("/")
    tails = [name, *("/".join(parts[-length:]) for length in (3, 2) if len(parts) > length)]
    return next((tail for tail in tails if tail in iana), None)


@cache
def _iana_zones() -> frozenset[str]:
    """Asked of the disk once: it holds some 600 files."""
    return frozenset(available_timezones())


def length_after(start: Moment, duration: str) -> datetime:
    """When something that begins at `start` and takes `duration` (RFC 5545, 3.3.6) ends.

    Days and weeks are days on the wall, hours are hours that pass. Raises Unreadable.
    """
    try:
        length: timedelta = vDuration.from_ical(duration.strip())  # type: ignore[no-untyped-call]
        if duration.strip().lstrip("+-").upper().startswith("PT"):
            return start.at + length
        return (start.local + length).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unreadable(f"DURATION {duration[:40]!r} is not a length of time") from error
