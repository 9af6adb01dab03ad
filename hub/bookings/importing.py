"""Bookings that come from a calendar: as they are, past ones too; only overlap is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy.orm import Session

from hub.bookings import lifecycle, repository
from hub.bookings.models import COMPLETED, CONFIRMED
from hub.bookings.settling import settle_room
from hub.db.base import new_id
from hub.rooms import service as rooms
from hub.rooms.service import RoomRecord

_UIDS_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedBooking:
    """`uid` names the event for ever, up to 512 characters; `title` has 1 to 255."""

    uid: str
    room_id: str
    title: str
    starts_at: datetime
    ends_at: datetime


class ImportOutcome(Enum):
    ADDED = "added"
    KNOWN = "known"
    OVERLAPS = "overlaps"


def import_bookings(
    session: Session, events: Sequence[ImportedBooking], now: datetime
) -> list[ImportOutcome]:
    """Adds what is not there yet, in the given order; one outcome for each event.

    Policy limits do not apply. Raises NotFound for a room.
    """
    at: dict[str, RoomRecord] = {}
    for room_id in dict.fromkeys(event.room_id for event in events):
        at[room_id] = rooms.room(session, room_id)
        settle_room(session, at[room_id].key, now)
    known = set().union(*(repository.known_uids(session, uids) for uids in _batches(events)))
    outcomes = []
    for event in events:
        outcome = ImportOutcome.KNOWN
        if event.uid not in known:
            outcome = _import_one(session, at[event.room_id], event, now)
        if outcome is ImportOutcome.ADDED:
            known.add(event.uid)
        outcomes.append(outcome)
    return outcomes


def _batches(events: Sequence[ImportedBooking]) -> Iterator[list[str]]:
    for first in range(0, len(events), _UIDS_AT_ONCE):
        yield [event.uid for event in events[first : first + _UIDS_AT_ONCE]]


def _import_one(session: Session, room: RoomRecord, event: ImportedBooking, now: datetime) -> ImportOutcome:
    """Imported events take no buffer: nobody asked for one when they were made."""
    if repository.is_taken(session, room.key, event.starts_at, event.ends_at):
        return ImportOutcome.OVERLAPS
    repository.add(session, _values(room, event, now))
    rooms.touch(session, room.key)
    return ImportOutcome.ADDED


def _values(room: RoomRecord, event: ImportedBooking, now: datetime) -> dict[str, Any]:
    over = event.ends_at <= now
    by = lifecycle.check_in_deadline(room.policy, event.starts_at, event.ends_at, now, exempt=over)
    standing = lifecycle.Standing(
        status=COMPLETED if over else CONFIRMED,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        check_in_by=by,
    )
    return {
        "id": new_id(),
        "room_key": room.key,
        "title": event.title,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "blocks_until": event.ends_at,
        "status": standing.status,
        "check_in_exempt": over,
        "check_in_by": by,
        "next_at": lifecycle.next_deadline(standing),
        "ended_at": event.ends_at if over else None,
        "created_at": now,
        "created_via": "import",
        "imported_uid": event.uid,
    }
