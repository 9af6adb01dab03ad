"""When buildings are closed: holidays and one-off closings. Reports leave these times out."""

from __future__ import annotations

import asyncio
from datetime import date
from http import HTTPStatus
from typing import Annotated

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter, RawBody
from msgspec import UNSET, Meta, UnsetType, field
from sqlalchemy.orm import Session

from hub.api.audited import audited, audited_change
from hub.api.context import Asking, Hub, requires_manager
from hub.api.schema import Body, Record
from hub.bookings import closing_days
from hub.rooms import service
from hub.rooms.policy import LocalTime
from hub.rooms.service import ClosureChanges, ClosureRecord, NewClosure

Name = Annotated[str, Meta(min_length=1, max_length=255)]


class ClosureToAdd(Body):
    """From `from` up to, not including, `to`; on each of these days between `closes` and `opens`, local times."""

    building_id: str
    name: Name
    from_: date = field(name="from")
    to: date
    closes: LocalTime = "00:00"
    opens: LocalTime = "24:00"


class ClosureToChange(Body):
    """What is left out stays as it is."""

    name: Name | UnsetType = UNSET
    from_: date | UnsetType = field(default=UNSET, name="from")
    to: date | UnsetType = UNSET
    closes: LocalTime | UnsetType = UNSET
    opens: LocalTime | UnsetType = UNSET


class Closure(Record):
    id: str
    building_id: str
    name: str
    from_: date = field(name="from")
    to: date
    closes: str
    opens: str


class Closures(Record):
    items: list[Closure]
    next_cursor: str | None = None


class NotImported(Record):
    """`line` of the file, where the event begins."""

    line: int
    name: str
    reason: str


class ClosuresImported(Record):
    """`known` came in before, and were left as they are now."""

    added: int
    known: int
    skipped: list[NotImported]


def _minutes(local: str) -> int:
    return int(local[:2]) * 60 + int(local[3:])


def _time(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _closure(found: ClosureRecord) -> Closure:
    return Closure(
        id=found.id,
        building_id=found.building_id,
        name=found.name,
        from_=found.from_day,
        to=found.to_day,
        closes=_time(found.closes),
        opens=_time(found.opens),
    )


@get("/closures", tags=["closures"])
async def list_closures(
    hub: Hub,
    building_id: Annotated[str | None, QueryParameter(name="buildingId", max_length=64)] = None,
    from_day: Annotated[date | None, QueryParameter(name="from")] = None,
    to_day: Annotated[date | None, QueryParameter(name="to")] = None,
) -> Closures:
    """Those with a day in `[from, to)`, by their first day."""
    found = await hub.database.read(lambda session: service.closures(session, building_id, from_day, to_day))
    return Closures(items=[_closure(one) for one in found])


@post("/closures", guards=[requires_manager], tags=["closures"])
async def add_closure(hub: Hub, request: Asking, data: JSONBody[ClosureToAdd]) -> Closure:
    new = NewClosure(
        name=data.name,
        from_day=data.from_,
        to_day=data.to,
        closes=_minutes(data.closes),
        opens=_minutes(data.opens),
    )
    return await audited(
        hub,
        request,
        "closure.create",
        lambda session: _closure(service.add_closure(session, data.building_id, new)),
        data=data,
    )


@post("/closures/import", status_code=HTTPStatus.OK, guards=[requires_manager], tags=["closures"])
async def import_closures(
    hub: Hub,
    request: Asking,
    body: RawBody,
    building_id: Annotated[str, QueryParameter(name="buildingId", max_length=64)],
) -> ClosuresImported:
    """The body is an iCalendar file: each of its events closes the building, up to a year from now. Importing it
    again changes nothing."""
    now = hub.clock.now()
    building = await hub.database.read(lambda session: service.building(session, building_id))
    file = await asyncio.to_thread(closing_days.read, body, building.zone, now)

    def add(session: Session) -> ClosuresImported:
        added = service.add_closures(session, building_id, file.closures)
        return ClosuresImported(
            added=len(added),
            known=len(file.closures) - len(added),
            skipped=[NotImported(line=one.line, name=one.title, reason=one.reason) for one in file.skipped],
        )

    return await audited(hub, request, "closure.import", add, building_id)


@get("/closures/{id:str}", tags=["closures"])
async def get_closure(hub: Hub, id: FromPath[str]) -> Closure:
    return _closure(await hub.database.read(lambda session: service.closure(session, id)))


@patch("/closures/{id:str}", guards=[requires_manager], tags=["closures"])
async def change_closure(
    hub: Hub, request: Asking, id: FromPath[str], data: JSONBody[ClosureToChange]
) -> Closure:
    changes = ClosureChanges(
        name=data.name,
        from_day=data.from_,
        to_day=data.to,
        closes=UNSET if data.closes is UNSET else _minutes(data.closes),
        opens=UNSET if data.opens is UNSET else _minutes(data.opens),
    )
    return await audited_change(
        hub,
        request,
        "closure.change",
        id,
        data,
        lambda session: service.change_closure(session, id, changes),
        lambda session: _closure(service.closure(session, id)),
    )


@delete("/closures/{id:str}", guards=[requires_manager], tags=["closures"])
async def remove_closure(hub: Hub, request: Asking, id: FromPath[str]) -> None:
    await audited(hub, request, "closure.remove", lambda session: service.remove_closure(session, id), id)


ROUTES = [list_closures, add_closure, import_closures, get_closure, change_closure, remove_closure]
