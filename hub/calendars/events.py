"""iCalendar text as the items that calendars keep; read as an import reads it (`hub.bookings.calendar_file`)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.bookings.calendar_file import CalendarEvent, Remark, read_calendar
from hub.bookings.calendar_lines import NotACalendar
from hub.calendars import refusals
from hub.calendars.port import BACK, Item, Seen, meeting

_OURS = re.compile(r"([0-9a-f]{16})@circletime")
_ROOM = "-"
"""Whatever LOCATION says: the calendar is the room's."""


def uid_of(booking_id: str) -> str:
    return f"{booking_id}@circletime"


def item_of(remote_id: str, etag: str, raw: bytes, zone: ZoneInfo, now: datetime) -> Item:
    """A resource of a calendar: one event or series. What can't be read of it is said in `unread`."""
    try:
        file = read_calendar(raw, zone, now, room=_ROOM)
    except NotACalendar as error:
        return Item(remote_id, etag=etag, unread=(("", str(error)),))
    return _item(remote_id, etag, file.events, file.skipped, now)


def items_of(
    raw: bytes, zone: ZoneInfo, now: datetime, remote_id_of: dict[str, str] | None = None
) -> list[Item]:
    """A whole calendar in one file, by UID. Raises Trouble where it is none."""
    try:
        file = read_calendar(raw, zone, now, room=_ROOM)
    except NotACalendar as error:
        raise refusals.not_understood(f"The file is no calendar: {error}.") from error
    events: dict[str, list[CalendarEvent]] = {}
    unread: dict[str, list[Remark]] = {}
    for event in file.events:
        events.setdefault(event.identity.partition("\n")[0], []).append(event)
    for remark in file.skipped:
        unread.setdefault(remark.uid, []).append(remark)
    names = remote_id_of or {}
    return [
        _item(names.get(uid, uid), "", events.get(uid, ()), unread.get(uid, ()), now)
        for uid in {**events, **unread}
    ]


def _item(
    remote_id: str, etag: str, events: Iterable[CalendarEvent], skipped: Iterable[Remark], now: datetime
) -> Item:
    near = [event for event in events if event.ends_at > now - BACK]
    ours = next((_OURS.fullmatch(event.identity) for event in near), None)
    return Item(
        remote_id,
        tuple(_seen(event) for event in near),
        etag,
        origin=ours[1] if ours else None,
        unread=tuple((one.title, one.reason) for one in skipped if not one.meant),
    )


def _seen(event: CalendarEvent) -> Seen:
    starts_at, ends_at = event.starts_at.replace(microsecond=0), event.ends_at.replace(microsecond=0)
    return Seen(
        meeting(starts_at, ends_at, event.title, private=event.private),
        event.identity.partition("\n")[2][:16],
        event.organizer_email if len(event.organizer_email or "") <= 254 else None,
    )
