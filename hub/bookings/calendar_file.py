"""An iCalendar file as events that take a room for a time, and what of it can't be one, with the reason.

Pure: bytes, a zone and now in; records out. Nothing inside a calendar makes it raise: each event stands or
falls alone (contract, `circletime import`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from icalendar.parser import Contentline, unescape_backslash

from hub.bookings.calendar_lines import EVENT, TIME_ZONE, Block, split
from hub.bookings.calendar_series import AHEAD, Series, expand
from hub.bookings.calendar_times import Moment, Unreadable, Zones, length_after

LONGEST_TITLE = 255
LONGEST_ROOM_NAME = 255
LONGEST_LINE = 64 * 1024
MOST_MEETINGS = 100_000
"""In one file: a few series are soon millions of meetings."""
MOST_DAYS = 20_000_000
"""That a file's series are followed through, together: those of 5,000 rooms for ten years."""
NO_TITLE = "Busy"

Property = tuple[dict[str, str], str]
"""Parameters (names in capitals) and value, as written."""


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One meeting. `identity` is the same each time the file is read; instants are UTC, `line` counts from 1."""

    line: int
    identity: str
    room: str
    title: str
    private: bool
    organizer_email: str | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Remark:
    """What a reader of the report should know of an event: why it did not come in, or came in otherwise."""

    line: int
    uid: str
    title: str
    reason: str
    meant: bool = False
    """The calendar wants it so: the event is cancelled, or takes no time."""

    def __str__(self) -> str:
        uid = f" (UID {self.uid[:80]})" if self.uid else ""
        return f'line {self.line}: "{self.title[:80]}"{uid}: {self.reason}'


class TakesNothing(Unreadable):
    """Raised for an event that the calendar itself wants to take no time."""


@dataclass(slots=True)
class CalendarFile:
    """`skipped` did not come in; `notes` did, but not to the letter. Both in the file's order."""

    events: list[CalendarEvent]
    skipped: list[Remark]
    notes: list[Remark]
    lines: int
    days: int = 0
    """That its series were followed through."""


@dataclass(slots=True)
class _Draft:
    """An event's properties while it is being read."""

    line: int
    properties: dict[str, list[Property]]
    ended: bool
    damaged: str | None = None

    def one(self, name: str) -> Property | None:
        found = self.properties.get(name)
        return found[0] if found else None

    def text(self, name: str) -> str:
        """The text on one line, without characters that can't be shown; empty where there is none."""
        found = self.one(name)
        words = unescape_backslash(found[1]) if found else ""
        return " ".join("".join(c if c.isprintable() else " " for c in words).split())

    def remark(self, reason: str, *, meant: bool = False) -> Remark:
        return Remark(self.line, self.text("UID"), self.text("SUMMARY") or NO_TITLE, reason, meant)


def read_calendar(
    raw: bytes, zone: ZoneInfo, now: datetime, *, rooms: bool = True, room: str = ""
) -> CalendarFile:
    """The events in `raw`; local times and whole days without a zone are in `zone`.

    `rooms` False: they are about no room, and need neither a LOCATION nor to take time of anybody's. `room`: they
    are all about that one, wherever they say they are. Raises NotACalendar where it is something else altogether.
    """
    blocks = split(raw)
    zones = Zones(zone, [block for block in blocks.found if block.kind == TIME_ZONE])
    drafts = [_draft(block) for block in blocks.found if block.kind == EVENT]
    file = CalendarFile([], [], [], blocks.lines)
    replaced = _replaced_occurrences(drafts, zones)
    known: dict[str, CalendarEvent] = {}
    for draft in drafts:
        try:
            for event in _meetings(draft, zones, replaced, now, file, rooms=rooms, room=room):
                _add(file, draft, event, known)
        except TakesNothing as reason:
            file.skipped.append(draft.remark(str(reason), meant=True))
        except Unreadable as reason:
            file.skipped.append(draft.remark(str(reason)))
    if blocks.cut_off:
        file.notes.append(
            Remark(blocks.lines, "", "", "the file ends without END:VCALENDAR: was it cut off?")
        )
    return file


