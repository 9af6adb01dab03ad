"""The panels, and rooms as panels see them."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.enums import MediaType
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType
from PIL import Image
from sqlalchemy.orm import Session

from hub.accounts import audit
from hub.api.audited import audited, audited_change
from hub.api.context import Asking, Hub, Parts, caller, requires_manager
from hub.api.etag import knows
from hub.api.schema import Body, Id, Nothing, Page, Record
from hub.errors import Conflict
from hub.panel import broker_logins, room_view, service
from hub.panel.health import health
from hub.panel.service import PanelRecord
from hub.settings import Settings
from hub.tls.offer import encoded, panels_find_it_at
from shared.panel_screen import HEIGHT_PX, WIDTH_PX
from shared.room_state import encode

Name = Annotated[str, Meta(min_length=1, max_length=255)]
SoftKey = Annotated[int, Meta(ge=0, le=2, description="From the left")]


class PanelToAdd(Body):
    """Without a name it gets its room's. `hardware` is the number of the board's chip: a board that is a panel
    already stays that panel, and gets a new secret."""

    name: Name | None = None
    room_id: Id | None = None
    simulated: bool = False
    hardware: Id | None = None


class PanelToChange(Body):
    """What is left out stays as it is; `roomId` null takes the panel off its door."""

    name: Name | UnsetType = UNSET
    room_id: Id | UnsetType | None = UNSET


class Press(Body):
    key: SoftKey


class Vitals(Record):
    """Null is what it did not say. `clockDriftS` is how far its clock had gone ahead of the hub's between two
    heartbeats, `heapFree` is in bytes."""

    battery_percent: int | None
    battery_mv: int | None
    signal_dbm: int | None
    clock_drift_s: int | None
    heap_free: int | None
    full_refreshes: int | None
    partial_refreshes: int | None


class HealthReason(Record):
    """`kind` is `never-heard`, `not-heard` (since `at`), `overslept` (`at`: when it wanted to wake), `battery-low`
    (`value` in percent), `signal-weak` (dBm), `clock-off` (seconds) or `behind` (since `at`)."""

    kind: str
    value: int | None
    at: datetime | None
    says: str


class Panel(Record):
    """`status` is `online`, `sleeping` (until `sleepingUntil`) or `offline`; `health` is `ok`, `attention` or
    `offline`, `healthReason` says why in sentences, and `healthReasons` one by one.

    `startedAt` is since when it runs (`bootId`), `shownRevision` the revision of its room that it last said,
    beside the room's own. `frame` and `screen` are of the last picture that it reported, `vitals` is what its
    last report, `telemetry`, says of it.
    """

    id: str
    name: str
    room_id: str | None
    status: str
    sleeping_until: datetime | None
    last_heard_at: datetime | None
    health: str
    health_reason: str | None
    health_reasons: list[HealthReason]
    vitals: Vitals
    boot_id: str | None
    started_at: datetime | None
    shown_revision: int | None
    room_revision: int | None
    firmware: str | None
    simulated: bool
    hardware: str | None
    frame: int | None
    screen: str | None
    telemetry: dict[str, Any] | None


OnePanel = TypeVar("OnePanel", bound=Panel)


class Mqtt(Record):
    """Where the panel finds the broker."""

    host: str
    port: int
    tls: bool


class NewPanel(Record):
    """`secret` is told this once. `ca` is the CA to trust where `mqtt.tls`: DER, in base64; `firmwareKey` is the
    modulus, in base64, under which firmware for the panel is signed."""

    id: str
    secret: str
    name: str
    room_id: str | None
    mqtt: Mqtt
    ca: str | None
    firmware_key: str | None


def panel_record(found: PanelRecord, now: datetime, kind: type[OnePanel], **more: str) -> OnePanel:
    how = health(found, now)
    return kind(
        id=found.id,
        name=found.name,
        room_id=found.room_id,
        status=how.status,
        sleeping_until=found.sleeping_until,
        last_heard_at=found.last_heard_at,
        health=how.word,
        health_reason=how.reason,
        health_reasons=[msgspec.convert(one, HealthReason, from_attributes=True) for one in how.reasons],
        vitals=msgspec.convert(found.vitals, Vitals, from_attributes=True),
        boot_id=found.boot_id,
        started_at=found.started_at,
        shown_revision=found.shown_revision,
        room_revision=found.room.revision if found.room else None,
        firmware=found.firmware,
        simulated=found.simulated,
        hardware=found.hardware,
        frame=found.frame,
        screen=found.screen,
        telemetry=found.telemetry,
        **more,
    )


@get("/rooms/{id:str}/state", tags=["panels"])
async def get_room_state(hub: Hub, request: Asking, id: FromPath[str]) -> Response[bytes]:
    """The room's RoomState, as its panels have it. `If-None-Match` saves sending what is known."""
    now = hub.clock.now()
    state = await hub.database.read(lambda session: room_view.room_state(session, id, now))
    headers = {"ETag": room_view.etag(state), "Cache-Control": "private, no-cache"}
    if knows(request, headers["ETag"]):
        return Response(b"", status_code=304, headers=headers)
    return Response(encode(state).encode(), media_type=MediaType.JSON, headers=headers)


