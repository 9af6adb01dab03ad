"""A building's day at once: what the page of all rooms shows, in one answer instead of two for each room."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from litestar import get
from litestar.params import FromPath, QueryParameter
from sqlalchemy.orm import Session

from hub.api.booking_record import Booking, booking_record
from hub.api.context import Asking, Hub, caller
from hub.api.schema import Page, Record
from hub.bookings import service as bookings
from hub.panel import room_view
from hub.rooms import service
from hub.rooms.service import RoomFilter

EVERY = 100_000


class RoomDay(Record):
    """`state` is the room's RoomState of this moment; `bookings` are those of `date`, whatever their status."""

    room_id: str
    date: date
    state: dict[str, Any]
    bookings: list[Booking]


@get("/buildings/{id:str}/day", tags=["bookings"])
async def get_building_day(
    hub: Hub,
    request: Asking,
    id: FromPath[str],
    day: Annotated[date | None, QueryParameter(name="date", description="Today there, unless told")] = None,
) -> Page[RoomDay]:
    """That local day of every room of the building, by name; never paged."""
    now, who = hub.clock.now(), caller(request)

    def find(session: Session) -> list[RoomDay]:
        building = service.building(session, id)
        on = day or now.astimezone(building.zone).date()
        rooms = service.matching_rooms(session, RoomFilter(building_id=id), EVERY)
        states = room_view.states(session, rooms, now)
        booked = bookings.bookings_by_room(session, rooms, on, now)
        return [
            RoomDay(
                room_id=room.id,
                date=on,
                state=dict(states[room.id]),
                bookings=[booking_record(one, who) for one in booked[room.key]],
            )
            for room in rooms
        ]

    return Page(items=await hub.database.read(find))


ROUTES = [get_building_day]
