"""Series: a booking again and again at the same local time. Each meeting is a booking of its own.

The rule is used once, when the series is booked; afterwards the series is the bookings that share its id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.accounts.service import Account
from hub.bookings import availability, notices, recurrence, refusals, repository, rules
from hub.bookings.book import NewBooking, organized_by, wished
from hub.bookings.models import CONFIRMED, PENDING
from hub.bookings.reading import BookingRecord, booking, records
from hub.bookings.wall_time import instant, on_the_wall
from hub.bookings.writing import (
    add,
    added,
    new_values,
    opened,
    refuse_taken,
    told_busy,
    told_offers,
)
from hub.db.base import new_id
from hub.errors import Conflict
from hub.rooms.service import RoomRecord


@dataclass(frozen=True, slots=True)
class Recurrence:
    """`rrule` is RFC 5545's, in the room's local time; `skip` leaves out what is taken, else nothing is booked."""

    rrule: str
    skip: bool = False


@dataclass(frozen=True, slots=True)
class BookedSeries:
    """`first` is the first meeting that was booked, `occurrences` how many were; `skipped` are the starts
    that were taken."""

    first: BookingRecord
    occurrences: int
    skipped: list[datetime]


def book_series(
    session: Session, who: Account, request: NewBooking, again: Recurrence, now: datetime, via: str
) -> BookedSeries:
    """Books every meeting of the series, as `book_room` would book each.

    Every meeting has the first one's length, in hours that pass (RFC 5545, 3.8.5.3). Raises Refused for a
    rule that rooms are not booked by and for a series past the horizon, Conflict where a meeting's time is
    taken and is not to be skipped, or where all are.
    """
    room, values = wished(session, who, request, now, via)
    starts = _starts(room, request.starts_at, again.rrule, now)
    length = request.ends_at - request.starts_at
    series_id = new_id()
    made: list[str] = []
    taken: list[datetime] = []
    for starts_at in starts:
        in_series = {"series_id": series_id, "recurs_at": starts_at}
        row = values | in_series | _at(room, values, starts_at, starts_at + length, now, via)
        if repository.is_taken(session, room.key, starts_at, row["blocks_until"]):
            taken.append(starts_at)
        else:
            add(session, row)
            made.append(row["id"])
    if taken and (not again.skip or not made):
        wanted = [(at, at + length) for at in starts]
        raise clashes(session, room, wanted, [(at, at + length) for at in taken], request.attendees, who, now)
    first = booking(session, made[0], now)
    notices.booked(session, first, who, now, whole=True)
    return BookedSeries(first, len(made), taken)


def foresee(
    session: Session, room: RoomRecord, starts_at: datetime, ends_at: datetime, rrule: str, now: datetime
) -> list[tuple[datetime, datetime, bool]]:
    """The times such a series would have, each with whether it could be booked now. Nothing is written.

    Raises Refused as `book_series` does.
    """
    rules.check_wish(room, starts_at, ends_at, None, now)
    length = ends_at - starts_at
    wanted = [(at, at + length) for at in _starts(room, starts_at, rrule, now)]
    buffer = room.policy.buffer
    return [(at, to, not repository.is_taken(session, room.key, at, to + buffer)) for at, to in wanted]


def _starts(room: RoomRecord, first: datetime, rrule: str, now: datetime) -> list[datetime]:
    """In UTC. The first is as it was asked for, also in an hour that comes twice."""
    zone = room.building.zone
    walls = recurrence.occurrences(
        recurrence.parse(rrule, zone),
        on_the_wall(first, zone),
        on_the_wall(now + room.policy.horizon, zone),
    )
    if walls is None:
        raise refusals.beyond_horizon(room.policy.horizon_days)
    return [first, *(instant(wall, zone) for wall in walls[1:])]


def _at(
    room: RoomRecord, values: dict[str, Any], starts_at: datetime, ends_at: datetime, now: datetime, via: str
) -> dict[str, Any]:
    """The columns in which the series' meetings differ."""
    return new_values(room, starts_at, ends_at, values["status"], now, via, exempt=values["check_in_exempt"])


def clashes(
    session: Session,
    room: RoomRecord,
    wanted: list[tuple[datetime, datetime]],
    taken: list[tuple[datetime, datetime]],
    attendees: int | None,
    who: Account,
    now: datetime,
) -> Conflict:
    """The refusal of a whole series: which of its times are taken, and by what."""
    buffered = [(starts_at, ends_at + room.policy.buffer) for starts_at, ends_at in taken]
    busy = availability.busy(session, [room], buffered[0][0], max(end for _, end in buffered), now)
    in_the_way = [
        one
        for one in busy.get(room.key, [])
        if one.blocks_until is not None
        and any(starts_at < one.blocks_until and one.starts_at < until for starts_at, until in buffered)
    ]
    zone = room.building.zone
    return refusals.series_clashes(
        [{"startsAt": starts_at, "endsAt": ends_at} for starts_at, ends_at in taken],
        told_busy(in_the_way, who),
        told_offers(availability.rooms_for_all(session, room, wanted, attendees, now)),
        [f"{starts_at.astimezone(zone):%Y-%m-%d}" for starts_at, _ in taken],
    )


def add_occurrence(
    session: Session, booking_id: str, day: date, *, by: Account, now: datetime, via: str
) -> BookingRecord:
    """A meeting of the series on that local day, at this booking's time, length and terms.

    So comes back what was skipped or cancelled. A day that has one already is answered with it. Raises
    Conflict where the booking is of no series, and what `book_room` raises.
    """
    before, room = opened(session, booking_id, by, "add to", now)
    if before.series_id is None:
        raise refusals.not_a_series()
    zone = room.building.zone
    for one in records(session, repository.of_series(session, before.series_id), now):
        if one.status in repository.ACTIVE and one.starts_at.astimezone(zone).date() == day:
            return one
    wall = on_the_wall(before.starts_at, zone)
    starts_at = instant(datetime.combine(day, wall.time()), zone)
    ends_at = starts_at + (before.ends_at - before.starts_at)
    rules.check_wish(room, starts_at, ends_at, before.attendees, now)
    waits = rules.waits_for_approval(room, by, starts_at, now)
    status = PENDING if waits else CONFIRMED
    values = new_values(room, starts_at, ends_at, status, now, via, exempt=before.check_in_exempt) | {
        "title": before.title,
        **organized_by(before.organizer),
        "booked_by_key": by.key,
        "attendees": before.attendees,
        "private": before.private,
        "series_id": before.series_id,
        "recurs_at": starts_at,
    }
    refuse_taken(session, room, values, now, by, before.attendees)
    new = added(session, values, now)
    notices.series_grew(session, new, by, now)
    return new
