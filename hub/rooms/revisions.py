"""A room's revision, and which of them the broker has (design, "State, not events")."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from hub.db.database import emit
from hub.events import RoomChanged
from hub.rooms.models import Room

_TOUCHED = "rooms touched"


def touch(session: Session, room_key: int) -> int:
    """Raises the room's revision: once in a transaction, however much of the room changes in it."""
    touched: dict[int, int] = session.info.setdefault(_TOUCHED, {})
    if room_key not in touched:
        row = session.execute(
            update(Room)
            .where(Room.key == room_key)
            .values(revision=Room.revision + 1)
            .returning(Room.id, Room.revision)
        ).one()
        touched[room_key] = row.revision
        emit(session, RoomChanged(row.id, row.revision))
    return touched[room_key]


def revisions(session: Session) -> dict[str, int]:
    """Every room's revision, by its id; a deleted room keeps the one it went with."""
    return {row.id: row.revision for row in session.execute(select(Room.id, Room.revision))}


def revisions_of(session: Session, keys: Iterable[int]) -> dict[int, int]:
    """The revisions of these rooms, by key; a deleted one's is left out."""
    found = select(Room.key, Room.revision).where(Room.key.in_(set(keys)), Room.deleted_at.is_(None))
    return {row.key: row.revision for row in session.execute(found)}


def unpublished(session: Session, now: datetime) -> dict[str, int]:
    """The rooms whose state has to go out, each with the revision that the broker has; a deleted one among them
    gets its empty payload."""
    rows = session.execute(
        select(Room.id, Room.published_revision)
        .where(or_(Room.revision != Room.published_revision, Room.publish_due_at <= now))
        .order_by(Room.key)
    )
    return {row.id: row.published_revision for row in rows}


def mark_published(session: Session, room_id: str, revision: int, due_at: datetime | None) -> None:
    """The broker has this revision; `due_at` is when the document wants to go out again by itself."""
    session.execute(
        update(Room).where(Room.id == room_id).values(published_revision=revision, publish_due_at=due_at)
    )


def unpublish_all(session: Session) -> None:
    """The broker knows nothing any more."""
    session.execute(update(Room).where(Room.deleted_at.is_(None)).values(published_revision=0))
