"""What rooms have: a list of the site's own. A slug stands for good, its name may change."""

from __future__ import annotations

import re

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from hub.errors import Conflict, Refused, not_found
from hub.rooms import repository
from hub.rooms.models import Amenity, Room, RoomAmenity
from hub.rooms.names import folded, name_taken, named

LONGEST_SLUG = 64


def amenities(session: Session) -> list[tuple[str, str]]:
    """Slug and name of each."""
    return [(row.slug, row.name) for row in repository.amenities(session)]


def add_amenity(session: Session, name: str, slug: str | None = None) -> tuple[str, str]:
    """The slug is made from the name where none is given. Raises Conflict where either is taken."""
    name = _free_name(session, name)
    slug = slug or _slug_of(name)
    if slug in dict(amenities(session)):
        raise Conflict("slug-taken", "There is such an amenity", f"{slug!r} is taken: give another.")
    session.execute(insert(Amenity).values(slug=slug, name=name))
    return slug, name


def rename_amenity(session: Session, slug: str, name: str) -> None:
    """Raises NotFound, and Conflict where the name is taken."""
    if amenity_name(session, slug) != named(name):
        session.execute(update(Amenity).where(Amenity.slug == slug).values(name=_free_name(session, name)))


def remove_amenity(session: Session, slug: str) -> None:
    """Raises NotFound, and Conflict while a room has it."""
    name = amenity_name(session, slug)
    key = repository.amenity_keys(session, [slug])[slug]
    has_it = RoomAmenity.amenity_key == key
    count = session.scalar(
        select(func.count()).select_from(RoomAmenity).join(Room).where(has_it, Room.deleted_at.is_(None))
    )
    if count:
        detail = f"{name} is in {count} room{'s' if count > 1 else ''}: take it out of them first."
        raise Conflict("amenity-in-use", "Rooms have this amenity", detail)
    session.execute(delete(RoomAmenity).where(has_it))
    session.execute(delete(Amenity).where(Amenity.key == key))


def amenity_name(session: Session, slug: str) -> str:
    """Raises NotFound."""
    found = dict(amenities(session))
    if slug not in found:
        raise not_found("amenity", slug)
    return found[slug]


def _free_name(session: Session, name: str) -> str:
    name = named(name)
    if any(folded(other) == folded(name) for _, other in amenities(session)):
        raise name_taken("amenity", name)
    return name


def _slug_of(name: str) -> str:
    slug = re.sub("[^a-z0-9]+", "-", folded(name)).strip("-")[:LONGEST_SLUG].strip("-")
    if not slug:
        raise Refused(
            "bad-slug", "This needs a slug", f"{name!r} has no letters from a to z: give a slug with it."
        )
    return slug
