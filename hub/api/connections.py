"""Rooms' calendars elsewhere: which room follows which, how it goes, and where the two are not of one mind."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy.orm import Session

from hub.api.audited import audited, audited_change
from hub.api.booking_actions import NoBody
from hub.api.context import Asking, Hub, Parts, requires_manager
from hub.api.schema import Body, Id, Record
from hub.calendars import connections as service
from hub.calendars import refusals
from hub.calendars.connections import ClashRecord, ConnectionRecord
from hub.calendars.opening import check_lead, clean_address
from hub.calendars.vault import Credentials

MOST_CLASHES = 200

Kind = Literal["caldav", "subscription"]
Lead = Literal["hub", "calendar"]
Address = Annotated[str, Meta(min_length=1, max_length=2000)]
Word = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]*$")]


class CalendarToConnect(Body):
    """`url` is the address of a CalDAV calendar, or of an iCalendar file to subscribe to. `leads`: who has its way
    where both have changed a meeting; a subscription always leads."""

    room_id: Id
    kind: Kind
    url: Address
    username: Word | None = None
    password: Word | None = None
    leads: Lead = "calendar"


class ConnectionToChange(Body):
    """What is left out stays as it is. Another server's `url` needs the password again."""

    leads: Lead | UnsetType = UNSET
    url: Address | UnsetType = UNSET
    username: Word | UnsetType | None = UNSET
    password: Word | UnsetType | None = UNSET


class Connection(Record):
    """`host` is all that is told of the address, which may itself be a secret. `problem` is the slug of what was
    wrong at the last try, null when all went well; `nextAt` is when the hub asks next; `clashes`: how many stand."""

    id: str
    room_id: str
    kind: Kind
    host: str
    leads: Lead
    made_at: datetime
    synced_at: datetime | None
    next_at: datetime
    problem: str | None
    clashes: int


class Connections(Record):
    items: list[Connection]
    next_cursor: str | None = None


class CalendarClash(Record):
    """`overlap`: the calendar has a meeting for which the room is taken here. `both_changed`: the one that leads had
    its way. `displaced`: the booking gave way to a meeting of the calendar. `unreadable`: it can't be understood.

    `clearedAt` is null while it stands. Of a private meeting the title is `Busy`."""

    id: str
    kind: Literal["overlap", "both_changed", "displaced", "unreadable"]
    title: str
    starts_at: datetime | None
    ends_at: datetime | None
    booking_id: str | None
    detail: str
    seen_at: datetime
    cleared_at: datetime | None


class CalendarClashes(Record):
    items: list[CalendarClash]
    next_cursor: str | None = None


class _Noted(Body):
    """What the audit keeps of a new connection."""

    room_id: str
    kind: str
    host: str
    leads: str


def _connection(found: ConnectionRecord) -> Connection:
    return Connection(
        id=found.id,
        room_id=found.room_id,
        kind=found.kind,  # type: ignore[arg-type]  # the service was given no other
        host=found.host,
        leads=found.leads,  # type: ignore[arg-type]  # the same
        made_at=found.made_at,
        synced_at=found.synced_at,
        next_at=found.next_at,
        problem=found.problem,
        clashes=found.clashes,
    )


def _clash(found: ClashRecord) -> CalendarClash:
    return CalendarClash(
        id=found.id,
        kind=found.kind,  # type: ignore[arg-type]  # the service knows no other
        title=found.title,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        booking_id=found.booking_id,
        detail=found.detail,
        seen_at=found.seen_at,
        cleared_at=found.cleared_at,
    )


@get("/connections", guards=[requires_manager], tags=["connections"])
async def list_connections(hub: Hub) -> Connections:
    """The oldest first."""
    found = await hub.database.read(service.connections)
    return Connections(items=[_connection(one) for one in found])


@post("/connections", guards=[requires_manager], tags=["connections"])
async def connect_calendar(hub: Hub, request: Asking, data: JSONBody[CalendarToConnect]) -> Connection:
    """From the next second on the hub compares the room with that calendar. Nothing is asked of it yet:
    `/connections/{id}/test` does."""
    url, host = clean_address(data.url)
    check_lead(data.kind, data.leads)
    sealed, now = hub.calendars.vault.seal(Credentials(url, data.username, data.password)), hub.clock.now()
    noted = _Noted(room_id=data.room_id, kind=data.kind, host=host, leads=data.leads)

    def work(session: Session) -> Connection:
        return _connection(
            service.connect(
                session, data.room_id, kind=data.kind, host=host, sealed=sealed, leads=data.leads, now=now
            )
        )

    return await audited(hub, request, "connection.create", work, data=noted)


