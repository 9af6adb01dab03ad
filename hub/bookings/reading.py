"""Bookings as they are now: what is stored, with what time has done to it since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from hub.accounts import service as accounts
from hub.accounts.service import Account
from hub.bookings import lifecycle, refusals, repository
from hub.bookings.models import CHECKED_IN, CONFIRMED
from hub.clock import unix
from hub.errors import Refused
from hub.rooms import service as rooms
from hub.rooms.service import RoomRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRecord:
    """A booking at the moment it was asked for. `blocks_until` is None where it takes nothing from its room;
    `organizer` has the department of when it was booked."""

    key: int
    id: str
    room_key: int
    room_id: str
    title: str | None
    organizer: Account | None
    booked_by: Account | None
    booked_by_key: int | None
    starts_at: datetime
    ends_at: datetime
    buffer_s: int
    blocks_until: datetime | None
    status: str
    attendees: int | None
    actual_attendees: int | None
    attendance_source: str | None
    private: bool
    series_id: str | None
    recurs_at: datetime | None
    check_in_exempt: bool
    check_in_by: datetime | None
    checked_in_at: datetime | None
    ended_at: datetime | None
    released_at: datetime | None
    created_at: datetime
    created_via: str
    revision: int

    def is_open_to(self, who: Account | None) -> bool:
        """Whether `who` may see title and organizer; a private booking's are for its organizer and admins."""
        if not self.private:
            return True
        return who is not None and (
            who.is_admin or (self.organizer is not None and self.organizer.key == who.key)
        )

    def shown_to(self, who: Account | None) -> BookingRecord:
        """The record with what `who` may not see taken out; None is a panel."""
        return self if self.is_open_to(who) else replace(self, title=None, organizer=None, booked_by=None)


_PLAIN = tuple(name for name in BookingRecord.__slots__ if name not in {"room_id", "organizer", "booked_by"})


def records(session: Session, rows: Sequence[Row[Any]], now: datetime) -> list[BookingRecord]:
    """The rows as they are at `now`, in the same order."""
    if not rows:
        return []
    at = rooms.rooms_by_key(session, {row.room_key for row in rows})
    keys = {row.organizer_key for row in rows} | {row.booked_by_key for row in rows}
    people = accounts.accounts_with_keys(session, keys - {None})
    become = changes_by_time(session, [row for row in rows if is_overdue(row, now)], at, now)
    return [_record(row, become.get(row.key, {}), at[row.room_key], people) for row in rows]


def _record(
    row: Row[Any], become: lifecycle.Changes, room: RoomRecord, people: dict[int, Account]
) -> BookingRecord:
    values = {name: become.get(name, getattr(row, name)) for name in _PLAIN}
    values["revision"] += 1 if become else 0
    organizer = people.get(row.organizer_key)
    if organizer is not None:
        organizer = replace(organizer, department=row.organizer_department)
    return BookingRecord(
        **values, room_id=room.id, organizer=organizer, booked_by=people.get(row.booked_by_key)
    )


def is_overdue(row: Row[Any], now: datetime) -> bool:
    return row.next_at is not None and row.next_at <= now


def changes_by_time(
    session: Session, overdue: Sequence[Row[Any]], at: dict[int, RoomRecord], now: datetime
) -> dict[int, lifecycle.Changes]:
    """What time has done to each row, by its key. `at` holds the rooms by key."""
    earliest: dict[int, datetime] = {}
    for row in overdue:
        earliest[row.room_key] = min(row.starts_at, earliest.get(row.room_key, row.starts_at))
    contact = {
        room_key: rooms.contact_of(session, room_key, unix(starts_at) - at[room_key].policy.check_in_opens_s)
        for room_key, starts_at in earliest.items()
    }
    return {
        row.key: lifecycle.changed_by_time(
            standing(row), now, at[row.room_key].policy.check_in_opens_s, contact[row.room_key]
        )
        for row in overdue
    }


def standing(row: Row[Any] | BookingRecord) -> lifecycle.Standing:
    return lifecycle.Standing(
        status=row.status, starts_at=row.starts_at, ends_at=row.ends_at, check_in_by=row.check_in_by
    )


def booking(session: Session, booking_id: str, now: datetime) -> BookingRecord:
    """Raises NotFound."""
    row = repository.booking_with_id(session, booking_id)
    if row is None:
        raise refusals.booking_not_found(booking_id)
    return records(session, [row], now)[0]


def bookings_with_ids(session: Session, ids: Sequence[str], now: datetime) -> dict[str, BookingRecord]:
    """By id; what is not there is left out."""
    return {one.id: one for one in records(session, repository.with_ids(session, ids), now)}


def meetings(session: Session, room_key: int, now: datetime, until: datetime) -> list[BookingRecord]:
    """The room's timeline: what occupies it now or will have begun before `until`, in order.

    Pending bookings occupy nothing and are left out, as is what was released, ended or cancelled.
    """
    return meetings_in(session, [room_key], now, until)[room_key]


def meetings_in(
    session: Session, room_keys: Sequence[int], now: datetime, until: datetime
) -> dict[int, list[BookingRecord]]:
    """The `meetings` of each of these rooms, by its key."""
    found: dict[int, list[BookingRecord]] = {key: [] for key in room_keys}
    for one in records(session, repository.active(session, room_keys, now, until), now):
        if one.status in {CONFIRMED, CHECKED_IN}:
            found[one.room_key].append(one)
    return found


def bookings_on(session: Session, room: RoomRecord, day: date, now: datetime) -> list[BookingRecord]:
    """Every booking with some of its time on that day in the room's zone, by start.

    Days have 23 or 25 hours where the clock changes; what straddles midnight is on both days.
    """
    return bookings_by_room(session, [room], day, now)[room.key]


def bookings_by_room(
    session: Session, rooms_there: Sequence[RoomRecord], day: date, now: datetime
) -> dict[int, list[BookingRecord]]:
    """The `bookings_on` of each of these rooms of one building, by its key."""
    found: dict[int, list[BookingRecord]] = {room.key: [] for room in rooms_there}
    if found:
        begins, ends = local_day(rooms_there[0], day)
        for one in records(session, repository.between(session, found, begins, ends), now):
            found[one.room_key].append(one)
    return found


def local_day(room: RoomRecord, day: date) -> tuple[datetime, datetime]:
    """Raises Refused for a day at the very ends of the calendar."""
    try:
        begins, ends = (
            datetime.combine(one, time(), room.building.zone).astimezone(UTC)
            for one in (day, day + timedelta(days=1))
        )
    except OverflowError as error:
        raise Refused("bad-date", "There is no such day here", f"{day} is beyond the calendar.") from error
    return begins, ends


def bookings_of(
    session: Session,
    organizer: Account | None,
    now: datetime,
    *,
    from_at: datetime | None = None,
    to_at: datetime | None = None,
    after: tuple[datetime, int] | None = None,
    limit: int = 100,
) -> list[BookingRecord]:
    """Bookings with some of their time in `[from_at, to_at)`, by start; `organizer` None: everybody's.

    `after` is start and key of the last one already seen.
    """
    return records(
        session,
        repository.of_organizer(
            session, None if organizer is None else organizer.key, from_at, to_at, after, limit
        ),
        now,
    )
