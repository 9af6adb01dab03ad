"""Brings the hub's bookings to where the calendar wants them, and says what the calendar has to be told.

Everything is booked by `hub.bookings`, so that two bookings never overlap here, whatever the calendar holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.bookings import service as bookings
from hub.bookings import synced
from hub.bookings.service import BookingRecord
from hub.bookings.synced import Told
from hub.calendars import ledger
from hub.calendars.merge import AGREED, CALENDAR, TO_CALENDAR, TO_HUB, Decision, Sides, decide
from hub.calendars.models import CalendarMeeting
from hub.calendars.port import Meeting, Place, meeting
from hub.errors import Conflict
from hub.rooms.service import RoomRecord

AHEAD = timedelta(days=400)
"""Bookings further on wait until they are nearer."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What the calendar has to be told. `at` None: the booking is not in it yet; `to` None: it is to go."""

    row_key: int | None
    booking_id: str
    at: Place | None
    to: Meeting | None


@dataclass(frozen=True, slots=True)
class _Case:
    row: CalendarMeeting
    sides: Sides
    decision: Decision

    @property
    def wanted(self) -> Meeting:
        """What the calendar says, where it says anything."""
        assert self.sides.remote is not None  # noqa: S101  asked of those only
        return self.sides.remote


def settle(
    session: Session,
    room: RoomRecord,
    rows: Sequence[CalendarMeeting],
    leads: str,
    now: datetime,
    *,
    read_only: bool,
) -> list[Errand]:
    """Books, moves and gives back here what the calendar has changed. The room is locked and settled."""
    _link(session, room, rows, now)
    cases = _cases(session, room, rows, leads, now)
    for case in cases:
        if case.decision.turn == TO_HUB and case.sides.remote is None:
            _give_back(session, case, now)
    _place_all(session, room, [case for case in cases if _to_be_placed(case)], leads, now)
    left = _cases(session, room, rows, leads, now)
    ledger.clear_all_but(session, rows, [case.row for case in left if case.decision.turn == TO_HUB], now)
    return [] if read_only else _errands(session, room, left, now)


def _to_be_placed(case: _Case) -> bool:
    return case.decision.turn == TO_HUB and case.sides.remote is not None


def _local(
    session: Session, room: RoomRecord, rows: Sequence[CalendarMeeting], now: datetime
) -> dict[str, BookingRecord]:
    found = bookings.bookings_with_ids(session, [row.booking_id for row in rows if row.booking_id], now)
    return {key: one for key, one in found.items() if one.room_key == room.key}


def as_meeting(one: BookingRecord | None) -> Meeting | None:
    """What a calendar should show of the booking: shortened where it ended early, nothing where it was given back."""
    taken = None if one is None else synced.time_taken(one)
    if one is None or taken is None:
        return None
    return meeting(*taken, one.title, private=one.private)


def _link(session: Session, room: RoomRecord, rows: Sequence[CalendarMeeting], now: datetime) -> None:
    """A meeting seen twice is one: made from a booking here, or booked here and there at the same time by the same name."""
    here = _local(session, room, rows, now)
    linked: set[str] = set()
    for row in rows:
        if row.booking_id is None:
            continue
        elsewhere = (
            row.booking_id not in here and row.known is None
        )  # made from another hub's, or another room's
        if elsewhere or row.booking_id in linked:
            row.booking_id = None
        else:
            linked.add(row.booking_id)
    free = {
        as_meeting(one): one.id
        for one in synced.to_come(session, room, now, now + AHEAD)
        if one.id not in linked
    }
    for row in rows:
        said = ledger.meant(row.remote)
        if row.booking_id is None and said in free:
            row.booking_id = free.pop(said)


def _cases(
    session: Session, room: RoomRecord, rows: Sequence[CalendarMeeting], leads: str, now: datetime
) -> list[_Case]:
    here = _local(session, room, rows, now)
    found = []
    for row in rows:
        local = as_meeting(here.get(row.booking_id or ""))
        sides = Sides(ledger.meant(row.known), ledger.meant(row.remote), local)
        case = _Case(row, sides, decide(sides, leads, now))
        if case.decision.turn == AGREED:
            ledger.agree(session, row, sides.remote, now)
        elif case.decision.clash:
            words = "The calendar leads." if leads == CALENDAR else "The hub leads."
            ledger.clash(session, row, ledger.BOTH_CHANGED, sides.remote or sides.local, words, now)
        found.append(case)
    return found


