"""Makes permanent what time has done: before each write of a room, and when a deadline comes.

Late or never, it changes no answer: every read derives the same (`lifecycle.changed_by_time`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from hub.bookings import news, notices, repository
from hub.bookings.models import CANCELLED, NO_SHOW
from hub.bookings.reading import changes_by_time
from hub.rooms import service as rooms

BATCH = 500
"""So many in one transaction: after a long sleep others get their turn in between."""


def settle_room(session: Session, room_key: int, now: datetime) -> None:
    """Locks the room, and stores what time has done to its bookings."""
    settle_rooms(session, [room_key], now)


def settle_rooms(session: Session, room_keys: Sequence[int], now: datetime) -> None:
    """The same for several; who settles many at a time takes them in order of key, as `rooms.lock` does."""
    _settle(session, repository.due(session, now, rooms.lock(session, room_keys)), now)


def settle_due(session: Session, now: datetime) -> datetime | None:
    """Stores it for every room, up to BATCH bookings; the next deadline, which is not after `now` where
    some are left, or None where none is known.

    A room that somebody else is changing is left to them: so hubs on one database share the work."""
    overdue = repository.due(session, now, limit=BATCH)
    mine = rooms.lock(session, {row.room_key for row in overdue}, skip_locked=True)
    _settle(session, repository.due(session, now, mine, limit=BATCH), now)
    return repository.next_deadline(session)


def _settle(session: Session, overdue: Sequence[Row[Any]], now: datetime) -> None:
    if not overdue:
        return
    at = rooms.rooms_by_key(session, {row.room_key for row in overdue})
    become = changes_by_time(session, overdue, at, now)
    for key, changes in become.items():
        repository.change(session, key, changes)
    news.became(session, [(row, become[row.key]) for row in overdue], now)
    lost = {key for key, changes in become.items() if changes.get("status") in {CANCELLED, NO_SHOW}}
    of_somebody = [row.key for row in overdue if row.key in lost and row.organizer_key is not None]
    if of_somebody:
        notices.decided_by_time(session, of_somebody, now)
    for room_key in at:
        rooms.touch(session, room_key)
