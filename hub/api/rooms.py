"""Rooms: what they are, and which of them are free."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from litestar import delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy.orm import Session

from hub.accounts.passwords import new_pin_hash
from hub.api.audited import audited, audited_change
from hub.api.booking_record import Booking, booking_record
from hub.api.context import Asking, Hub, caller, requires_manager
from hub.api.paging import LARGEST, Cursor, Key, Limit, cursor_at, position_of
from hub.api.schema import Body, Instant, Page, Record, utc
from hub.bookings import availability, room_changes
from hub.bookings import service as bookings
from hub.bookings.service import BookingRecord
from hub.errors import Refused
from hub.rooms import service
from hub.rooms.service import NewRoom, Policy, PolicyOverrides, RoomChanges, RoomFilter, RoomRecord

Name = Annotated[str, Meta(min_length=1, max_length=255)]
Capacity = Annotated[int, Meta(ge=1, le=100_000)]
Slugs = Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=64)]
Reason = Annotated[str, Meta(min_length=1, max_length=255)]
Status = Literal["available", "occupied", "out_of_service"]


class RoomToAdd(Body):
    name: Name
    floor_id: str
    capacity: Capacity
    amenities: Slugs = msgspec.field(default_factory=list)
    policy: PolicyOverrides | None = None


class RoomToChange(Body):
    """What is left out stays as it is. `policy` changes only the settings it names; `outOfService` is the
    reason, or null to put the room back into service."""

    name: Name | UnsetType = UNSET
    floor_id: str | UnsetType = UNSET
    capacity: Capacity | UnsetType = UNSET
    amenities: Slugs | UnsetType = UNSET
    policy: PolicyOverrides | UnsetType = UNSET
    out_of_service: Reason | UnsetType | None = UNSET


class PinToSet(Body):
    pin: Annotated[str, Meta(pattern="^[0-9]{4,8}$")]


class Room(Record):
    """`policy` is the one in force, site's defaults included; `policyOverrides` names what is the room's own in
    it, as `maxMinutes` or `glass.book`. `status` is that of this moment."""

    id: str
    name: str
    building_id: str
    floor_id: str
    capacity: int
    amenities: list[str]
    policy: Policy
    policy_overrides: list[str]
    glass_pin_set: bool
    status: Status
    out_of_service: str | None
    revision: int


def _room(found: RoomRecord, status: str) -> Room:
    return Room(
        id=found.id,
        name=found.name,
        building_id=found.building.id,
        floor_id=found.floor.id,
        capacity=found.capacity,
        amenities=list(found.amenities),
        policy=found.policy,
        policy_overrides=list(found.overridden),
        glass_pin_set=found.glass_pin_set,
        status=status,  # type: ignore[arg-type]  # status_at knows no other
        out_of_service=found.out_of_service,
        revision=found.revision,
    )


def _with_status(session: Session, found: RoomRecord, now: datetime) -> Room:
    return _room(found, availability.room_status(session, found, now))


@get("/rooms", tags=["rooms"])
async def list_rooms(
    hub: Hub,
    building_id: Annotated[str | None, QueryParameter(name="buildingId")] = None,
    floor_id: Annotated[str | None, QueryParameter(name="floorId")] = None,
    min_capacity: Annotated[int | None, QueryParameter(name="minCapacity", ge=0, le=100_000)] = None,
    amenity: Annotated[list[str] | None, QueryParameter(max_items=64, description="All of these")] = None,
    q: Annotated[
        str | None,
        QueryParameter(max_length=255, description="Words in the names of room, floor and building"),
    ] = None,
    status: FromQuery[Status | None] = None,
    free_from: Annotated[Instant | None, QueryParameter(name="freeFrom")] = None,
    free_to: Annotated[Instant | None, QueryParameter(name="freeTo")] = None,
    limit: Limit = LARGEST,
    cursor: Cursor = None,
) -> Page[Room]:
    """By name. `freeFrom` and `freeTo` come together: rooms that could be booked for all of that time, the
    smallest that fits first."""
    free = _whole(free_from, free_to)
    wanted = RoomFilter(
        building_id=building_id,
        floor_id=floor_id,
        min_capacity=min_capacity,
        amenities=amenity or (),
        words=q,
        smallest_first=free is not None,
        after=position_of(cursor, tuple[Key, str, Key]),
    )
    now = hub.clock.now()
    found, more = await hub.database.read(
        lambda session: availability.find_rooms(session, wanted, now, limit=limit, status=status, free=free)
    )
    last = found[-1][0] if more else None
    return Page(
        items=[_room(one, its_status) for one, its_status in found],
        next_cursor=cursor_at((last.capacity, last.name, last.key)) if last else None,
    )


def _whole(free_from: datetime | None, free_to: datetime | None) -> tuple[datetime, datetime] | None:
    if free_from is None and free_to is None:
        return None
    if free_from is None or free_to is None:
        raise Refused("half-a-time", "A time has two ends", "Give freeFrom and freeTo together.")
    return utc(free_from), utc(free_to)


@post("/rooms", guards=[requires_manager], tags=["rooms"])
async def add_room(hub: Hub, request: Asking, data: JSONBody[RoomToAdd]) -> Room:
    now = hub.clock.now()
    new = NewRoom(
        name=data.name,
        floor_id=data.floor_id,
        capacity=data.capacity,
        amenities=data.amenities,
        policy=data.policy,
    )
    return await audited(
        hub,
        request,
        "room.create",
        lambda session: _with_status(session, service.add_room(session, new, now), now),
        data=data,
    )


@get("/rooms/{id:str}", tags=["rooms"])
async def get_room(hub: Hub, id: FromPath[str]) -> Room:
    now = hub.clock.now()
    return await hub.database.read(lambda session: _with_status(session, service.room(session, id), now))


@patch("/rooms/{id:str}", guards=[requires_manager], tags=["rooms"])
async def change_room(hub: Hub, request: Asking, id: FromPath[str], data: JSONBody[RoomToChange]) -> Room:
    now, by = hub.clock.now(), caller(request)
    changes = RoomChanges(
        name=data.name,
        floor_id=data.floor_id,
        capacity=data.capacity,
        amenities=data.amenities,
        policy=data.policy,
        out_of_service=data.out_of_service,
    )
    return await audited_change(
        hub,
        request,
        "room.change",
        id,
        data,
        lambda session: room_changes.change_room(session, id, changes, now, by),
        lambda session: _with_status(session, service.room(session, id), now),
    )


@delete("/rooms/{id:str}", guards=[requires_manager], tags=["rooms"])
async def remove_room(hub: Hub, request: Asking, id: FromPath[str]) -> None:
    """Cancels what was booked in it; its history stays."""
    now, by = hub.clock.now(), caller(request)
    await audited(
        hub, request, "room.remove", lambda session: room_changes.remove_room(session, id, now, by), id
    )


@put("/rooms/{id:str}/glass-pin", guards=[requires_manager], tags=["rooms"])
async def set_glass_pin(hub: Hub, request: Asking, id: FromPath[str], data: JSONBody[PinToSet]) -> Room:
    """What the room's panels ask for where `policy.glass` says `pin`; it is never told again."""
    now, pin_hash = hub.clock.now(), await new_pin_hash(data.pin)

    def change(session: Session) -> Room:
        service.set_glass_pin(session, id, pin_hash)
        return _with_status(session, service.room(session, id), now)

    return await audited(hub, request, "room.set-glass-pin", change)


