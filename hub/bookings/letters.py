"""Notices, written: in plain words, in the room's time, with an entry for the reader's calendar.

A notice is written when it goes out. One that is no longer true then is not sent: a later one says what is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.accounts import preferences
from hub.accounts.service import Account
from hub.bookings import availability, calendar_out, notices, reading, repository
from hub.bookings.calendar_out import GONE, Desk, one_line, where
from hub.bookings.models import CANCELLED, NO_SHOW, PENDING
from hub.bookings.reading import BookingRecord
from hub.mail.outbox import About, CalendarPart, Letter
from hub.rooms import service as rooms
from hub.rooms.service import RoomRecord

LISTED = 10
"""So many bookings a mail about a closed room tells one by one."""

_SUBJECT = {
    notices.ASKED: "Please approve",
    notices.APPROVED: "Approved",
    notices.DECLINED: "Declined",
    notices.LAPSED: "Not approved in time",
    notices.BOOKED: "Booked",
    notices.CHANGED: "Changed",
    notices.CANCELLED_BY: "Cancelled",
    notices.RELEASED: "Released",
    notices.RESTORED: "Kept after all",
}
_SENTENCE = {
    notices.ASKED: "{by} asks for a room whose bookings need approval.",
    notices.APPROVED: "{by} approved {yours}.",
    notices.DECLINED: "{by} declined {yours}. The room is not booked.",
    notices.LAPSED: "Nobody approved {yours} before it began. The room is not booked.",
    notices.BOOKED: "{by} booked a room{for_you}.",
    notices.CHANGED: "{by} changed {yours}.",
    notices.CANCELLED_BY: "{by} cancelled {yours}.",
    notices.RELEASED: "Nobody checked in to {yours}, so the room was released.",
    notices.RESTORED: "Somebody did check in to {yours} in time: the room is booked as before.",
}
_FITS = {
    notices.DECLINED: {CANCELLED},
    notices.LAPSED: {CANCELLED},
    notices.CANCELLED_BY: {CANCELLED},
    notices.RELEASED: {NO_SHOW},
    notices.ASKED: {PENDING},
}
"""The status in which each is still true; of the others, any in which the booking holds."""


@dataclass(frozen=True, slots=True)
class _Case:
    """What one letter is about. `some` are all bookings of the series that `one` is of, else it alone."""

    what: str
    about: About
    to: Account
    one: BookingRecord
    some: Sequence[BookingRecord]
    at: dict[int, RoomRecord]

    @property
    def whole(self) -> bool:
        """Whether it is about the series, not one meeting of it."""
        return "series" in self.about

    @property
    def room(self) -> RoomRecord:
        return self.at[self.one.room_key]

    @property
    def is_theirs(self) -> bool:
        return self.one.organizer is not None and self.one.organizer.key == self.to.key


def write(session: Session, about: About, desk: Desk, now: datetime) -> Letter | None:
    """None where the reader left or does not want it any more, and for what is no longer true."""
    to = preferences.reachable(session, about["to"])
    if to is None or notices.KIND[about["what"]] not in to.mail:
        return None
    if about["what"] == notices.CLOSED:
        return _of_closed_room(session, about, to, desk, now)
    case = _case(session, about, to, now)
    return None if case is None else _letter(session, case, desk, now)


def _case(session: Session, about: About, to: Account, now: datetime) -> _Case | None:
    what, meant = about["what"], reading.booking(session, about["booking"], now)
    some, one = [meant], meant if _fits(what, meant) else None
    if series_id := about.get("series") or meant.series_id:
        some = reading.records(session, repository.of_series(session, series_id), now)
    if "series" in about:
        one = _spokesman(what, meant, some)
    if one is None:
        return None
    keys = {other.room_key for other in some} | {about.get("was", {}).get("roomKey", one.room_key)}
    return _Case(what, about, to, one, some, rooms.rooms_by_key(session, keys))


def _spokesman(what: str, one: BookingRecord, some: Sequence[BookingRecord]) -> BookingRecord | None:
    """The meeting that stands for its series: the one that was meant, if it still can. What was told of
    before is told of, too, when nothing is left of it."""
    fitting = [other for other in some if _fits(what, other)]
    if any(other.key == one.key for other in fitting):
        return one
    gone = some[-1] if what in {notices.CHANGED, notices.CANCELLED_BY} else None
    return next(iter(fitting), gone)


def _fits(what: str, one: BookingRecord) -> bool:
    return one.status in _FITS[what] if what in _FITS else one.status not in GONE


def _letter(session: Session, case: _Case, desk: Desk, now: datetime) -> Letter:
    one = case.one
    told = _title(one, case.to)
    paragraphs = [
        f"Hello {one_line(case.to.name)},",
        _sentence(case),
        f"    {told}\n    {_place(case.room)}\n    {_times(one, case.room)}{_series(case, now)}",
        *_before(case),
        f"The room: {desk.page_of(case.room)}",
    ]
    return Letter(
        recipient=case.to.email,
        subject=f"{_SUBJECT[case.what]}: {told}, {_start(one, case.room)}",
        body=_page(paragraphs, case.what),
        calendar=_calendar(session, case, desk, now),
    )


def _sentence(case: _Case) -> str:
    by, theirs = case.about.get("by"), case.is_theirs
    if case.what == notices.ASKED and not case.one.is_open_to(case.to):
        by = None
    thing = "series" if case.whole else "booking"
    sentence = _SENTENCE[case.what].format(
        by=one_line(by or "Somebody"),
        yours=f"your {thing}" if theirs else f"a {thing} that you made for somebody else",
        for_you="" if by == "You" else " for you" if theirs else " for somebody else",
    )
    if "reason" in case.about:
        sentence += f" {case.about['reason']}"
    if case.one.status == PENDING and case.what in {notices.BOOKED, notices.CHANGED}:
        sentence += " It waits for a manager's approval."
    return sentence


def _series(case: _Case, now: datetime) -> str:
    if not case.whole:
        return ""
    kept = [other for other in case.some if other.status not in GONE]
    if not kept:
        return "\n    with its whole series"
    first, last = (_start(one, case.at[one.room_key]) for one in (kept[0], kept[-1]))
    to_come = sum(one.starts_at > now for one in kept)
    return f"\n    in a series of {len(kept)} meetings, {first} to {last}, {to_come} of them to come"


def _before(case: _Case) -> list[str]:
    was: dict[str, Any] | None = case.about.get("was")
    if was is None or case.what != notices.CHANGED:
        return []
    room = case.at[was["roomKey"]]
    starts_at, ends_at = (datetime.fromisoformat(was[name]) for name in ("startsAt", "endsAt"))
    if (starts_at, ends_at, room.key) == (case.one.starts_at, case.one.ends_at, case.one.room_key):
        return []
    return [f"It was:\n\n    {_place(room)}\n    {_time(starts_at, ends_at, room)}"]


def _calendar(session: Session, case: _Case, desk: Desk, now: datetime) -> CalendarPart | None:
    """For whose booking it is; it stands in nobody else's calendar."""
    if not case.is_theirs:
        return None
    one = case.one
    if one.series_id is None:
        return calendar_out.invitation(one, case.room, case.to, desk, now)
    own = [other for other in case.some if other.organizer and other.organizer.key == case.to.key]
    sequence = repository.next_sequence(session, one.series_id)
    kept = [other for other in own if other.status not in GONE]
    if case.whole or len(kept) < 2 or _replaced(one, kept):
        return calendar_out.series_invitation(own, case.at, case.to, desk, sequence, now)
    return calendar_out.meeting_invitation(one, own, case.at, case.to, desk, sequence, now)


