"""Floor plans: where each room is and what it says now, as JSON and drawn."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, delete, get, put
from litestar.params import FromPath, JSONBody, QueryParameter, RawBody
from msgspec import Meta
from sqlalchemy.orm import Session

from hub.api.audited import audited
from hub.api.context import Asking, Hub, requires_admin
from hub.api.etag import etag_of, knows
from hub.api.schema import Body, Instant, Record, utc
from hub.clock import from_unix, unix
from hub.errors import Refused
from hub.panel import room_view
from hub.rooms import drawing, floor_plan, plans
from hub.rooms.floor_plan import BUSY, CHECK_IN, FREE, RoomLook
from hub.rooms.plans import FloorPlan, RoomOnPlan
from hub.rooms.service import RoomRecord
from hub.rooms.shapes import Extent, Shape
from shared.room_state import HORIZON_S, timeline
from shared.room_status import AVAILABLE, OCCUPIED, OUT_OF_SERVICE

if TYPE_CHECKING:
    from shared.room_state import RoomState

SVG = "image/svg+xml"
LOCKED = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}
"""What is in a drawing can do nothing, even where it gets past the list of what may come in."""
AHEAD = timedelta(seconds=HORIZON_S)
FAR = timedelta(hours=12)
"""What is further away than the ring reaches is not said."""


class NewPlan(Body):
    """In the plan's own whole units. Later rooms lie on top of earlier ones."""

    width: Extent
    height: Extent
    rooms: Annotated[list[RoomOnPlan], Meta(max_length=plans.MAX_ROOMS)]


class RoomNow(Record):
    """`look` is what it is drawn as: `check_in` waits for somebody to check in. `until` is when that ends:
    null where it is not known, or more than twelve hours away."""

    room_id: str
    shape: Shape
    name: str
    capacity: int
    status: Literal["available", "occupied", "out_of_service"]
    look: Literal["free", "check_in", "busy", "out_of_service"]
    until: datetime | None
    says: Annotated[str, Meta(examples=["free until 11:00"])]


class Plan(Record):
    """`hasDrawing`: whether there is a `background.svg`."""

    floor_id: str
    name: str
    building_id: str
    width: int
    height: int
    has_drawing: bool
    rooms: list[RoomNow]


class DrawingBroughtIn(Record):
    """`leftOut` names elements and attributes that did not come in with it."""

    bytes: int
    left_out: list[str]


@get("/floors/{id:str}/plan", tags=["floor plans"])
async def get_plan(
    hub: Hub,
    request: Asking,
    id: FromPath[str],
    at: Annotated[Instant | None, QueryParameter(description="Later, up to 48 hours from now")] = None,
) -> Response[Plan]:
    """The shapes of its rooms, with what each says now; with `at`, what is booked for then.
    `If-None-Match` saves sending what is known."""
    now = hub.clock.now()
    then = _then(at, now)
    found = await hub.database.read(lambda session: _plan_now(session, id, now, then))
    return _unless_known(request, found, msgspec.json.encode(found))


@get("/floors/{id:str}/plan.svg", tags=["floor plans"], media_type=SVG)
async def get_plan_drawn(hub: Hub, request: Asking, id: FromPath[str]) -> Response[bytes]:
    """The same, drawn: each room's status as fill, pattern and word, each room a link to its page."""
    now = hub.clock.now()
    plan, states = await hub.database.read(lambda session: _seen(session, id, now))
    svg = await asyncio.to_thread(_drawn, plan, states, now)
    return _unless_known(request, svg, svg)


@put("/floors/{id:str}/plan", guards=[requires_admin], tags=["floor plans"])
async def set_plan(hub: Hub, request: Asking, id: FromPath[str], data: JSONBody[NewPlan]) -> Plan:
    """Replaces the plan's size and shapes; a background stays."""
    now = hub.clock.now()

    def work(session: Session) -> Plan:
        plans.set_plan(session, id, data.width, data.height, data.rooms)
        return _plan_now(session, id, now)

    return await audited(hub, request, "plan.change", work, id)


@get("/floors/{id:str}/plan/background.svg", tags=["floor plans"], media_type=SVG)
async def get_background(hub: Hub, request: Asking, id: FromPath[str]) -> Response[bytes]:
    svg = (await hub.database.read(lambda session: plans.drawing(session, id))).encode()
    return _unless_known(request, svg, svg)


@put(
    "/floors/{id:str}/plan/background.svg",
    guards=[requires_admin],
    tags=["floor plans"],
)
async def set_background(hub: Hub, request: Asking, id: FromPath[str], body: RawBody) -> DrawingBroughtIn:
    """Lays an SVG behind the rooms, stretched over the plan. The body is the file itself, in UTF-8, at most
    512 KiB; of it only lines, areas and words come in."""
    cleaned = await asyncio.to_thread(drawing.clean, body)
    await audited(hub, request, "plan.draw", lambda session: plans.set_drawing(session, id, cleaned), id)
    return DrawingBroughtIn(bytes=len(cleaned.svg.encode()), left_out=list(cleaned.left_out))


