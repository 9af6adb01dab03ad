"""Which rooms are free, now or for a given time; and what to offer instead of a room that is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from hub.bookings import free_slots, reading, refusals, repository, rules
from hub.bookings.models import CHECKED_IN, CONFIRMED
from hub.bookings.reading import BookingRecord
from hub.rooms import service as rooms
from hub.rooms.service import RoomFilter, RoomRecord
from shared.room_status import AVAILABLE, OCCUPIED, OUT_OF_SERVICE

CHUNK = 200
OTHER_ROOMS = 3
LOOKED_THROUGH = 20
"""As many rooms are looked through for a whole series: each is asked about all of its time."""
AROUND = timedelta(hours=24)
"""How far from the wished time the same room is offered."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A room and a time that could be booked now."""

    room: RoomRecord
    starts_at: datetime
    ends_at: datetime


def room_statuses(session: Session, some: Sequence[RoomRecord], now: datetime) -> dict[int, str]:
    """By key, what `shared.room_status.status_at` says of each room's RoomState at `now`."""
    stored = repository.active(session, [one.key for one in some], now, now + timedelta(seconds=1))
    occupied = {
        one.room_key for one in reading.records(session, stored, now) if one.status in {CONFIRMED, CHECKED_IN}
    }
    return {
        one.key: OUT_OF_SERVICE
        if one.out_of_service is not None
        else OCCUPIED
        if one.key in occupied
        else AVAILABLE
        for one in some
    }


def room_status(session: Session, room: RoomRecord, now: datetime) -> str:
    return room_statuses(session, [room], now)[room.key]


def find_rooms(
    session: Session,
    wanted: RoomFilter,
    now: datetime,
    *,
    limit: int,
    status: str | None = None,
    free: tuple[datetime, datetime] | None = None,
) -> tuple[list[tuple[RoomRecord, str]], bool]:
    """Up to `limit` rooms in the filter's order, each with its status, and whether there are more.

    `free`: only rooms that could be booked for all of that time.
    """
    if free is not None and free[1] <= free[0]:
        raise refusals.end_before_start()
    found: list[tuple[RoomRecord, str]] = []
    while len(found) <= limit:
        some = rooms.matching_rooms(session, wanted, CHUNK)
        statuses = room_statuses(session, some, now)
        left = some if free is None else free_rooms(session, some, *free, now)
        found += [(one, statuses[one.key]) for one in left if status in {None, statuses[one.key]}]
        if len(some) < CHUNK:
            break
        wanted = replace(wanted, after=(some[-1].capacity, some[-1].name, some[-1].key))
    return found[:limit], len(found) > limit


def free_rooms(
    session: Session, some: Sequence[RoomRecord], starts_at: datetime, ends_at: datetime, now: datetime
) -> list[RoomRecord]:
    """Those of the rooms that are in service and would take a booking of that time, buffer included."""
    longest_buffer = max((one.policy.buffer_s for one in some), default=0)
    taken = busy(session, some, starts_at, ends_at + timedelta(seconds=longest_buffer), now)
    return [
        one
        for one in some
        if one.out_of_service is None
        and rules.takes(one.policy, starts_at, ends_at, now)
        and _is_free(taken.get(one.key, ()), starts_at, ends_at + timedelta(seconds=one.policy.buffer_s))
    ]


def busy(
    session: Session, some: Sequence[RoomRecord], from_at: datetime, to_at: datetime, now: datetime
) -> dict[int, list[BookingRecord]]:
    """What takes some of that time at `now`, by room; what has been released since is not in it."""
    stored = repository.blocking(session, [one.key for one in some], from_at, to_at)
    found: dict[int, list[BookingRecord]] = {}
    for one in reading.records(session, stored, now):
        if one.blocks_until is not None:
            found.setdefault(one.room_key, []).append(one)
    return found


