"""Buildings with their floors, and the amenities a room can have."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta
from sqlalchemy.orm import Session

from hub.accounts import audit
from hub.api.audited import audited, audited_change
from hub.api.context import Asking, Hub, caller, requires_admin, requires_manager
from hub.api.schema import Body, Page, Record
from hub.rooms import service
from hub.rooms.service import BuildingRecord

TimeZone = Annotated[str, Meta(max_length=64, description="An IANA name, such as Europe/Berlin")]
Slug = Annotated[str, Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Name = Annotated[str, Meta(min_length=1, max_length=255)]


class NewFloor(Body):
    name: Name


class NewBuilding(Body):
    name: Name
    time_zone: TimeZone
    floors: Annotated[list[NewFloor], Meta(max_length=200)] = msgspec.field(default_factory=list)


class BuildingToChange(Body):
    """What is left out stays as it is."""

    name: Name | None = None
    time_zone: TimeZone | None = None


class NewAmenity(Body):
    """The slug is made from the name where none is given; it never changes."""

    name: Name
    slug: Slug | None = None


class AmenityToChange(Body):
    name: Name


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
async def add_building(hub: Hub, request: Asking, data: JSONBody[NewBuilding]) -> Building:
    added = await audited(
        hub,
        request,
        "building.create",
        lambda session: service.add_building(
            session, name=data.name, time_zone=data.time_zone, floors=[floor.name for floor in data.floors]
        ),
        data=data,
    )
    return _building(added)


@get("/buildings/{id:str}", tags=["rooms"])
async def get_building(hub: Hub, id: FromPath[str]) -> Building:
    return _building(await hub.database.read(lambda session: service.building(session, id)))


@patch("/buildings/{id:str}", guards=[requires_manager], tags=["rooms"])
async def change_building(
    hub: Hub, request: Asking, id: FromPath[str], data: JSONBody[BuildingToChange]
) -> Building:
    """Bookings stay at their instants: with another zone, their local times are others."""
    return await audited_change(
        hub,
        request,
        "building.change",
        id,
        data,
        lambda session: service.change_building(session, id, name=data.name, time_zone=data.time_zone),
        lambda session: _building(service.building(session, id)),
    )


@delete("/buildings/{id:str}", guards=[requires_manager], tags=["rooms"])
async def remove_building(hub: Hub, request: Asking, id: FromPath[str]) -> None:
    """Where no room is left in it; its floors go with it."""
    now = hub.clock.now()
    await audited(
        hub, request, "building.remove", lambda session: service.remove_building(session, id, now), id
    )


@post("/buildings/{id:str}/floors", guards=[requires_manager], tags=["rooms"])
async def add_floor(hub: Hub, request: Asking, id: FromPath[str], data: JSONBody[NewFloor]) -> Floor:
    """On top of the others."""
    added = await audited(
        hub, request, "floor.create", lambda session: service.add_floor(session, id, data.name), data=data
    )
    return Floor(id=added.id, name=added.name)


@patch("/floors/{id:str}", guards=[requires_manager], tags=["rooms"])
async def rename_floor(hub: Hub, request: Asking, id: FromPath[str], data: JSONBody[NewFloor]) -> Floor:
    def floor(session: Session) -> Floor:
        found = service.floor_row(session, id)
        return Floor(id=found.id, name=found.name)

    def rename(session: Session) -> None:
        service.rename_floor(session, id, data.name)

    return await audited_change(hub, request, "floor.change", id, data, rename, floor)


@delete("/floors/{id:str}", guards=[requires_manager], tags=["rooms"])
async def remove_floor(hub: Hub, request: Asking, id: FromPath[str]) -> None:
    """Where no room is left on it."""
    now = hub.clock.now()
    await audited(hub, request, "floor.remove", lambda session: service.remove_floor(session, id, now), id)


@get("/amenities", tags=["rooms"])
async def list_amenities(hub: Hub) -> Page[Amenity]:
    found = await hub.database.read(service.amenities)
    return Page(items=[Amenity(slug=slug, name=name) for slug, name in found])


@post("/amenities", guards=[requires_admin], tags=["rooms"])
async def add_amenity(hub: Hub, request: Asking, data: JSONBody[NewAmenity]) -> Amenity:
    def add(session: Session) -> Amenity:
        slug, name = service.add_amenity(session, data.name, data.slug)
        audit.record(session, caller(request), "amenity.create", slug, {"name": name}, hub.clock.now())
        return Amenity(slug=slug, name=name)

    return await hub.database.write(add)


@patch("/amenities/{slug:str}", guards=[requires_admin], tags=["rooms"])
async def rename_amenity(
    hub: Hub, request: Asking, slug: FromPath[str], data: JSONBody[AmenityToChange]
) -> Amenity:
    return await audited_change(
        hub,
        request,
        "amenity.change",
        slug,
        data,
        lambda session: service.rename_amenity(session, slug, data.name),
        lambda session: Amenity(slug=slug, name=service.amenity_name(session, slug)),
    )


@delete("/amenities/{slug:str}", guards=[requires_admin], tags=["rooms"])
async def remove_amenity(hub: Hub, request: Asking, slug: FromPath[str]) -> None:
    """Where no room has it."""
    await audited(hub, request, "amenity.remove", lambda session: service.remove_amenity(session, slug), slug)


ROUTES = [
    list_buildings,
    add_building,
    get_building,
    change_building,
    remove_building,
    add_floor,
    rename_floor,
    remove_floor,
    list_amenities,
    add_amenity,
    rename_amenity,
    remove_amenity,
]
