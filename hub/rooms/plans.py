"""Floor plans as they are kept: the shapes of a floor's rooms, and a drawing behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from hub.errors import NotFound, Refused
from hub.rooms import service
from hub.rooms.buildings import BuildingRecord, FloorRecord, building_of, floor_row
from hub.rooms.drawing import Drawing
from hub.rooms.models import FloorPlan as StoredPlan
from hub.rooms.repository import RoomFilter
from hub.rooms.service import RoomRecord
from hub.rooms.shapes import Shape, what_is_wrong

MAX_ROOMS = 400


class RoomOnPlan(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    room_id: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class FloorPlan:
    """`rooms` in the order they were put there: later ones lie on top. `drawing` is clean SVG."""

    floor: FloorRecord
    building: BuildingRecord
    width: int
    height: int
    rooms: tuple[tuple[RoomRecord, Shape], ...]
    drawing: str | None


def floor_plan(session: Session, floor_id: str) -> FloorPlan:
    """Raises NotFound for the floor, or where it has no plan. Rooms that have gone since are not on it."""
    floor = floor_row(session, floor_id)
    stored = session.get(StoredPlan, floor.key)
    if stored is None:
        raise _no_plan(floor.name)
    there = _rooms_of(session, floor_id)
    placed = msgspec.convert(stored.rooms, list[RoomOnPlan])
    return FloorPlan(
        FloorRecord(floor.id, floor.name),
        building_of(session, floor_id),
        stored.width,
        stored.height,
        tuple((there[one.room_id], one.shape) for one in placed if one.room_id in there),
        stored.drawing,
    )


def set_plan(session: Session, floor_id: str, width: int, height: int, rooms: Sequence[RoomOnPlan]) -> None:
    """Replaces size and shapes; a drawing stays. Raises NotFound for the floor, Refused for a bad plan."""
    floor = floor_row(session, floor_id)
    there = _rooms_of(session, floor_id)
    for wrong in _wrongs(rooms, there, width, height):
        raise Refused("bad-floor-plan", "This plan cannot be drawn", wrong)
    values = {"width": width, "height": height, "rooms": msgspec.to_builtins(rooms)}
    if session.get(StoredPlan, floor.key) is None:
        session.execute(insert(StoredPlan).values(floor_key=floor.key, **values))
    else:
        session.execute(update(StoredPlan).where(StoredPlan.floor_key == floor.key).values(values))


def _wrongs(
    rooms: Sequence[RoomOnPlan], there: dict[str, RoomRecord], width: int, height: int
) -> Iterator[str]:
    seen = set()
    for one in rooms:
        if one.room_id not in there:
            yield f"There is no room {one.room_id!r} on this floor."
        elif one.room_id in seen:
            yield f"{there[one.room_id].name} is on it twice."
        elif wrong := what_is_wrong(one.shape, width, height):
            yield f"{there[one.room_id].name} {wrong}."
        seen.add(one.room_id)


def _rooms_of(session: Session, floor_id: str) -> dict[str, RoomRecord]:
    found = service.matching_rooms(session, RoomFilter(floor_id=floor_id), limit=10_000)
    return {one.id: one for one in found}


def drawing(session: Session, floor_id: str) -> str:
    """The drawing behind the rooms. Raises NotFound where there is none."""
    floor = floor_row(session, floor_id)
    found = session.scalar(select(StoredPlan.drawing).where(StoredPlan.floor_key == floor.key))
    if found is None:
        raise NotFound("drawing-not-found", "This plan has no drawing", f"Floor {floor.name} has no drawing.")
    return found


def set_drawing(session: Session, floor_id: str, cleaned: Drawing | None) -> None:
    """Lays it behind the plan's rooms, or takes away what is there. Raises NotFound where there is no plan."""
    floor = floor_row(session, floor_id)
    changed = session.execute(
        update(StoredPlan)
        .where(StoredPlan.floor_key == floor.key)
        .values(drawing=cleaned.svg if cleaned else None)
        .returning(StoredPlan.floor_key)
    ).all()
    if not changed:
        raise _no_plan(floor.name)


def _no_plan(floor_name: str) -> NotFound:
    return NotFound("floor-plan-not-found", "This floor has no plan", f"Floor {floor_name} has no plan yet.")