@get("/panels", guards=[requires_manager], tags=["panels"])
async def list_panels(hub: Hub) -> Page[Panel]:
    """By name, with what each last said of itself."""
    now = hub.clock.now()
    found = await hub.database.read(service.panels)
    return Page(items=[panel_record(one, now, Panel) for one in found])


@post("/panels", guards=[requires_manager], tags=["panels"])
async def add_panel(hub: Hub, request: Asking, data: JSONBody[PanelToAdd]) -> NewPanel:
    now = hub.clock.now()

    def add(session: Session) -> tuple[PanelRecord, str]:
        added, secret = service.register(
            session,
            name=data.name,
            room_id=data.room_id,
            simulated=data.simulated,
            now=now,
            hardware=data.hardware,
        )
        detail = {"name": added.name, "roomId": added.room_id}
        audit.record(session, caller(request), "panel.create", added.id, detail, now)
        hand_to_broker(hub.settings, session, added.id, secret)
        return added, secret

    added, secret = await hub.database.write(add)
    return NewPanel(
        id=added.id,
        secret=secret,
        name=added.name,
        room_id=added.room_id,
        mqtt=broker_of(hub.settings),
        ca=authority_of(hub),
        firmware_key=hub.settings.firmware_key,
    )


def hand_to_broker(settings: Settings, session: Session, panel_id: str, secret: str) -> None:
    """In the transaction that gives the panel its secret: a broker that keeps passwords has to know it too."""
    if settings.broker_keeps_passwords:
        broker_logins.hand_over(session, panel_id, secret)


def authority_of(hub: Parts) -> str | None:
    return encoded(hub.tls.authorities())[0] if hub.tls else None


def broker_of(settings: Settings) -> Mqtt:
    """By TLS where there is that. A broker that listens everywhere is found where the hub is."""
    if settings.outside_broker:
        found = urlsplit((settings.panels_broker_url or settings.broker_url or "").split(",")[0])
        tls = found.scheme == "mqtts"
        return Mqtt(host=found.hostname or "", port=found.port or (8883 if tls else 1883), tls=tls)
    if settings.mqtts_port is not None:
        return Mqtt(host=panels_find_it_at(settings), port=settings.mqtts_port, tls=True)
    everywhere = settings.mqtt_host in {"0.0.0.0", "::"}  # noqa: S104  compared, not bound
    host = (urlsplit(settings.url).hostname or "") if everywhere else settings.mqtt_host
    return Mqtt(host=host, port=settings.mqtt_port, tls=False)


@get("/panels/{id:str}", guards=[requires_manager], tags=["panels"])
async def get_panel(hub: Hub, id: FromPath[str]) -> Panel:
    found = await hub.database.read(lambda session: service.panel(session, id))
    return panel_record(found, hub.clock.now(), Panel)


@patch("/panels/{id:str}", guards=[requires_manager], tags=["panels"])
async def change_panel(hub: Hub, request: Asking, id: FromPath[str], data: JSONBody[PanelToChange]) -> Panel:
    """Moves the panel to another room's door, or renames it."""
    now = hub.clock.now()

    def change(session: Session) -> None:
        if data.name is not UNSET:
            service.rename(session, id, data.name)
        if data.room_id is not UNSET:
            service.move(session, id, data.room_id, now)

    def look(session: Session) -> Panel:
        return panel_record(service.panel(session, id), now, Panel)

    return await audited_change(hub, request, "panel.change", id, data, change, look)


@delete("/panels/{id:str}", guards=[requires_manager], tags=["panels"])
async def remove_panel(hub: Hub, request: Asking, id: FromPath[str]) -> None:
    """Revokes the panel's secret and ends its connection."""
    now = hub.clock.now()
    await audited(hub, request, "panel.remove", lambda session: service.revoke(session, id, now), id)


@get(
    "/panels/{id:str}/screen.png",
    guards=[requires_manager],
    media_type="image/png",
    opt={"sent_as_is": True},
    tags=["panels"],
)
async def get_screen(hub: Hub, id: FromPath[str]) -> Response[bytes]:
    """What is on the wall now, asked of the panel itself."""
    await hub.database.read(lambda session: service.panel(session, id))
    rows = await hub.panels.screen(id)
    return Response(_png(rows), media_type="image/png", headers={"Cache-Control": "private, no-cache"})


def _png(rows: bytes) -> bytes:
    """One bit a pixel; in the rows 1 is black, in the picture it is white."""
    file = BytesIO()
    Image.frombytes("1", (WIDTH_PX, HEIGHT_PX), rows, "raw", "1;I").save(file, "PNG")
    return file.getvalue()


@post("/panels/{id:str}/press", guards=[requires_manager], status_code=200, tags=["panels"])
async def press_key(hub: Hub, id: FromPath[str], data: JSONBody[Press]) -> Nothing:
    """Presses a key of a simulated panel, as a finger would."""
    panel = await hub.database.read(lambda session: service.panel(session, id))
    if not panel.simulated:
        raise Conflict(
            "not-simulated", "This panel has keys of its own", "Only simulated panels are pressed."
        )
    await hub.panels.press(id, data.key)
    return Nothing()


ROUTES = [
    get_room_state,
    list_panels,
    add_panel,
    get_panel,
    change_panel,
    remove_panel,
    get_screen,
    press_key,
]