@get("/connections/{id:str}", guards=[requires_manager], tags=["connections"])
async def get_connection(hub: Hub, id: FromPath[str]) -> Connection:
    return _connection(await hub.database.read(lambda session: service.connection(session, id)))


@patch("/connections/{id:str}", guards=[requires_manager], tags=["connections"])
async def change_connection(
    hub: Hub, request: Asking, id: FromPath[str], data: JSONBody[ConnectionToChange]
) -> Connection:
    now = hub.clock.now()

    def change(session: Session) -> None:
        kind = service.behind(session, id).kind
        if data.leads is not UNSET:
            check_lead(kind, data.leads)
            service.change_lead(session, id, data.leads)
        if {data.url, data.username, data.password} != {UNSET}:
            credentials = _renewed(hub, session, id, data)
            url, host = clean_address(credentials.url)
            sealed = hub.calendars.vault.seal(Credentials(url, credentials.username, credentials.password))
            service.change_credentials(session, id, host, sealed, now, elsewhere=data.url is not UNSET)

    return await audited_change(
        hub,
        request,
        "connection.change",
        id,
        data,
        change,
        lambda session: _connection(service.connection(session, id)),
    )


def _renewed(hub: Parts, session: Session, connection_id: str, data: ConnectionToChange) -> Credentials:
    """A password that was given for one address is not sent to another."""
    if UNSET not in {data.url, data.username, data.password}:
        return Credentials(str(data.url), data.username or None, data.password or None)
    before = hub.calendars.vault.open(service.behind(session, connection_id).sealed)
    url = before.url if data.url is UNSET else data.url
    username = before.username if data.username is UNSET else data.username
    password = before.password if data.password is UNSET else data.password
    if clean_address(url)[0] != before.url and data.password is UNSET and password is not None:
        raise refusals.password_again()
    return Credentials(url, username, password)


@delete("/connections/{id:str}", guards=[requires_manager], tags=["connections"])
async def disconnect_calendar(hub: Hub, request: Asking, id: FromPath[str]) -> None:
    """What was booked stays booked, and the calendar stays as it is."""
    await audited(hub, request, "connection.remove", lambda session: service.disconnect(session, id), id)


@post(
    "/connections/{id:str}/test", status_code=HTTPStatus.OK, guards=[requires_manager], tags=["connections"]
)
async def ask_calendar(hub: Hub, id: FromPath[str], data: NoBody = None) -> Connection:
    """Asks the calendar now, and changes nothing. 503 with what is wrong, where something is."""
    found = await hub.database.read(lambda session: service.behind(session, id))
    calendar = hub.calendars.open(found.kind, found.sealed, found.zone)
    try:
        await calendar.changes(None, None, hub.clock.now())
    finally:
        await calendar.close()
    return _connection(await hub.database.read(lambda session: service.connection(session, id)))


@post(
    "/connections/{id:str}/sync", status_code=HTTPStatus.OK, guards=[requires_manager], tags=["connections"]
)
async def sync_connection(hub: Hub, id: FromPath[str], data: NoBody = None) -> Connection:
    """The hub compares within the next second, whatever it was waiting for."""
    now = hub.clock.now()

    def work(session: Session) -> Connection:
        service.ask_soon(session, id, now)
        return _connection(service.connection(session, id))

    return await hub.database.write(work)


@get("/connections/{id:str}/clashes", guards=[requires_manager], tags=["connections"])
async def list_clashes(hub: Hub, id: FromPath[str]) -> CalendarClashes:
    """Those that stand first, then what was settled in the last 30 days; each the latest first, 200 at most."""
    found = await hub.database.read(lambda session: service.clashes(session, id, MOST_CLASHES))
    return CalendarClashes(items=[_clash(one) for one in found])


ROUTES = [
    list_connections,
    connect_calendar,
    get_connection,
    change_connection,
    disconnect_calendar,
    ask_calendar,
    sync_connection,
    list_clashes,
]
