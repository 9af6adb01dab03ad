"""What holds at every room unless the room says otherwise: the site's own policy."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.errors import Refused
from hub.rooms.models import Room, Site
from hub.rooms.policy import Policy, PolicyOverrides, effective, merged, names
from hub.rooms.revisions import touch


def site_policy(session: Session) -> Policy:
    """The policy of a room that overrides nothing."""
    return effective(session.scalars(select(Site.policy)).one())


def site_overridden(session: Session) -> list[str]:
    """What the site does otherwise than Circle Time's own defaults, by name."""
    return names(session.scalars(select(Site.policy)).one())


def stored_site_policy(session: Session) -> dict[str, Any]:
    """What the site does otherwise than Circle Time's own defaults, and goes on doing until a write ends."""
    stored: dict[str, Any] = session.scalars(select(Site.policy).with_for_update(read=True)).one()
    return stored


def change_site_policy(session: Session, changes: PolicyOverrides) -> None:
    """Every room has changed with it. Raises Refused where it contradicts itself, or a room's own."""
    kept = merged({}, session.scalars(select(Site.policy).with_for_update()).one(), changes)
    rooms = session.execute(
        select(Room.key, Room.name, Room.policy).where(Room.deleted_at.is_(None)).order_by(Room.key)
    ).all()
    for room in rooms:
        try:
            merged(kept, room.policy, PolicyOverrides())
        except Refused as refused:
            detail = f"In {room.name}, which has a policy of its own: {refused.detail}"
            raise Refused(refused.slug, refused.title, detail) from refused
    session.execute(update(Site).values(policy=kept))
    for room in rooms:
        touch(session, room.key)


def department_leads_allowed(session: Session) -> bool:
    """Whether who leads a department may see its analytics."""
    return session.scalars(select(Site.department_leads)).one()


def allow_department_leads(session: Session, allowed: bool) -> None:  # noqa: FBT001  the fact itself
    session.execute(update(Site).values(department_leads=allowed))