def _replaced(one: BookingRecord, kept: Sequence[BookingRecord]) -> bool:
    """It is gone, and its day was brought back: to calendars the new meeting is the same, and not gone."""
    return one.status in GONE and any(other.recurs_at == one.recurs_at for other in kept)


def _of_closed_room(session: Session, about: About, to: Account, desk: Desk, now: datetime) -> Letter | None:
    room = rooms.rooms_by_key(session, [about["room"]])[about["room"]]
    theirs = [
        one
        for one in reading.records(session, repository.active(session, [room.key], now), now)
        if to.key in {one.booked_by_key, one.organizer and one.organizer.key}
    ]
    if room.out_of_service is None or room.deleted or not theirs:
        return None
    name = one_line(room.name)
    told = "a booking" if len(theirs) == 1 else f"{len(theirs)} bookings"
    more = len(theirs) - LISTED
    paragraphs = [
        f"Hello {one_line(to.name)},",
        f"{name} is out of service: {one_line(room.out_of_service)}",
        f"You have {told} there, until you move or cancel it. Free at the same time:",
        *(_with_offers(session, one, room, to, now) for one in theirs[:LISTED]),
        *([f"and {more} more."] if more > 0 else []),
        f"The room: {desk.page_of(room)}",
    ]
    return Letter(
        recipient=to.email, subject=f"Out of service: {name}", body=_page(paragraphs, notices.CLOSED)
    )


def _with_offers(session: Session, one: BookingRecord, room: RoomRecord, to: Account, now: datetime) -> str:
    offers = availability.other_rooms(session, room, one.starts_at, one.ends_at, one.attendees, now)
    told = [f"        {_place(offer.room)}, seats {offer.room.capacity}" for offer in offers]
    lines = [
        f"    {_title(one, to)}",
        f"    {_times(one, room)}",
        *(told or ["        no other room"]),
    ]
    return "\n".join(lines)


def _page(paragraphs: Sequence[str], what: str) -> str:
    kind = _camel(notices.KIND[what])
    foot = f"-- \nCircle Time sent this because your notifications say {kind}: yes."
    return "\n\n".join([*paragraphs, foot]) + "\n"


def _camel(kind: str) -> str:
    first, *rest = kind.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _title(one: BookingRecord, to: Account) -> str:
    title = one.shown_to(to).title
    return "a private booking" if title is None else one_line(title) or "(no title)"


def _place(room: RoomRecord) -> str:
    return f"{where(room)} (floor {one_line(room.floor.name)})"


def _times(one: BookingRecord, room: RoomRecord) -> str:
    return _time(one.starts_at, one.ends_at, room)


def _time(starts_at: datetime, ends_at: datetime, room: RoomRecord) -> str:
    zone = room.building.zone
    begins, ends = starts_at.astimezone(zone), ends_at.astimezone(zone)
    until = f"{ends:%H:%M}" if ends.date() == begins.date() else f"{ends:%A}, {ends.day} {ends:%B %Y, %H:%M}"
    return f"{begins:%A}, {begins.day} {begins:%B %Y, %H:%M} to {until} ({zone.key}, UTC{begins:%z})"


def _start(one: BookingRecord, room: RoomRecord) -> str:
    at = one.starts_at.astimezone(room.building.zone)
    return f"{at.day} {at:%B %Y, %H:%M}"
