"""What a change of a room, or of the site, does to bookings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import UNSET
from sqlalchemy.orm import Session

from hub.accounts.service import Account
from hub.bookings import lifecycle, news, notices, repository
from hub.bookings.models import PENDING
from hub.bookings.reading import BookingRecord, records
from hub.bookings.settling import settle_room, settle_rooms
from hub.rooms import service as rooms
from hub.rooms.service import Policy, PolicyOverrides, RoomChanges, RoomRecord


def change_room(
    session: Session, room_id: str, changes: RoomChanges, now: datetime, by: Account | None = None
) -> RoomRecord:
    """Changes the room; a new policy's check-in rule holds for bookings whose window has not closed yet.

    A buffer stays as it was when the booking was made. Raises what `rooms.service.add_room` raises.
    """
    before = rooms.room(session, room_id)
    settle_room(session, before.key, now)
    room = rooms.change_room(session, room_id, changes, now)
    if changes.policy is not UNSET:
        _follow_policy(session, room, now)
    if before.out_of_service is None and room.out_of_service is not None:
        notices.room_closed(session, room, by, now)
    return room


def change_site_policy(session: Session, changes: PolicyOverrides, now: datetime) -> Policy:
    """Changes what holds in every room that does not say otherwise, as if each room's own policy had changed.

    Raises Refused where it contradicts itself or a room's own.
    """
    keys = rooms.room_keys(session)
    settle_rooms(session, keys, now)
    rooms.change_site_policy(session, changes)
    for room in rooms.rooms_by_key(session, keys).values():
        _follow_policy(session, room, now)
    return rooms.site_policy(session)


def _follow_policy(session: Session, room: RoomRecord, now: datetime) -> None:
    for row in repository.active(session, [room.key], now):
        if row.held_at is not None or row.checked_in_at is not None:
            continue
        by = lifecycle.check_in_deadline(
            room.policy, row.starts_at, row.ends_at, row.created_at, exempt=row.check_in_exempt
        )
        if by == row.check_in_by:
            continue
        standing = lifecycle.Standing(
            status=row.status, starts_at=row.starts_at, ends_at=row.ends_at, check_in_by=by
        )
        repository.change(session, row.key, {"check_in_by": by, "next_at": lifecycle.next_deadline(standing)})
    settle_room(session, room.key, now)


def remove_room(session: Session, room_id: str, now: datetime, by: Account | None = None) -> None:
    """Takes the room away: what is under way ends, what was to come is cancelled, all stays on record."""
    room_key = rooms.room(session, room_id).key
    settle_room(session, room_key, now)
    rows = repository.active(session, [room_key], now)
    gone = [one for one in records(session, rows, now) if one.starts_at >= now or one.status == PENDING]
    for row in rows:
        begun = row.status != PENDING and row.starts_at < now
        over = lifecycle.ended(row.starts_at, now, row.buffer_s) if begun else lifecycle.cancelled(now)
        repository.change(session, row.key, over)
        news.became(session, [(row, over)], now)
    rooms.remove_room(session, room_id, now)
    for some in _by_series(gone):
        notices.cancelled(session, some, by, now, reason="The room is not there any more.")


def _by_series(some: Sequence[BookingRecord]) -> Iterable[list[BookingRecord]]:
    found: dict[str, list[BookingRecord]] = {}
    for one in some:
        found.setdefault(one.series_id or one.id, []).append(one)
    return found.values()