def _draft(block: Block) -> _Draft:
    """The properties that can be read; `damaged` says what could not."""
    draft = _Draft(block.number, {}, block.ended)
    for line in block.lines:
        name = line.partition(b":")[0].partition(b";")[0].decode("ascii", "replace").strip().upper()
        try:
            draft.properties.setdefault(name, []).append(_property(line))
        except Unreadable as reason:
            draft.damaged = f"its {name} {reason}"
    return draft


def _property(line: bytes) -> Property:
    """Raises Unreadable."""
    if len(line) > LONGEST_LINE:
        raise Unreadable(f"is longer than {LONGEST_LINE} bytes")
    try:
        _, parameters, value = Contentline(line.decode()).raw_parts()  # type: ignore[no-untyped-call]
    except UnicodeDecodeError as error:
        raise Unreadable("is not UTF-8 text") from error
    except ValueError as error:
        raise Unreadable("can't be read") from error
    return {str(key).upper(): str(found) for key, found in parameters.items()}, value


def _replaced_occurrences(drafts: list[_Draft], zones: Zones) -> dict[str, list[Moment]]:
    """By UID, the meetings of its series that the file gives again, moved or cancelled (RECURRENCE-ID)."""
    found: dict[str, list[Moment]] = {}
    for draft in drafts:
        if "RECURRENCE-ID" in draft.properties:
            try:
                found.setdefault(draft.text("UID"), []).extend(_moments(draft, "RECURRENCE-ID", zones))
            except Unreadable:
                continue  # named when the event itself is read
    return found


def _moments(draft: _Draft, name: str, zones: Zones) -> list[Moment]:
    """Every moment in the properties of that name, which may hold several. Raises Unreadable."""
    found = []
    for parameters, values in draft.properties.get(name, []):
        for value in values.split(","):
            try:
                found.append(zones.moment(value, parameters.get("TZID")))
            except Unreadable as reason:
                raise Unreadable(f"{name}: {reason}") from reason
    return found


def _meetings(
    draft: _Draft,
    zones: Zones,
    replaced: dict[str, list[Moment]],
    now: datetime,
    file: CalendarFile,
    *,
    rooms: bool,
    room: str,
) -> Iterator[CalendarEvent]:
    """The event, or every meeting of its series. Raises Unreadable before the first one."""
    if len(file.events) >= MOST_MEETINGS:
        raise Unreadable(f"there are {MOST_MEETINGS} meetings before it; split the file")
    start, event = _event(draft, zones, rooms=rooms, room=room)
    rules = [value for _, value in draft.properties.get("RRULE", [])]
    extra = _moments(draft, "RDATE", zones)
    if len(draft.text("SUMMARY")) > LONGEST_TITLE:
        file.notes.append(draft.remark(f"its title is cut at {LONGEST_TITLE} characters"))
    if "RECURRENCE-ID" in draft.properties:
        occurrence = _moments(draft, "RECURRENCE-ID", zones)[0]
        yield replace(event, identity=_occurrence_identity(event.identity, occurrence.at))
    elif not rules and not extra:
        yield event
    else:
        if "EXRULE" in draft.properties:
            raise Unreadable("it repeats but for an EXRULE, which is not understood")
        file.days += max(0, (now + AHEAD - start.at).days)
        if file.days > MOST_DAYS:
            raise Unreadable("the series before it are too many and too long; split the file")
        without = _moments(draft, "EXDATE", zones) + replaced.get(draft.text("UID"), [])
        series = expand(start, rules, extra, without, now)
        file.notes.extend(draft.remark(reason) for reason in _bounds(series, now))
        length = event.ends_at - event.starts_at
        for at in series.starts:
            identity = _occurrence_identity(event.identity, at)
            yield replace(event, identity=identity, starts_at=at, ends_at=at + length)


