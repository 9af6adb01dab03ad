"""What rooms were in the past, for reports: from when to when each was there, and when nobody could use it.

Opening hours, capacity, floor and zone are those of today for the whole past: it is compared like with like,
and a change of hours makes no step in a trend (docs/analytics.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from hub.rooms import repository
from hub.rooms.models import OutOfService
from hub.rooms.records import RoomRecord, room_record

Interval = tuple[datetime, datetime | None]
"""From, to; to None where it lasts."""


@dataclass(frozen=True, slots=True)
class RoomHistory:
    """`out_of_service` in order. `removed_at` None: it is there still."""

    room: RoomRecord
    added_at: datetime
    removed_at: datetime | None
    out_of_service: tuple[Interval, ...]


def note_service(session: Session, room_key: int, now: datetime, *, out: bool) -> None:
    """From now on the room is out of service, or is not; said again, it changes nothing."""
    lasts = OutOfService.room_key == room_key, OutOfService.ended_at.is_(None)
    if not out:
        session.execute(update(OutOfService).where(*lasts).values(ended_at=now))
    elif session.scalar(select(OutOfService.key).where(*lasts)) is None:
        session.execute(insert(OutOfService).values(room_key=room_key, began_at=now))


def histories(
    session: Session,
    *,
    building_id: str | None = None,
    floor_id: str | None = None,
    room_ids: Sequence[str] = (),
) -> list[RoomHistory]:
    """Of every room there is or was, by building, floor and name; what is None or empty does not narrow."""
    rows = repository.rooms_ever(session, building_id, floor_id, room_ids)
    closed = _closed(session, [row.key for row in rows])
    return [
        RoomHistory(room_record(row), row.created_at, row.deleted_at, tuple(closed.get(row.key, ())))
        for row in rows
    ]


def _closed(session: Session, room_keys: Iterable[int]) -> dict[int, list[Interval]]:
    found: dict[int, list[Interval]] = {}
    there = select(OutOfService.room_key, OutOfService.began_at, OutOfService.ended_at)
    wanted = set(room_keys)
    for row in session.execute(there.order_by(OutOfService.room_key, OutOfService.began_at)):
        if row.room_key in wanted:
            found.setdefault(row.room_key, []).append((row.began_at, row.ended_at))
    return found
