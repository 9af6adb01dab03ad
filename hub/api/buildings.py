"""Buildings with their floors, and the amenities a room can have."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath
from msgspec import Meta

from hub.api.context import Hub, requires_manager
from hub.api.schema import Body, Page, Record
from hub.rooms import service
from hub.rooms.service import BuildingRecord

Name = Annotated[str, Meta(min_length=1, max_length=255)]


class NewFloor(Body):
    name: Name


class NewBuilding(Body):
    name: Name
    time_zone: Annotated[str, Meta(max_length=64, description="An IANA name, such as Europe/Berlin")]
    floors: Annotated[list[NewFloor], Meta(max_length=200)] = msgspec.field(default_factory=list)


class Floor(Record):
    id: str
    name: str


class Building(Record):
    id: str
    name: str
    time_zone: str
    floors: list[Floor]


class Amenity(Record):
    slug: str
    name: str


def _building(found: BuildingRecord) -> Building:
    return Building(
        id=found.id,
        name=found.name,
        time_zone=found.time_zone,
        floors=[Floor(id=floor.id, name=floor.name) for floor in found.floors],
    )


@get("/buildings", tags=["rooms"])
async def list_buildings(hub: Hub) -> Page[Building]:
    """All of them, by name."""
    found = await hub.database.read(service.buildings)
    return Page(items=[_building(one) for one in found])


@post("/buildings", guards=[requires_manager], tags=["rooms"])
async def add_building(hub: Hub, data: NewBuilding) -> Building:
    added = await hub.database.write(
        lambda session: service.add_building(
            session, name=data.name, time_zone=data.time_zone, floors=[floor.name for floor in data.floors]
        )
    )
    return _building(added)


@get("/buildings/{id:str}", tags=["rooms"])
async def get_building(hub: Hub, id: FromPath[str]) -> Building:
    return _building(await hub.database.read(lambda session: service.building(session, id)))


@get("/amenities", tags=["rooms"])
async def list_amenities(hub: Hub) -> Page[Amenity]:
    found = await hub.database.read(service.amenities)
    return Page(items=[Amenity(slug=slug, name=name) for slug, name in found])


ROUTES = [list_buildings, add_building, get_building, list_amenities]
