"""What the hub writes into a calendar's text: an event of its own, or a change of what is there, and nothing besides.

Of somebody else's event everything stays that the hub does not understand: who comes, alarms, conference links.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from hub.calendars import refusals
from hub.calendars.events import uid_of
from hub.calendars.port import Meeting

Component = Any
"""An event: whatever a file holds under a name."""

_OF_A_SERIES = ("RRULE", "RDATE", "EXDATE", "EXRULE")


def new_event(origin: str, one: Meeting, now: datetime) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Circle Time//EN")
    calendar.add("version", "2.0")
    event = Event()
    event.add("uid", uid_of(origin))
    event.add("created", now)
    event.add("sequence", 0)
    event.add("transp", "OPAQUE")
    _write(event, one, UTC, now)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def changed_event(raw: bytes, occurrence: str, to: Meeting, zone: ZoneInfo, now: datetime) -> bytes:
    """The same text with that meeting as `to` says; of a series that one meeting alone. Raises Trouble."""
    calendar = _parsed(raw)
    event = _component(calendar, occurrence, zone)
    if event is None:
        event = _split_off(calendar, occurrence, zone)
    _write(event, to, _zone_of(event), now)
    return bytes(calendar.to_ical())


def without_occurrence(raw: bytes, occurrence: str, zone: ZoneInfo, now: datetime) -> bytes | None:
    """The same text without that meeting of its series; None where nothing is left. Raises Trouble."""
    calendar = _parsed(raw)
    own = _component(calendar, occurrence, zone)
    if own is not None:
        calendar.subcomponents.remove(own)
    master = _master(calendar)
    if master is None:
        return bytes(calendar.to_ical()) if calendar.events else None
    master.add("exdate", _start_of(master, occurrence, zone))
    _mark(master, now)
    return bytes(calendar.to_ical())


def _parsed(raw: bytes) -> Calendar:
    try:
        found = Calendar.from_ical(raw)
    except (ValueError, KeyError, IndexError) as error:
        raise refusals.not_understood("An event can't be read well enough to change it.") from error
    if not isinstance(found, Calendar):
        raise refusals.not_understood("An event can't be read well enough to change it.")
    return found


def _component(calendar: Calendar, occurrence: str, zone: ZoneInfo) -> Component | None:
    """The event itself, or what replaces that meeting of its series."""
    for event in calendar.events:
        replaces = event.get("RECURRENCE-ID")
        if replaces is None and not occurrence:
            return event
        if replaces is not None and occurrence and _instant(replaces.dt, zone) == _meant(occurrence):
            return event
    return None


def _master(calendar: Calendar) -> Component | None:
    return next((one for one in calendar.events if "RECURRENCE-ID" not in one), None)


def _split_off(calendar: Calendar, occurrence: str, zone: ZoneInfo) -> Component:
    """A copy of the series' event, for that one meeting."""
    master = _master(calendar)
    if master is None or not occurrence:
        raise refusals.not_understood("An event is not where it was.")
    event = Event.from_ical(master.to_ical())
    for name in _OF_A_SERIES:
        event.pop(name, None)
    event.add("recurrence-id", _start_of(master, occurrence, zone))
    calendar.add_component(event)
    return event


def _start_of(master: Component, occurrence: str, zone: ZoneInfo) -> date | datetime:
    """The start that the series gave that meeting, written as the series writes its own."""
    first = master["DTSTART"].dt
    if not isinstance(first, datetime):
        return _meant(occurrence).astimezone(zone).date()
    if first.tzinfo is None:
        return _meant(occurrence).astimezone(zone).replace(tzinfo=None)
    return _meant(occurrence).astimezone(first.tzinfo)


def _write(event: Component, one: Meeting, zone: Any, now: datetime) -> None:
    kept_secret = one.private and str(event.get("CLASS", "")).upper() in {"PRIVATE", "CONFIDENTIAL"}
    if not kept_secret:
        _replace(event, "summary", one.title)
        event.pop("CLASS", None)
        if one.private:
            event.add("class", "PRIVATE")
    event.pop("DURATION", None)
    _replace(event, "dtstart", one.starts_at.astimezone(zone))
    _replace(event, "dtend", one.ends_at.astimezone(zone))
    _mark(event, now)


def _zone_of(event: Component) -> Any:
    """Where its times were written, if that is a zone by name; else times are written in UTC."""
    start: Any = event["DTSTART"].dt if "DTSTART" in event else None
    named = isinstance(start, datetime) and isinstance(start.tzinfo, ZoneInfo)
    return start.tzinfo if named else UTC


def _replace(event: Component, name: str, value: object) -> None:
    event.pop(name.upper(), None)
    event.add(name, value)


def _mark(event: Component, now: datetime) -> None:
    """RFC 5545, 3.8.7: a change is told from what was before."""
    try:
        sequence = int(event.get("SEQUENCE", 0)) + 1
    except (TypeError, ValueError):
        sequence = 1
    _replace(event, "sequence", sequence)
    _replace(event, "dtstamp", now)
    _replace(event, "last-modified", now)


def _instant(at: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(at, datetime):
        at = datetime(at.year, at.month, at.day, tzinfo=zone)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _meant(occurrence: str) -> datetime:
    return datetime.strptime(occurrence, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
