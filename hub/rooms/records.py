"""A room as the other domains know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from hub.rooms.buildings import BuildingRecord, FloorRecord
from hub.rooms.policy import Policy, effective, layered, names


@dataclass(frozen=True, slots=True)
class RoomRecord:
    """A room with the policy in force; `overridden` names what is the room's own in it. `key` is the row others
    refer to."""

    key: int
    id: str
    name: str
    building: BuildingRecord
    floor: FloorRecord
    capacity: int
    amenities: tuple[str, ...]
    policy: Policy
    overridden: tuple[str, ...]
    glass_pin_set: bool
    out_of_service: str | None
    revision: int
    published_revision: int
    has_panels: bool
    deleted: bool

    @property
    def glass(self) -> dict[str, str]:
        """What a passer-by may not just do at its panels: `off`, or `pin`, by the names of RoomState."""
        return self.policy.glass.in_force(pin_set=self.glass_pin_set)


def room_record(row: Row[Any]) -> RoomRecord:
    return RoomRecord(
        key=row.key,
        id=row.id,
        name=row.name,
        building=BuildingRecord(row.building_id, row.building_name, row.time_zone),
        floor=FloorRecord(row.floor_id, row.floor_name),
        capacity=row.capacity,
        amenities=tuple(sorted(row.amenities.split(","))) if row.amenities else (),
        policy=effective(layered(row.site_policy, row.policy)),
        overridden=tuple(names(row.policy)),
        glass_pin_set=row.glass_pin_set,
        out_of_service=row.out_of_service,
        revision=row.revision,
        published_revision=row.published_revision,
        has_panels=row.has_panels,
        deleted=row.deleted_at is not None,
    )
