"""Rooms to go to instead: free now, in the same building, the same floor first."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.bookings.availability import busy, free_rooms
from hub.rooms import service as rooms
from hub.rooms.service import RoomFilter, RoomRecord

LOOKED_THROUGH = 200
SHORTEST = timedelta(minutes=15)
"""A room that is free for less is no help to anybody."""

AHEAD = timedelta(hours=12)
"""How far ahead it is told until when a room is free."""


def free_nearby(
    session: Session, room: RoomRecord, now: datetime, limit: int
) -> list[tuple[RoomRecord, datetime]]:
    """Up to `limit` other rooms, each with the moment until which it is free; the smallest first on each floor."""
    wanted = RoomFilter(building_id=room.building.id, smallest_first=True)
    some = [one for one in rooms.matching_rooms(session, wanted, LOOKED_THROUGH) if one.key != room.key]
    free = free_rooms(session, some, now, now + SHORTEST, now)
    free.sort(key=lambda one: one.floor.id != room.floor.id)
    free = free[:limit]
    taken = busy(session, free, now, now + AHEAD, now)
    return [
        (one, min((other.starts_at for other in taken.get(one.key, ())), default=now + AHEAD)) for one in free
    ]
