"""Whether rooms have the seats that people need: over meetings whose people were counted, and no others."""

from __future__ import annotations

from collections.abc import Sequence

from hub.analytics.figures import Sums, ratio
from hub.analytics.house_digest import added
from hub.analytics.records import Advice, RoomCapacity
from hub.analytics.study import Study
from hub.rooms.service import RoomHistory

ENOUGH = 10
"""Counts below which a room is given no advice."""


def capacity(study: Study) -> list[RoomCapacity]:
    """By building, floor and name; rooms with neither available time nor meetings are left out."""
    seats = _seats(study.rooms)
    told = []
    for one in study.rooms:
        digests = study.digests[one.room.key]
        if study.open[one.room.key].total_s or any(digest.any for digest in digests):
            counts = sorted(count for digest in digests for count in digest.counts)
            told.append(_told(one, added(digest.whole for digest in digests), counts, seats))
    return told


def _seats(rooms: Sequence[RoomHistory]) -> dict[str, list[int]]:
    """Capacities of each building's rooms that are there still."""
    found: dict[str, list[int]] = {}
    for one in rooms:
        if not one.room.deleted:
            found.setdefault(one.room.building.id, []).append(one.room.capacity)
    return found


def _told(one: RoomHistory, sums: Sums, counts: list[int], seats: dict[str, list[int]]) -> RoomCapacity:
    room = one.room
    below = max((size for size in seats.get(room.building.id, []) if size < room.capacity), default=None)
    return RoomCapacity(
        room_id=room.id,
        room_name=room.name,
        floor_name=room.floor.name,
        building_name=room.building.name,
        capacity=room.capacity,
        removed=room.deleted,
        meetings=sums.meetings,
        attendance_known=sums.attendance_known,
        attendance_coverage=ratio(sums.attendance_known, sums.meetings),
        attendees=sums.attendees,
        seats=sums.seats,
        seat_fill=ratio(sums.attendees, sums.seats),
        typical_attendance=counts[(len(counts) - 1) // 2] if counts else None,
        ninth_attendance=ninth(counts),
        largest_attendance=counts[-1] if counts else None,
        would_fit_smaller=0 if below is None else sum(1 for count in counts if count <= below),
        advice=advice(room.capacity, counts),
    )


def ninth(counts: Sequence[int]) -> int | None:
    """The smallest that nine in ten of these ascending counts do not exceed."""
    return counts[(9 * len(counts) + 9) // 10 - 1] if counts else None


def advice(capacity: int, counts: Sequence[int]) -> Advice | None:
    """What to think of; `counts` ascend."""
    if len(counts) < ENOUGH:
        return None
    if sum(1 for count in counts if count > capacity) * 10 >= len(counts):
        return "larger"
    return "smaller" if 2 * (ninth(counts) or 0) <= capacity else "fits"
