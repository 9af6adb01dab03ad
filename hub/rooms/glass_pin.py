"""A room's PIN: what one has to know at its panel, where the room's policy asks for it.

Only its argon2 hash is kept. Ten thousand PINs are soon tried by who has stolen the hash: it keeps a PIN from
the eyes of operators and from backups that are read, and is no substitute for guarding them.
"""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.errors import Conflict, not_found
from hub.rooms.models import Room
from hub.rooms.policy import asks_for_pin
from hub.rooms.revisions import touch


def set_glass_pin(session: Session, room_id: str, pin_hash: str) -> None:
    """From now on this one; attempts at another no longer count. Raises NotFound."""
    key, _ = _room(session, room_id)
    _keep(session, key, pin_hash)


def remove_glass_pin(session: Session, room_id: str) -> None:
    """Raises NotFound, and Conflict while the room asks for it."""
    key, overrides = _room(session, room_id)
    if asks_for_pin(overrides):
        raise Conflict(
            "glass-pin-in-use",
            "This room's panels ask for its PIN",
            "Change its policy first: glass must have no 'pin'.",
        )
    _keep(session, key, None)


def _room(session: Session, room_id: str) -> tuple[int, dict[str, object]]:
    found = select(Room.key, Room.policy).where(Room.id == room_id, Room.deleted_at.is_(None))
    row = session.execute(found).one_or_none()
    if row is None:
        raise not_found("room", room_id)
    return row.key, row.policy


def _keep(session: Session, room_key: int, pin_hash: str | None) -> None:
    session.execute(update(Room).where(Room.key == room_key).values(glass_pin_hash=pin_hash))
    touch(session, room_key)


def glass_pin_hash(session: Session, room_key: int) -> str | None:
    return session.scalar(select(Room.glass_pin_hash).where(Room.key == room_key))


def refuse_missing_pin(overrides: dict[str, object], *, pin_set: bool) -> None:
    """Raises Conflict where the overrides ask for a PIN that nobody has set."""
    if asks_for_pin(overrides) and not pin_set:
        raise Conflict(
            "no-glass-pin",
            "This room has no PIN",
            "Set one first, with PUT /rooms/{id}/glass-pin.",
        )
