"""What is done with a booking: by its organizer, at the door, by who approves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Literal

from litestar import Response, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta
from sqlalchemy.orm import Session

from hub.accounts.service import Account
from hub.api.booking_record import Attendees, Booking, Scope, told
from hub.api.context import Asking, Hub, caller, requires_manager, way
from hub.api.schema import Body, Nothing
from hub.bookings import service
from hub.bookings.service import BookingRecord

NoBody = JSONBody[Nothing | None]


class Extension(Body):
    minutes: Annotated[int, Meta(ge=1, le=24 * 60)]


class Attendance(Body):
    count: Attendees
    source: Literal["panel", "organizer", "sensor"]


class Occurrence(Body):
    """`date` is a local day of the room."""

    date: date


async def _done(
    hub: Hub, request: Asking, act: Callable[[Session, Account, datetime], BookingRecord]
) -> Response[Booking]:
    """Does it as the caller, now, and tells what the booking is then."""
    now, who = hub.clock.now(), caller(request)
    return told(await hub.database.write(lambda session: act(session, who, now)), who)


@post("/bookings/{id:str}/cancel", status_code=200, tags=["bookings"])
async def cancel(
    hub: Hub, request: Asking, id: FromPath[str], data: NoBody = None, reach: Scope = "this"
) -> Response[Booking]:
    """Again is harmless."""
    return await _done(
        hub,
        request,
        lambda session, who, now: service.cancel(session, id, by=who, now=now, scope=reach),
    )


@post("/bookings/{id:str}/occurrences", tags=["bookings"])
async def add_occurrence(
    hub: Hub, request: Asking, id: FromPath[str], data: JSONBody[Occurrence]
) -> Response[Booking]:
    """A meeting of the same series on that day, at this booking's local time: so comes back what was skipped
    or cancelled. A day that has one is answered with it."""
    return await _done(
        hub,
        request,
        lambda session, who, now: service.add_occurrence(
            session, id, data.date, by=who, now=now, via=way(request)
        ),
    )


@post("/bookings/{id:str}/claim", status_code=200, tags=["bookings"])
async def claim(hub: Hub, request: Asking, id: FromPath[str], data: NoBody = None) -> Response[Booking]:
    """What somebody booked at the panel becomes the caller's."""
    return await _done(
        hub, request, lambda session, who, now: service.claim_walk_up(session, id, by=who, now=now)
    )


@post("/bookings/{id:str}/approve", status_code=200, guards=[requires_manager], tags=["bookings"])
async def approve(
    hub: Hub, request: Asking, id: FromPath[str], data: NoBody = None, reach: Scope = "this"
) -> Response[Booking]:
    """Again is harmless."""
    return await _done(
        hub,
        request,
        lambda session, who, now: service.approve(session, id, by=who, now=now, scope=reach),
    )


@post("/bookings/{id:str}/decline", status_code=200, guards=[requires_manager], tags=["bookings"])
async def decline(
    hub: Hub, request: Asking, id: FromPath[str], data: NoBody = None, reach: Scope = "this"
) -> Response[Booking]:
    """It becomes `cancelled`; again is harmless."""
    return await _done(
        hub,
        request,
        lambda session, who, now: service.decline(session, id, by=who, now=now, scope=reach),
    )


@post("/bookings/{id:str}/attendance", status_code=200, tags=["bookings"])
async def record_attendance(
    hub: Hub, request: Asking, id: FromPath[str], data: JSONBody[Attendance]
) -> Response[Booking]:
    """How many really came; the latest count stands."""
    return await _done(
        hub,
        request,
        lambda session, who, now: service.record_attendance(
            session, id, by=who, count=data.count, source=data.source, now=now
        ),
    )


@post("/bookings/{id:str}/check-in", status_code=200, tags=["bookings"])
async def check_in(hub: Hub, request: Asking, id: FromPath[str], data: NoBody = None) -> Response[Booking]:
    """For the organizer, who booked it, and managers; again is harmless."""
    return await _done(
        hub,
        request,
        lambda session, who, now: service.check_in(session, id, by=who, via=way(request), at=now, now=now),
    )


@post("/bookings/{id:str}/end", status_code=200, tags=["bookings"])
async def end_booking(hub: Hub, request: Asking, id: FromPath[str], data: NoBody = None) -> Response[Booking]:
    """Ends it now, which frees the rest of its time."""
    return await _done(
        hub, request, lambda session, who, now: service.end_booking(session, id, by=who, at=now, now=now)
    )


@post("/bookings/{id:str}/extend", status_code=200, tags=["bookings"])
async def extend(
    hub: Hub, request: Asking, id: FromPath[str], data: JSONBody[Extension]
) -> Response[Booking]:
    """409 `cannot-extend` says by how many minutes it could be, as `maxMinutes`."""
    return await _done(
        hub,
        request,
        lambda session, who, now: service.extend(session, id, by=who, minutes=data.minutes, now=now),
    )


ROUTES = [
    cancel,
    add_occurrence,
    claim,
    approve,
    decline,
    check_in,
    end_booking,
    extend,
    record_attendance,
]