@delete("/floors/{id:str}/plan/background.svg", guards=[requires_admin], tags=["floor plans"])
async def remove_background(hub: Hub, request: Asking, id: FromPath[str]) -> None:
    await audited(hub, request, "plan.erase", lambda session: plans.set_drawing(session, id, None), id)


def _unless_known(request: Asking, content: Any, body: bytes) -> Response[Any]:
    """`content` is an SVG as bytes, or a record; `body` is what makes it another one."""
    headers = {"ETag": etag_of(body), "Cache-Control": "private, no-cache"}
    media_type = None
    if isinstance(content, bytes):
        headers |= LOCKED
        media_type = SVG
    if knows(request, headers["ETag"]):
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=headers, media_type=media_type)
    return Response(content, headers=headers, media_type=media_type)


def _seen(session: Session, floor_id: str, now: datetime) -> tuple[FloorPlan, dict[str, RoomState]]:
    """The plan, and each of its rooms' states by id."""
    plan = plans.floor_plan(session, floor_id)
    return plan, room_view.states(session, [room for room, _ in plan.rooms], now)


def _drawn(plan: FloorPlan, states: dict[str, RoomState], now: datetime) -> bytes:
    looks = {room.id: _look(room, states[room.id], now)[0] for room, _ in plan.rooms}
    return floor_plan.draw(plan, looks).encode()


def _then(at: datetime | None, now: datetime) -> datetime | None:
    """The moment that is asked for, None for now. Raises Refused past what is known of rooms."""
    if at is None or utc(at) <= now:
        return None
    if utc(at) > now + AHEAD:
        raise Refused("too-far-to-see", "That is too far ahead", "Ask for a moment in the next 48 hours.")
    return utc(at)


def _plan_now(session: Session, floor_id: str, now: datetime, then: datetime | None = None) -> Plan:
    plan, states = _seen(session, floor_id, now)
    if then is not None:
        states = {room_id: _at(state, unix(then)) for room_id, state in states.items()}
    return Plan(
        floor_id=plan.floor.id,
        name=plan.floor.name,
        building_id=plan.building.id,
        width=plan.width,
        height=plan.height,
        has_drawing=plan.drawing is not None,
        rooms=[_room_now(room, shape, states[room.id], then or now) for room, shape in plan.rooms],
    )


def _at(state: RoomState, then_unix: int) -> RoomState:
    """As it will be if everybody comes: whoever has booked then is there, and has checked in."""
    ahead = [meeting for meeting in timeline(state) if meeting["endUnix"] > then_unix]
    current = ahead.pop(0) if ahead and ahead[0]["startUnix"] <= then_unix else None
    shut = state["room"]["outOfService"] is not None
    status = OUT_OF_SERVICE if shut else OCCUPIED if current else AVAILABLE
    following = ahead[0] if ahead else None
    return {
        **state,
        "status": status,
        "checkedIn": True,
        "current": current,
        "next": following,
        "upcoming": ahead[1:],
    }


def _room_now(room: RoomRecord, shape: Shape, state: RoomState, now: datetime) -> RoomNow:
    look, until = _look(room, state, now)
    return RoomNow(
        room_id=room.id,
        shape=shape,
        name=room.name,
        capacity=room.capacity,
        status=state["status"],  # type: ignore[arg-type]  # status_at knows no other
        look=look.kind,  # type: ignore[arg-type]  # one of the four
        until=until,
        says=look.says,
    )


def _look(room: RoomRecord, state: RoomState, now: datetime) -> tuple[RoomLook, datetime | None]:
    """What the room is drawn as, and until when."""
    kind, word, preposition, ends_unix = _standing(state)
    until = None if ends_unix is None else from_unix(ends_unix)
    if until is None or until > now + FAR:
        return RoomLook(kind, word, ""), None
    return RoomLook(kind, word, f"{preposition} {_clock(until, now, room.building.zone)}"), until


def _standing(state: RoomState) -> tuple[str, str, str, int | None]:
    """Kind and word, and what stands before the moment at which it ends, in seconds since 1970."""
    current, following = state["current"], state["next"]
    if state["room"]["outOfService"] is not None:
        return OUT_OF_SERVICE, "Out of service", "", None
    if current is None:
        return FREE, "Free", "until", following["startUnix"] if following else None
    by = current["checkInByUnix"]
    if state["checkedIn"] or by is None:
        return BUSY, "Busy", "until", current["endUnix"]
    return CHECK_IN, "Check-in", "by", by


def _clock(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The local time, with its weekday where that is another."""
    local = at.astimezone(zone)
    same_day = local.date() == now.astimezone(zone).date()
    return local.strftime("%H:%M" if same_day else "%a %H:%M")


ROUTES = [get_plan, get_plan_drawn, set_plan, get_background, set_background, remove_background]