def _give_back(session: Session, case: _Case, now: datetime) -> None:
    if case.row.booking_id is not None:
        synced.give_back(session, case.row.booking_id, now)
    ledger.agree(session, case.row, None, now)


def _place_all(session: Session, room: RoomRecord, cases: list[_Case], leads: str, now: datetime) -> None:
    """Whoever finds the room taken is tried again after the others have moved, and last together with them."""
    waiting = sorted(cases, key=lambda case: case.wanted.starts_at)
    while waiting:
        still = [case for case in waiting if not _place(session, room, case, now)]
        if len(still) == len(waiting):
            break
        waiting = still
    if len(waiting) > 1 and _changed_places(session, room, waiting, now):
        return
    for case in waiting:
        if not (leads == CALENDAR and _displaced(session, room, case, now)):
            _clash(session, room, case, now)


def _place(session: Session, room: RoomRecord, case: _Case, now: datetime) -> bool:
    """Whether it stands here now as the calendar says; what is over there is given back here."""
    if case.wanted.ends_at <= now and (
        case.sides.local is None or case.wanted.starts_at != case.sides.local.starts_at
    ):
        _give_back_over(session, case, now)
        return True
    told = _told(case)
    try:
        if case.sides.local is None or case.row.booking_id is None:
            made = synced.take_over(session, room, told, now)
        else:
            made = synced.follow(session, case.row.booking_id, told, now)
    except Conflict:
        return False
    case.row.booking_id = made.id
    ledger.agree(session, case.row, case.wanted, now)
    return True


def _give_back_over(session: Session, case: _Case, now: datetime) -> None:
    if case.row.booking_id is not None:
        synced.give_back(session, case.row.booking_id, now)
    case.row.booking_id = None
    ledger.agree(session, case.row, case.wanted, now)
    case.row.known = None


def _told(case: _Case) -> Told:
    said = case.wanted
    title = None if said.private and case.sides.local is not None else said.title
    return Told(said.starts_at, said.ends_at, title, said.private, case.row.organizer_email)


def _changed_places(session: Session, room: RoomRecord, cases: list[_Case], now: datetime) -> bool:
    moves = [(case.row.booking_id, _told(case)) for case in cases if case.row.booking_id and case.sides.local]
    if len(moves) != len(cases):
        return False
    together = session.begin_nested()
    try:
        synced.follow_together(session, room, moves, now)
    except Conflict:
        together.rollback()
        return False
    together.commit()
    for case in cases:
        ledger.agree(session, case.row, case.wanted, now)
    return True


def _displaced(session: Session, room: RoomRecord, case: _Case, now: datetime) -> bool:
    """Where the calendar leads, what it has not heard of yet and has not begun gives way to what it says."""
    ids = {one.booking_id for one in ledger.in_sight(session, case.row.connection_key, now)}
    others = _others(session, room, case, now)
    if any(one.id in ids or one.starts_at <= now or one.status == "checked_in" for one in others):
        return False
    for one in others:
        about = meeting(one.starts_at, one.ends_at, one.title, private=one.private)
        synced.give_back(session, one.id, now)
        ledger.displaced(session, case.row, one.id, about, f"It gave way to {case.wanted.title}.", now)
    return _place(session, room, case, now)


def _others(session: Session, room: RoomRecord, case: _Case, now: datetime) -> list[BookingRecord]:
    found = synced.in_the_way(session, room, _told(case), now)
    return [one for one in found if one.id != case.row.booking_id]


def _clash(session: Session, room: RoomRecord, case: _Case, now: datetime) -> None:
    first = next(iter(_others(session, room, case, now)), None)
    title = "another booking" if first is None or first.private else first.title
    ledger.clash(session, case.row, ledger.OVERLAP, case.wanted, f"The room is taken by {title}.", now)


def _errands(session: Session, room: RoomRecord, cases: Sequence[_Case], now: datetime) -> list[Errand]:
    found = []
    for case in cases:
        if case.decision.turn == TO_CALENDAR and case.row.booking_id:
            at = None if case.sides.remote is None else ledger.place_of(case.row)
            found.append(Errand(case.row.key, case.row.booking_id, at, case.sides.local))
    linked = {case.row.booking_id for case in cases}
    new = [one for one in synced.to_come(session, room, now, now + AHEAD) if one.id not in linked]
    return found + [Errand(None, one.id, None, as_meeting(one)) for one in new]
