"""Bookings as other calendars read them: RFC 5545, and RFC 5546's REQUEST and CANCEL.

A booking is one entry, and so is a series: its UID never changes, a meeting of it is told apart by RECURRENCE-ID,
the start that the series gave it (`recurs_at`), wherever it has been moved since. SEQUENCE only grows.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vRecur

from hub.accounts.service import Account
from hub.bookings.calendar_rule import repeats
from hub.bookings.models import CANCELLED, NO_SHOW, PENDING
from hub.bookings.reading import BookingRecord
from hub.bookings.wall_time import instant, on_the_wall
from hub.mail.outbox import CalendarPart
from hub.rooms.service import RoomRecord

REQUEST, CANCEL = "REQUEST", "CANCEL"
GONE = (CANCELLED, NO_SHOW)
BUSY = "Busy"
_ACROSS_THE_CHANGE = timedelta(days=366)
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

RoomsByKey = dict[int, RoomRecord]


@dataclass(frozen=True, slots=True)
class Desk:
    """Who writes: the address that mail comes from, and where the web app is."""

    sender: str
    url: str

    def page_of(self, room: RoomRecord) -> str:
        return f"{self.url}/rooms/{room.id}"


def one_line(words: str) -> str:
    """As it can stand in a line of text: no control characters, nothing that turns the reading direction."""
    plain = "".join(
        " " if unicodedata.category(one) in {"Cc", "Zl", "Zp", "Cs"} else one
        for one in words
        if one not in _DIRECTIONS
    )
    return " ".join(plain.split())


def uid_of(entry_id: str) -> str:
    """`entry_id`: the booking's, or its series'."""
    return f"{entry_id}@circletime"


def where(room: RoomRecord) -> str:
    return one_line(f"{room.name}, {room.building.name}")


def invitation(one: BookingRecord, room: RoomRecord, to: Account, desk: Desk, now: datetime) -> CalendarPart:
    """A booking by itself: it holds, or it does not any more."""
    event = _event(uid_of(one.id), one, room, desk, one.revision, now)
    return _message([event], to, desk, CANCEL if one.status in GONE else REQUEST)


def meeting_invitation(
    one: BookingRecord,
    some: Sequence[BookingRecord],
    at: RoomsByKey,
    to: Account,
    desk: Desk,
    sequence: int,
    now: datetime,
) -> CalendarPart:
    """One meeting of a series; `some`: all of its bookings."""
    zone = _zone(some, at)
    walls = _walls([other for other in some if other.key == one.key or other.status not in GONE], zone)
    event = _meeting(one, walls[one.key], zone, at, desk, sequence, now)
    return _message([event], to, desk, CANCEL if one.status in GONE else REQUEST)


def series_invitation(
    some: Sequence[BookingRecord], at: RoomsByKey, to: Account, desk: Desk, sequence: int, now: datetime
) -> CalendarPart:
    """The whole series as it is: what is left of it, or that nothing is. `some`: all of its bookings."""
    kept = [one for one in some if one.status not in GONE]
    if kept:
        return _message(_series(kept, at, desk, sequence, now), to, desk, REQUEST)
    last = some[-1]
    event = _event(uid_of(str(last.series_id)), last, at[last.room_key], desk, sequence, now)
    return _message([event], to, desk, CANCEL)


def feed(name: str, some: Iterable[tuple[BookingRecord, RoomRecord]], desk: Desk, *, masked: bool) -> bytes:
    """A calendar to subscribe to; `masked`: of a private booking only when it is."""
    events = [
        _event(
            uid_of(one.id), one.shown_to(None) if masked else one, room, desk, one.revision, one.created_at
        )
        for one, room in some
    ]
    calendar = _calendar(events)
    calendar.add("name", one_line(name))
    calendar.add("x-wr-calname", one_line(name))
    return bytes(calendar.to_ical())


def _event(uid: str, one: BookingRecord, room: RoomRecord, desk: Desk, sequence: int, now: datetime) -> Event:
    """Times in UTC: they mean one instant, also in the hour that comes twice."""
    event = Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", now)
    event.add("created", one.created_at)
    event.add("dtstart", one.starts_at)
    event.add("dtend", one.ends_at)
    event.add("summary", BUSY if one.title is None else one_line(one.title))
    event.add("location", where(room))
    event.add("status", _status(one))
    event.add("transp", "OPAQUE")
    event.add("url", desk.page_of(room))
    if one.private:
        event.add("class", "PRIVATE")
    return event


def _status(one: BookingRecord) -> str:
    if one.status in GONE:
        return "CANCELLED"
    return "TENTATIVE" if one.status == PENDING else "CONFIRMED"


def _series(
    kept: Sequence[BookingRecord], at: RoomsByKey, desk: Desk, sequence: int, now: datetime
) -> list[Event]:
    """The repeating entry first, then each meeting that is not what the rule says."""
    uid, zone = uid_of(str(kept[0].series_id)), _zone(kept, at)
    if len(kept) == 1:
        return [_event(uid, kept[0], at[kept[0].room_key], desk, sequence, now)]
    walls = _walls(kept, zone)
    clock = Counter(wall.time() for wall in walls.values()).most_common(1)[0][0]
    by_rule = [one for one in kept if walls[one.key].time() == clock]
    model = _most_like_the_others(by_rule)
    days = sorted(walls[one.key].date() for one in by_rule)
    first = datetime.combine(days[0], clock)
    master = _event(uid, model, at[model.room_key], desk, sequence, now)
    length = model.ends_at - model.starts_at
    _at(master, first, length, zone)
    _repeat(master, days, clock, zone)
    odd = [walls[one.key] for one in kept if one not in by_rule]
    if odd:
        master.add("rdate", [_local(wall, zone) for wall in odd])
    others = [
        _meeting(one, walls[one.key], zone, at, desk, sequence, now)
        for one in kept
        if _traits(one) != _traits(model) or instant(walls[one.key], zone) != one.starts_at
    ]
    return [master, *others]


def _zone(some: Sequence[BookingRecord], at: RoomsByKey) -> ZoneInfo:
    """Where most of the series is: one meeting may have moved to another building."""
    return Counter(at[one.room_key].building.zone for one in some).most_common(1)[0][0]


def _walls(some: Sequence[BookingRecord], zone: ZoneInfo) -> dict[int, datetime]:
    """By key, the local start that a calendar knows each meeting by.

    A day that was brought back may have the one of a meeting that was moved away: it takes the next second.
    """
    found: dict[int, datetime] = {}
    for one in sorted(some, key=lambda one: one.key):
        wall = on_the_wall(one.recurs_at or one.starts_at, zone)
        while wall in found.values():
            wall += timedelta(seconds=1)
        found[one.key] = wall
    return found


def _traits(one: BookingRecord) -> tuple[object, ...]:
    return one.ends_at - one.starts_at, one.room_key, one.title, _status(one), one.private


def _most_like_the_others(some: Sequence[BookingRecord]) -> BookingRecord:
    traits = Counter(_traits(one) for one in some).most_common(1)[0][0]
    return next(one for one in some if _traits(one) == traits)


def _meeting(
    one: BookingRecord,
    wall: datetime,
    zone: ZoneInfo,
    at: RoomsByKey,
    desk: Desk,
    sequence: int,
    now: datetime,
) -> Event:
    event = _event(uid_of(str(one.series_id)), one, at[one.room_key], desk, sequence, now)
    event.add("recurrence-id", _local(wall, zone))
    return event


def _repeat(master: Event, days: Sequence[date], clock: time, zone: ZoneInfo) -> None:
    if len(days) < 2:
        return
    found = repeats(days)
    master.add("rrule", vRecur(found.rule))
    if found.exceptions:
        master.add("exdate", [_local(datetime.combine(day, clock), zone) for day in found.exceptions])


def _at(event: Event, first: datetime, length: timedelta, zone: ZoneInfo) -> None:
    del event["DTSTART"], event["DTEND"]
    event.add("dtstart", _local(first, zone))
    event.add("dtend", (instant(first, zone) + length).astimezone(zone))


def _local(wall: datetime, zone: ZoneInfo) -> datetime:
    return wall.replace(tzinfo=zone)


def _message(events: Sequence[Event], to: Account, desk: Desk, method: str) -> CalendarPart:
    """The hub organizes, the reader takes part: an answer goes to the hub, which needs none (RSVP=FALSE)."""
    organizer = vCalAddress(f"mailto:{desk.sender}")
    organizer.params["CN"] = "Circle Time"
    attendee = vCalAddress(f"mailto:{to.email}")
    attendee.params |= {
        "CN": one_line(to.name),
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "ACCEPTED",
        "RSVP": "FALSE",
    }
    for event in events:
        event.add("organizer", organizer)
        event.add("attendee", attendee)
    calendar = _calendar(events)
    calendar.add("method", method)
    return CalendarPart(method, bytes(calendar.to_ical()))


def _calendar(events: Sequence[Event]) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Circle Time//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for event in events:
        calendar.add_component(event)
    if any("RRULE" in event or "RECURRENCE-ID" in event or "RDATE" in event for event in events):
        starts = [event.decoded("dtstart").date() for event in events]
        calendar.add_missing_timezones(min(starts) - _ACROSS_THE_CHANGE, max(starts) + 2 * _ACROSS_THE_CHANGE)
    return calendar
