"""Calendars to subscribe to, and the secret addresses that open them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from litestar import Response, delete, get, post
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from hub.api.context import Asking, Hub, Parts, caller, requires_manager, requires_session
from hub.api.etag import etag_of, knows
from hub.api.schema import Record
from hub.bookings import feeds
from hub.bookings.calendar_out import Desk

Secret = Annotated[str, Meta(max_length=255)]


class CalendarAddress(Record):
    """`url` is told this once: whoever has it reads the calendar."""

    url: str


@post("/rooms/{id:str}/calendar-address", guards=[requires_manager], tags=["rooms"])
async def open_room_calendar(hub: Hub, request: Asking, id: FromPath[str]) -> CalendarAddress:
    """Makes the room's calendar an address; the one before ends."""
    now, who = hub.clock.now(), caller(request)
    secret = await hub.database.write(lambda session: feeds.open_room_calendar(session, id, who, now))
    return CalendarAddress(url=f"{hub.settings.url}/api/v1/rooms/{id}/calendar.ics?token={secret}")


@delete("/rooms/{id:str}/calendar-address", guards=[requires_manager], tags=["rooms"])
async def close_room_calendar(hub: Hub, request: Asking, id: FromPath[str]) -> None:
    """Ends it at once."""
    now, who = hub.clock.now(), caller(request)
    await hub.database.write(lambda session: feeds.close_room_calendar(session, id, who, now))


@get("/rooms/{id:str}/calendar.ics", opt={"open": True}, media_type="text/calendar", tags=["rooms"])
async def room_calendar(
    hub: Hub, request: Asking, id: FromPath[str], token: FromQuery[Secret] = ""
) -> Response[bytes]:
    """The room's bookings as iCalendar, from 30 days ago on. `token` is the address's secret; no login."""
    now = hub.clock.now()
    body = await hub.database.read(lambda session: feeds.room_calendar(session, id, token, _desk(hub), now))
    return _calendar(request, body)


@post("/auth/me/calendar-address", guards=[requires_session], tags=["accounts"])
async def open_own_calendar(hub: Hub, request: Asking) -> CalendarAddress:
    """Makes the calendar of your own bookings an address; the one before ends."""
    now, who = hub.clock.now(), caller(request)
    secret = await hub.database.write(lambda session: feeds.open_own_calendar(session, who, now))
    return CalendarAddress(url=f"{hub.settings.url}/api/v1/auth/me/calendar.ics?token={secret}")


@delete("/auth/me/calendar-address", guards=[requires_session], tags=["accounts"])
async def close_own_calendar(hub: Hub, request: Asking) -> None:
    """Ends it at once."""
    who = caller(request)
    await hub.database.write(lambda session: feeds.close_own_calendar(session, who))


@get("/auth/me/calendar.ics", opt={"open": True}, media_type="text/calendar", tags=["accounts"])
async def own_calendar(hub: Hub, request: Asking, token: FromQuery[Secret] = "") -> Response[bytes]:
    """Your bookings as iCalendar, from 30 days ago on. `token` says whose; no login."""
    now = hub.clock.now()
    body = await hub.database.read(lambda session: feeds.own_calendar(session, token, _desk(hub), now))
    return _calendar(request, body)


def _desk(hub: Parts) -> Desk:
    return Desk(hub.settings.mail_sender, hub.settings.url)


def _calendar(request: Asking, body: bytes) -> Response[bytes]:
    etag = etag_of(body)
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if knows(request, etag):
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, media_type="text/calendar", headers=headers)


ROUTES = [
    open_room_calendar,
    close_room_calendar,
    room_calendar,
    open_own_calendar,
    close_own_calendar,
    own_calendar,
]