def slots(
    session: Session, room: RoomRecord, day: date, minutes: int | None, now: datetime
) -> list[tuple[datetime, datetime]]:
    """The gaps of that local day, in opening hours and from the next whole minute on, in which any booking
    of `minutes` (None: the shortest) can be made.

    Raises Refused for a length the room is not booked for, and for a day beyond the calendar.
    """
    policy = room.policy
    length = timedelta(minutes=policy.min_minutes if minutes is None else minutes)
    rules.check_length(policy, length)
    begins, ends = reading.local_day(room, day)
    if room.out_of_service is not None:
        return []
    taken = busy(session, [room], begins, ends + policy.buffer, now).get(room.key, [])
    return free_slots.free_slots(
        free_slots.opening_times(policy, day, room.building.zone),
        [(one.starts_at, one.blocks_until) for one in taken if one.blocks_until is not None],
        length=length,
        buffer=policy.buffer,
        earliest=now + timedelta(seconds=-now.second % 60),
        latest_start=now + policy.horizon,
    )


def _is_free(taken: Sequence[BookingRecord], starts_at: datetime, blocks_until: datetime) -> bool:
    return not any(
        one.blocks_until is not None and one.starts_at < blocks_until and starts_at < one.blocks_until
        for one in taken
    )


def alternatives(
    session: Session,
    room: RoomRecord,
    starts_at: datetime,
    ends_at: datetime,
    attendees: int | None,
    now: datetime,
) -> list[Offer]:
    """The same room just before and just after, then other rooms of the building at the same time,
    the smallest that is large enough first."""
    return [
        *_other_times(session, room, starts_at, ends_at, now),
        *other_rooms(session, room, starts_at, ends_at, attendees, now),
    ]


def _other_times(
    session: Session, room: RoomRecord, starts_at: datetime, ends_at: datetime, now: datetime
) -> list[Offer]:
    length = ends_at - starts_at
    taken = busy(session, [room], starts_at - AROUND, ends_at + AROUND, now).get(room.key, [])
    blocks = length + timedelta(seconds=room.policy.buffer_s)
    starts = {one.starts_at - blocks for one in taken} | {
        one.blocks_until for one in taken if one.blocks_until
    }
    fitting = sorted(
        at
        for at in starts
        if now <= at <= now + room.policy.horizon
        and starts_at - AROUND <= at <= starts_at + AROUND - blocks
        and _is_free(taken, at, at + blocks)
    )
    before = [at for at in fitting if at < starts_at][-1:]
    after = [at for at in fitting if at > starts_at][:1]
    return [Offer(room, at, at + length) for at in before + after]


def other_rooms(
    session: Session,
    room: RoomRecord,
    starts_at: datetime,
    ends_at: datetime,
    attendees: int | None,
    now: datetime,
) -> list[Offer]:
    """Up to OTHER_ROOMS of the building that are free then, the smallest that is large enough first."""
    wanted = RoomFilter(building_id=room.building.id, min_capacity=attendees, smallest_first=True)
    others = [one for one in rooms.matching_rooms(session, wanted, CHUNK) if one.key != room.key]
    free = free_rooms(session, others, starts_at, ends_at, now)
    return [Offer(one, starts_at, ends_at) for one in free[:OTHER_ROOMS]]


def rooms_for_all(
    session: Session,
    room: RoomRecord,
    times: Sequence[tuple[datetime, datetime]],
    attendees: int | None,
    now: datetime,
) -> list[Offer]:
    """Other rooms of the building that a whole series fits into, the smallest that is large enough first;
    each with the first of the times."""
    wanted = RoomFilter(building_id=room.building.id, min_capacity=attendees, smallest_first=True)
    others = [one for one in rooms.matching_rooms(session, wanted, LOOKED_THROUGH) if one.key != room.key]
    found: list[Offer] = []
    for one in others:
        if one.out_of_service is None and _fits_all(session, one, times, now):
            found.append(Offer(one, *times[0]))
        if len(found) == OTHER_ROOMS:
            break
    return found


def _fits_all(
    session: Session, room: RoomRecord, times: Sequence[tuple[datetime, datetime]], now: datetime
) -> bool:
    if not all(rules.takes(room.policy, starts_at, ends_at, now) for starts_at, ends_at in times):
        return False
    last = max(ends_at for _, ends_at in times) + room.policy.buffer
    taken = busy(session, [room], times[0][0], last, now).get(room.key, [])
    return all(_is_free(taken, starts_at, ends_at + room.policy.buffer) for starts_at, ends_at in times)
