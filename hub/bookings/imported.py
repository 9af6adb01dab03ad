"""Bookings taken over from another calendar: it has granted them, so policy does not apply; overlap does."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import insert
from sqlalchemy.orm import Session

from hub.accounts.service import Account, account_with_email
from hub.bookings import repository
from hub.bookings.calendar_file import CalendarEvent, Remark
from hub.bookings.lifecycle import Standing, check_in_deadline, next_deadline
from hub.bookings.models import COMPLETED, CONFIRMED, Booking
from hub.bookings.settling import settle_rooms
from hub.db.base import new_id
from hub.errors import NotFound
from hub.rooms import service as rooms
from hub.rooms.many_rooms import add_rooms
from hub.rooms.service import BuildingRecord, RoomFilter, RoomRecord

NEW_FLOOR = "unknown"
"""Read as "Floor unknown", until somebody says better."""
VIA = "import"
_CHUNK = 500

Item = TypeVar("Item")


@dataclass(slots=True)
class Import:
    """What became of the events. `known` came in before, and were left as they are now."""

    rooms: int = 0
    new_rooms: int = 0
    new: int = 0
    known: int = 0
    skipped: list[Remark] = field(default_factory=list)


def import_bookings(
    session: Session, building: BuildingRecord, events: Sequence[CalendarEvent], seats: int, now: datetime
) -> Import:
    """Books every event that is not known yet, in the file's order: of two that overlap the first comes in.

    Rooms are found by name in the building, whatever the case; missing ones are added with `seats` seats.
    What is past comes in as completed: nobody can tell any more whether they came.
    """
    done = Import(rooms=len({_folded(event.room) for event in events}))
    uids = [_uid(building, event) for event in events]
    known = {uid for chunk in _chunks(uids) for uid in repository.known_uids(session, chunk)}
    new = [(uid, event) for uid, event in zip(uids, events, strict=True) if uid not in known]
    done.known = len(events) - len(new)
    at, added = _rooms_by_name(session, building, [event for _, event in new], seats, now)
    done.new_rooms = len(added)
    taken = _taken(session, {room.key for room in at.values()}, [event for _, event in new], now)
    organizers = _organizers(session, {event.organizer_email for _, event in new})
    rows = []
    for uid, event in new:
        room = at[_folded(event.room)]
        obstacle = taken[room.key].put(event)
        if obstacle:
            done.skipped.append(_remark(event, room, obstacle, building))
        else:
            rows.append(_row(event, uid, room, organizers.get(event.organizer_email or ""), now))
    for chunk in _chunks(rows):
        session.execute(insert(Booking), chunk)
    for room_key in {row["room_key"] for row in rows} - added:
        rooms.touch(session, room_key)
    done.new = len(rows)
    return done


def _rooms_by_name(
    session: Session,
    building: BuildingRecord,
    events: Sequence[CalendarEvent],
    seats: int,
    now: datetime,
) -> tuple[dict[str, RoomRecord], set[int]]:
    """By folded name, with the keys of those that were missing and are now on the building's first floor."""
    wanted: dict[str, str] = {}
    for event in events:
        wanted.setdefault(_folded(event.room), event.room)
    there = rooms.matching_rooms(session, RoomFilter(building_id=building.id), limit=1_000_000)
    found = {_folded(room.name): room for room in there if _folded(room.name) in wanted}
    missing = [name for folded, name in wanted.items() if folded not in found]
    added: set[int] = set()
    if missing:
        floor = building.floors[0] if building.floors else rooms.add_floor(session, building.id, NEW_FLOOR)
        for room in add_rooms(session, floor.id, missing, seats, now):
            found[_folded(room.name)] = room
            added.add(room.key)
    return found, added


def _folded(name: str) -> str:
    return name.casefold()


def _uid(building: BuildingRecord, event: CalendarEvent) -> str:
    """What the event is known by: the same file may be imported into several buildings."""
    return hashlib.sha256(f"{building.id}\n{event.identity}".encode()).hexdigest()


def _organizers(session: Session, emails: Iterable[str | None]) -> dict[str, Account]:
    """The users among them, by address."""
    found = {}
    for email in emails:
        try:
            found[email or ""] = account_with_email(session, email or "")
        except NotFound:
            continue
    return found


@dataclass(frozen=True, slots=True)
class _Obstacle:
    starts_at: datetime
    blocks_until: datetime
    title: str | None


class _Timeline:
    """What a room is taken for; in order, and never overlapping."""

    def __init__(self) -> None:
        self._starts: list[datetime] = []
        self._taken: list[_Obstacle] = []

    def append(self, taken: _Obstacle) -> None:
        """The latest yet."""
        self._starts.append(taken.starts_at)
        self._taken.append(taken)

    def put(self, event: CalendarEvent) -> _Obstacle | None:
        """Takes the event's time, or returns what is in its way."""
        after = bisect_left(self._starts, event.ends_at)
        if after and self._taken[after - 1].blocks_until > event.starts_at:
            return self._taken[after - 1]
        title = None if event.private else event.title
        self._starts.insert(after, event.starts_at)
        self._taken.insert(after, _Obstacle(event.starts_at, event.ends_at, title))
        return None


def _taken(
    session: Session, room_keys: set[int], events: Sequence[CalendarEvent], now: datetime
) -> dict[int, _Timeline]:
    """By room, what is booked there while the events last; overdue check-ins are settled first."""
    found = {room_key: _Timeline() for room_key in room_keys}
    if not events:
        return found
    begins = min(event.starts_at for event in events)
    ends = max(event.ends_at for event in events)
    for chunk in _chunks(sorted(room_keys)):
        settle_rooms(session, chunk, now)
        for row in repository.blocking(session, chunk, begins, ends):
            title = None if row.private else row.title
            found[row.room_key].append(_Obstacle(row.starts_at, row.blocks_until, title))
    return found


def _remark(event: CalendarEvent, room: RoomRecord, obstacle: _Obstacle, building: BuildingRecord) -> Remark:
    begins, ends = (at.astimezone(building.zone) for at in (obstacle.starts_at, obstacle.blocks_until))
    by = f' by "{obstacle.title}"' if obstacle.title else ""
    reason = f"{room.name} is taken from {begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M}{by}"
    return Remark(event.line, event.identity.partition("\n")[0], event.title, reason)


def _row(
    event: CalendarEvent, uid: str, room: RoomRecord, organizer: Account | None, now: datetime
) -> dict[str, Any]:
    """A row of the table. An import has no buffer: that too is policy."""
    past = event.ends_at <= now
    by = check_in_deadline(room.policy, event.starts_at, event.ends_at, now, exempt=past)
    status = COMPLETED if past else CONFIRMED
    standing = Standing(status=status, starts_at=event.starts_at, ends_at=event.ends_at, check_in_by=by)
    return {
        "id": new_id(),
        "room_key": room.key,
        "title": event.title,
        "organizer_key": organizer.key if organizer else None,
        "organizer_department": organizer.department if organizer else None,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "blocks_until": event.ends_at,
        "status": status,
        "check_in_exempt": past,
        "private": event.private,
        "check_in_by": by,
        "ended_at": event.ends_at if past else None,
        "created_at": now,
        "created_via": VIA,
        "next_at": next_deadline(standing),
        "imported_uid": uid,
    }


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
