"""Buildings and their floors. A building's zone and both their names are part of what its rooms say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from hub.db.base import new_id
from hub.errors import Conflict, Refused, not_found
from hub.rooms import repository
from hub.rooms.models import Building, Floor
from hub.rooms.names import folded, name_taken, named
from hub.rooms.revisions import touch


@dataclass(frozen=True, slots=True)
class FloorRecord:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class BuildingRecord:
    """`time_zone` is an IANA name. `floors` is filled where a building is asked for, not in a room."""

    id: str
    name: str
    time_zone: str
    floors: tuple[FloorRecord, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


def add_building(session: Session, *, name: str, time_zone: str, floors: Sequence[str]) -> BuildingRecord:
    """Raises Refused for a zone that is none, Conflict where a name is taken."""
    added = Building(id=new_id(), name=_free_building_name(session, name), time_zone=_zone_named(time_zone))
    session.add(added)
    session.flush()
    for one in floors:
        add_floor(session, added.id, one)
    return building(session, added.id)


def change_building(
    session: Session, building_id: str, *, name: str | None = None, time_zone: str | None = None
) -> BuildingRecord:
    """What is None stays. All its rooms have changed with it. Raises what `add_building` raises, and NotFound.

    Bookings are instants and stay where they are; local days and opening hours are those of the new zone.
    """
    before = building(session, building_id)
    values: dict[str, str] = {}
    if name is not None and named(name) != before.name:
        values |= _naming(_free_building_name(session, name))
    if time_zone is not None and time_zone != before.time_zone:
        values["time_zone"] = _zone_named(time_zone)
    if values:
        session.execute(update(Building).where(Building.id == building_id).values(values))
        _touch_rooms(session, repository.floor_keys(session, building_id))
    return building(session, building_id)


def remove_building(session: Session, building_id: str, now: datetime) -> None:
    """With its floors. Raises NotFound, and Conflict while any of them has a room."""
    gone = building(session, building_id)
    keys = repository.floor_keys(session, building_id)
    if repository.room_keys_on(session, keys):
        raise Conflict(
            "building-not-empty",
            "There are rooms in it",
            f"{gone.name} has rooms: move or delete them first.",
        )
    session.execute(update(Floor).where(Floor.key.in_(keys)).values(deleted_at=now))
    session.execute(update(Building).where(Building.id == building_id).values(deleted_at=now))


def add_floor(session: Session, building_id: str, name: str) -> FloorRecord:
    """Raises NotFound for the building, Conflict where it has a floor of this name."""
    rows = repository.buildings(session, building_id)
    if not rows:
        raise not_found("building", building_id)
    added = FloorRecord(new_id(), _free_floor_name(session, rows[0].key, name))
    session.execute(insert(Floor).values(id=added.id, building_key=rows[0].key, name=added.name))
    return added


def rename_floor(session: Session, floor_id: str, name: str) -> FloorRecord:
    """All its rooms have changed with it. Raises NotFound, and Conflict where the name is taken."""
    row = floor_row(session, floor_id)
    if named(name) != row.name:
        free = _free_floor_name(session, row.building_key, name)
        session.execute(update(Floor).where(Floor.key == row.key).values(_naming(free)))
        _touch_rooms(session, [row.key])
    return FloorRecord(floor_id, named(name))


def remove_floor(session: Session, floor_id: str, now: datetime) -> None:
    """Raises NotFound, and Conflict while it has rooms."""
    row = floor_row(session, floor_id)
    if repository.room_keys_on(session, [row.key]):
        raise Conflict(
            "floor-not-empty",
            "There are rooms on it",
            f"Floor {row.name} has rooms: move or delete them first.",
        )
    session.execute(update(Floor).where(Floor.key == row.key).values(deleted_at=now))


def floor_row(session: Session, floor_id: str) -> Row[int, int, str, str]:
    """Its key, its building's key, id and name. Raises NotFound."""
    row = repository.floor_with_id(session, floor_id)
    if row is None:
        raise not_found("floor", floor_id)
    return row


def buildings(session: Session) -> list[BuildingRecord]:
    return _buildings(session, None)


def building(session: Session, building_id: str) -> BuildingRecord:
    """Raises NotFound."""
    found = _buildings(session, building_id)
    if not found:
        raise not_found("building", building_id)
    return found[0]


def building_of(session: Session, floor_id: str) -> BuildingRecord:
    """The one with this floor. Raises NotFound."""
    key = floor_row(session, floor_id).building_key
    found = session.execute(select(Building.id).where(Building.key == key)).scalar_one()
    return building(session, found)


def _buildings(session: Session, building_id: str | None) -> list[BuildingRecord]:
    rows = repository.buildings(session, building_id)
    floors = repository.floors_of(session, [row.key for row in rows])
    return [
        BuildingRecord(
            row.id,
            row.name,
            row.time_zone,
            tuple(FloorRecord(floor.id, floor.name) for floor in floors.get(row.key, [])),
        )
        for row in rows
    ]


def _zone_named(time_zone: str) -> str:
    if time_zone not in available_timezones():
        raise Refused(
            "bad-time-zone", "There is no such time zone", f"{time_zone!r} is not an IANA time zone."
        )
    return time_zone


def _free_building_name(session: Session, name: str) -> str:
    name = named(name)
    if any(row.name == name for row in repository.buildings(session)):
        raise name_taken("building", name)
    return name


def _free_floor_name(session: Session, building_key: int, name: str) -> str:
    name = named(name)
    if any(row.name == name for row in repository.floors_of(session, [building_key]).get(building_key, [])):
        raise name_taken("floor", name)
    return name


def _naming(name: str) -> dict[str, str]:
    return {"name": name, "name_folded": folded(name)}


def _touch_rooms(session: Session, floor_keys: Sequence[int]) -> None:
    for room_key in repository.room_keys_on(session, floor_keys):
        touch(session, room_key)