@delete("/rooms/{id:str}/glass-pin", guards=[requires_manager], tags=["rooms"])
async def remove_glass_pin(hub: Hub, request: Asking, id: FromPath[str]) -> None:
    """Refused while the room's own policy asks for it."""
    await audited(
        hub, request, "room.remove-glass-pin", lambda session: service.remove_glass_pin(session, id), id
    )


@get("/rooms/{id:str}/bookings", tags=["bookings"])
async def list_room_bookings(
    hub: Hub,
    request: Asking,
    id: FromPath[str],
    day: Annotated[date | None, QueryParameter(name="date", description="Today there, unless told")] = None,
) -> Page[Booking]:
    """Every booking on that day in the room's zone, whatever its status; never paged."""
    now, who = hub.clock.now(), caller(request)

    def find(session: Session) -> list[BookingRecord]:
        room = service.room(session, id)
        return bookings.bookings_on(session, room, day or now.astimezone(room.building.zone).date(), now)

    return Page(items=[booking_record(one, who) for one in await hub.database.read(find)])


class Slot(Record):
    starts_at: datetime
    ends_at: datetime


@get("/rooms/{id:str}/slots", tags=["bookings"])
async def list_slots(
    hub: Hub,
    id: FromPath[str],
    day: Annotated[date, QueryParameter(name="date")],
    minutes: Annotated[
        int | None, QueryParameter(ge=1, le=7 * 24 * 60, description="The shortest, unless told")
    ] = None,
) -> Page[Slot]:
    """The gaps of that local day, in opening hours, in which any booking of `minutes` can be made."""
    now = hub.clock.now()
    found = await hub.database.read(
        lambda session: availability.slots(session, service.room(session, id), day, minutes, now)
    )
    return Page(items=[Slot(starts_at=begins, ends_at=ends) for begins, ends in found])


class Foreseen(Record):
    """A meeting of a series before it is booked; `free`: its time could be booked now."""

    starts_at: datetime
    ends_at: datetime
    free: bool


@get("/rooms/{id:str}/occurrences", tags=["bookings"])
async def list_occurrences(
    hub: Hub,
    id: FromPath[str],
    starts_at: Annotated[Instant, QueryParameter(name="startsAt")],
    ends_at: Annotated[Instant, QueryParameter(name="endsAt")],
    rrule: Annotated[str, QueryParameter(min_length=1, max_length=500)],
) -> Page[Foreseen]:
    """When a series would meet, before it is booked, and which of its times are taken; never paged."""
    now = hub.clock.now()
    found = await hub.database.read(
        lambda session: bookings.foresee(
            session, service.room(session, id), utc(starts_at), utc(ends_at), rrule, now
        )
    )
    return Page(items=[Foreseen(starts_at=begins, ends_at=ends, free=free) for begins, ends, free in found])


ROUTES = [
    list_rooms,
    add_room,
    get_room,
    change_room,
    remove_room,
    set_glass_pin,
    remove_glass_pin,
    list_room_bookings,
    list_slots,
    list_occurrences,
]
