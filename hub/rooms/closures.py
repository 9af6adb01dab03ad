"""When a building is closed although it is a working day: holidays, and one-off closings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from msgspec import UNSET, UnsetType
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from hub.db.base import new_id
from hub.errors import Conflict, Refused, not_found
from hub.rooms import repository
from hub.rooms.models import Building, Closure
from hub.rooms.names import named

DAY_MIN = 24 * 60
LONGEST = timedelta(days=366)
MOST = 5000
"""Of one building."""


@dataclass(frozen=True, slots=True)
class ClosureRecord:
    """`from_day` to `to_day`, which is excluded; on each of those days from minute `closes` to minute `opens`."""

    id: str
    building_id: str
    name: str
    from_day: date
    to_day: date
    closes: int
    opens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClosure:
    """`imported_uid`: what its calendar knows it by; None for one that somebody enters."""

    name: str
    from_day: date
    to_day: date
    closes: int = 0
    opens: int = DAY_MIN
    imported_uid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureChanges:
    """What is UNSET stays as it is."""

    name: str | UnsetType = UNSET
    from_day: date | UnsetType = UNSET
    to_day: date | UnsetType = UNSET
    closes: int | UnsetType = UNSET
    opens: int | UnsetType = UNSET


_CLOSURES = select(
    Closure.id,
    Closure.name,
    Closure.from_day,
    Closure.to_day,
    Closure.closes,
    Closure.opens,
    Building.id.label("building_id"),
).join(Building, Building.key == Closure.building_key)


def closures(
    session: Session, building_id: str | None = None, from_day: date | None = None, to_day: date | None = None
) -> list[ClosureRecord]:
    """Those with a day in `[from_day, to_day)`, by their first day. Raises NotFound for the building."""
    found = _CLOSURES
    if building_id is not None:
        _building_key(session, building_id)
        found = found.where(Building.id == building_id)
    if from_day is not None:
        found = found.where(Closure.to_day > from_day)
    if to_day is not None:
        found = found.where(Closure.from_day < to_day)
    return [_record(row) for row in session.execute(found.order_by(Closure.from_day, Closure.key))]


def closure(session: Session, closure_id: str) -> ClosureRecord:
    """Raises NotFound."""
    row = session.execute(_CLOSURES.where(Closure.id == closure_id)).one_or_none()
    if row is None:
        raise not_found("closure", closure_id)
    return _record(row)


def add_closure(session: Session, building_id: str, new: NewClosure) -> ClosureRecord:
    """Raises NotFound for the building, Refused for what is no closure, Conflict past MOST."""
    (added,) = add_closures(session, building_id, [new])
    return closure(session, added)


def add_closures(session: Session, building_id: str, some: Sequence[NewClosure]) -> list[str]:
    """The ids of those that were not known by their `imported_uid`. Raises what `add_closure` raises."""
    building_key = _building_key(session, building_id)
    there = list(
        session.scalars(
            select(Closure.imported_uid)
            .where(Closure.building_key == building_key)
            .order_by(Closure.key)
            .with_for_update()
        )
    )
    known = set(there) - {None}
    rows = [
        {"id": new_id(), "building_key": building_key, "imported_uid": one.imported_uid} | _checked(one)
        for one in some
        if one.imported_uid is None or one.imported_uid not in known
    ]
    if len(there) + len(rows) > MOST:
        raise Conflict(
            "too-many-closures", "The building has too many closures", f"It can have {MOST}: remove old ones."
        )
    if rows:
        session.execute(insert(Closure), rows)
    return [str(row["id"]) for row in rows]


def change_closure(session: Session, closure_id: str, changes: ClosureChanges) -> ClosureRecord:
    """Raises NotFound, and Refused for what is no closure."""
    before = closure(session, closure_id)
    kept = {name: getattr(before, name) for name in ClosureChanges.__slots__}
    new = {name: getattr(changes, name) for name in kept if getattr(changes, name) is not UNSET}
    values = _checked(NewClosure(**(kept | new)))
    session.execute(update(Closure).where(Closure.id == closure_id).values(values))
    return closure(session, closure_id)


def remove_closure(session: Session, closure_id: str) -> None:
    """Raises NotFound."""
    closure(session, closure_id)
    session.execute(delete(Closure).where(Closure.id == closure_id))


def _checked(new: NewClosure) -> dict[str, Any]:
    """The columns. Raises Refused."""
    if not new.from_day < new.to_day <= new.from_day + LONGEST:
        raise _bad_closure(
            f"It ends 1 to {LONGEST.days} days after it begins; `to` is the first day after it."
        )
    if not 0 <= new.closes < new.opens <= DAY_MIN:
        raise _bad_closure("It opens after it closes, on the same day.")
    return {
        "name": named(new.name),
        "from_day": new.from_day,
        "to_day": new.to_day,
        "closes": new.closes,
        "opens": new.opens,
    }


def _bad_closure(detail: str) -> Refused:
    return Refused("bad-closure", "This closure cannot be meant", detail)


def _building_key(session: Session, building_id: str) -> int:
    rows = repository.buildings(session, building_id)
    if not rows:
        raise not_found("building", building_id)
    key: int = rows[0].key
    return key


def _record(row: Any) -> ClosureRecord:
    return ClosureRecord(row.id, row.building_id, row.name, row.from_day, row.to_day, row.closes, row.opens)