def _event(draft: _Draft, zones: Zones, *, rooms: bool, room: str) -> tuple[Moment, CalendarEvent]:
    """The event itself, without its repetitions. Raises Unreadable where it takes no room for no time."""
    if draft.damaged:
        raise Unreadable(draft.damaged)
    if not draft.ended:
        raise Unreadable("it has no END:VEVENT")
    if draft.text("STATUS").upper() == "CANCELLED":
        raise TakesNothing("it is cancelled")
    room = _room(draft, room) if rooms else ""
    start, ends_at = _span(draft, zones)
    event = CalendarEvent(
        line=draft.line,
        identity=draft.text("UID") or _identity_without_uid(draft, room, start.at, ends_at),
        room=room,
        title=draft.text("SUMMARY")[:LONGEST_TITLE] or NO_TITLE,
        private=draft.text("CLASS").upper() in {"PRIVATE", "CONFIDENTIAL"},
        organizer_email=_organizer(draft),
        starts_at=start.at,
        ends_at=ends_at,
    )
    return start, event


def _room(draft: _Draft, given: str) -> str:
    """Raises Unreadable where it takes none."""
    if draft.text("TRANSP").upper() == "TRANSPARENT":
        raise TakesNothing("it takes no time (TRANSP:TRANSPARENT)")
    room = given or draft.text("LOCATION")
    if not room:
        raise Unreadable("it has no LOCATION, so no room")
    if len(room) > LONGEST_ROOM_NAME:
        raise Unreadable(f"its LOCATION is longer than {LONGEST_ROOM_NAME} characters")
    return room


def _span(draft: _Draft, zones: Zones) -> tuple[Moment, datetime]:
    """When it starts and ends. An event on a date takes that whole day (RFC 5545, 3.6.1). Raises Unreadable."""
    starts = _moments(draft, "DTSTART", zones)
    if not starts:
        raise Unreadable("it has no DTSTART")
    start = starts[0]
    ends = _moments(draft, "DTEND", zones)
    duration = draft.one("DURATION")
    if ends:
        ends_at = ends[0].at
    elif duration:
        ends_at = length_after(start, duration[1])
    elif start.all_day:
        ends_at = length_after(start, "P1D")
    else:
        raise Unreadable("it has neither DTEND nor DURATION, so no length")
    if ends_at == start.at:
        raise Unreadable("it ends when it starts")
    if ends_at < start.at:
        raise Unreadable("it ends before it starts")
    return start, ends_at


def _organizer(draft: _Draft) -> str | None:
    found = draft.one("ORGANIZER")
    scheme, _, address = found[1].strip().partition(":") if found else ("", "", "")
    return address.strip().lower() if scheme.lower() == "mailto" and address.strip() else None


def _identity_without_uid(draft: _Draft, room: str, starts_at: datetime, ends_at: datetime) -> str:
    what = "\n".join([room, starts_at.isoformat(), ends_at.isoformat(), draft.text("SUMMARY")])
    return f"no UID {hashlib.sha256(what.encode()).hexdigest()}"


def _occurrence_identity(identity: str, at: datetime) -> str:
    return f"{identity}\n{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _bounds(series: Series, now: datetime) -> Iterator[str]:
    if series.goes_on:
        yield f"it repeats on; its meetings up to {now + AHEAD:%Y-%m-%d} come in"
    if series.left_out:
        yield f"it repeats too often; its first {series.left_out} meetings are left out"


def _add(file: CalendarFile, draft: _Draft, event: CalendarEvent, known: dict[str, CalendarEvent]) -> None:
    """Adds the event; one whose UID was there before stands for itself if it is somewhere or sometime else."""
    for identity in (event.identity, f"{event.identity}\n{event.room}\n{event.starts_at.isoformat()}"):
        earlier = known.setdefault(identity, event)
        if earlier is event:
            file.events.append(event if identity == event.identity else replace(event, identity=identity))
            return
        if (earlier.room, earlier.starts_at, earlier.ends_at) == (event.room, event.starts_at, event.ends_at):
            file.skipped.append(draft.remark(f"it is the same event as on line {earlier.line}"))
            return
    file.skipped.append(draft.remark("its UID was used before, for another event at the same place and time"))
