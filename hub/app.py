"""The hub, put together: the one place that knows every part."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Any, cast

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders, State
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import Message, Scope
from sqlalchemy.orm import Session

from hub.accounts import recovery
from hub.analytics.monthly import send_monthly_reports
from hub.analytics.warming import warm
from hub.api import (
    analytics,
    analytics_export,
    auth,
    booking_actions,
    bookings,
    broker_access,
    building_days,
    buildings,
    calendars,
    closures,
    connections,
    enrolment,
    events,
    firmware,
    floor_plans,
    health,
    issues,
    metrics,
    notifications,
    oidc,
    own_account,
    panels,
    problems,
    rooms,
    site_settings,
    trails,
    users,
    web_app,
    webhooks,
)
from hub.api.change_feed import ChangeFeed
from hub.api.context import Parts, requires_login
from hub.bookings import letters
from hub.bookings.calendar_out import Desk
from hub.calendars.opening import Opener
from hub.calendars.sync import keep_synced
from hub.calendars.vault import Vault
from hub.clock import Clock, WallClock
from hub.db import grapevine
from hub.db.base import Base
from hub.db.database import Database
from hub.db.leadership import HOME_ASSISTANT_KEY, leadership
from hub.db.migrate import upgrade
from hub.errors import Unavailable
from hub.events import Events
from hub.mail.mailers import ConsoleMailer, Mailer, SmtpMailer, smtp_server
from hub.mail.outbox import About, Letter, MakeLink, WriteNotice, Writers
from hub.mail.sending import send_mail
from hub.mqtt.broker_address import broker_address
from hub.mqtt.broker_auth import HUB_ACCESS, Access, Decide
from hub.mqtt.client import Broker, OnMessage
from hub.mqtt.embedded_broker import EmbeddedBroker
from hub.mqtt.home_assistant_link import HomeAssistantLink
from hub.mqtt.panel_doors import PanelDoors
from hub.mqtt.replica import Replica
from hub.mqtt.switchboard import KeepDoors, Switchboard
from hub.reach import Reach
from hub.retention import forget
from hub.settings import NO_BROKER, BadSetting, Settings
from hub.sign_in.provider import Provider
from hub.sign_in.terms import terms_of
from hub.sweeper import sweep
from hub.tls.offer import Offer, tls_offer, web_offer
from hub.webhooks.sending import Courier

METADATA = Base.metadata
"""Every table: whoever knows every part has loaded them all."""

ROUTES = [
    *auth.ROUTES,
    *oidc.ROUTES,
    *own_account.ROUTES,
    *notifications.ROUTES,
    *users.ROUTES,
    *buildings.ROUTES,
    *rooms.ROUTES,
    *building_days.ROUTES,
    *site_settings.ROUTES,
    *floor_plans.ROUTES,
    *bookings.ROUTES,
    *booking_actions.ROUTES,
    *calendars.ROUTES,
    *panels.ROUTES,
    *firmware.ROUTES,
    *enrolment.ROUTES,
    *broker_access.ROUTES,
    *issues.ROUTES,
    *closures.ROUTES,
    *connections.ROUTES,
    *webhooks.ROUTES,
    *analytics.ROUTES,
    *analytics_export.ROUTES,
    *events.ROUTES,
]

COMPRESSION = CompressionConfig(
    backend="gzip", gzip_compress_level=5, minimum_size=1000, exclude_opt_key="sent_as_is"
)
"""Of REST's answers. The app's files were made small at its build; a stream of events must not wait for more."""

MAX_BODY_BYTES = 1024 * 1024

SECURITY_HEADERS = {
    "Content-Security-Policy": web_app.policy_line(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


async def closed_unless_open(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Every route needs a login but those that say `opt={"open": True}`."""
    if not handler.opt.get("open"):
        await requires_login(connection, handler)


class NoPanels:
    """A hub without a broker: panels are reached through the hub beside it."""

    def listening(self) -> bool:
        """There is no broker to wait for."""
        return True

    def sessions(self) -> int:
        return 0

    async def screen(self, panel_id: str) -> bytes:
        raise self._refusal(panel_id)

    async def press(self, panel_id: str, _key: int) -> None:
        raise self._refusal(panel_id)

    def _refusal(self, panel_id: str) -> Unavailable:
        return Unavailable(
            "no-broker",
            "This hub has no broker",
            f"It can't reach panel {panel_id}: ask the hub that has the broker.",
        )


def create_app(settings: Settings, clock: Clock | None = None, *, apart: bool = False) -> Litestar:
    """The hub as an ASGI app; its lifespan migrates the database and runs every part that runs by itself. `apart`:
    reports are made in a process of their own.

    Raises BadSetting for a broker or a database that this hub cannot use.
    """
    found = hub_behind(settings, clock, apart=apart)
    app = doors()
    app.state.update(found)
    return app


def doors() -> Litestar:
    """Every route; `app.state.update(hub_behind(...))` says to which hub they lead.

    They keep nothing, so that may be one hub after another.
    """
    return Litestar(
        route_handlers=[
            Router("/api/v1", route_handlers=ROUTES, guards=[closed_unless_open]),
            *health.ROUTES,
            *metrics.ROUTES,
            *web_app.routes(),
        ],
        lifespan=[lambda app: app.state.running()],
        middleware=[trails.outermost, DefineMiddleware(auth.Authentication)],
        before_send=[trails.on_answer, _strictly],
        dependencies={
            "hub": Provide(_hub, sync_to_thread=False),
        },
        exception_handlers=problems.HANDLERS,
        openapi_config=_openapi(),
        compression_config=COMPRESSION,
        request_max_body_size=MAX_BODY_BYTES,
        logging_config=None,  # the log is `hub.journal`'s
        response_headers=SECURITY_HEADERS,
    )


ONLY_BY_TLS = {"Strict-Transport-Security": f"max-age={30 * 86400}"}
"""Where browsers come by TLS. A month: whoever goes back to plain HTTP is not locked out for longer."""


async def _strictly(message: Message, scope: Scope) -> None:
    """Refusals that no route gave have the strict headers too."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        by_tls = _hub(scope["litestar_app"].state).settings.url.startswith("https:")
        for name, value in (SECURITY_HEADERS | (ONLY_BY_TLS if by_tls else {})).items():
            headers.setdefault(name, value)


def _hub(state: State) -> Parts:
    return cast("Parts", state.hub)


def hub_behind(settings: Settings, clock: Clock | None = None, *, apart: bool = False) -> dict[str, Any]:
    """The hub's parts, and what runs while the app does. Raises what `create_app` raises."""
    clock, terms = clock or WallClock(), terms_of(settings)
    database = Database(settings.database, Events(), apart=apart)
    tls, web_tls = tls_offer(settings, clock), web_offer(settings, clock)
    switchboard = _switchboard(settings, database, clock, tls)
    panel_link = switchboard.panels if switchboard else NoPanels()
    may_connect = _may_connect(settings, database)
    vault, reach = Vault(settings), Reach(settings.inside_hosts)
    calendars, courier = Opener(vault, reach), Courier(database, clock, vault, reach)
    home_assistant = _home_assistant(settings, database, clock)
    mailer, writers = _mailer(settings), Writers(_links(settings), _notices(settings))

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        await asyncio.to_thread(upgrade, settings.database)
        if switchboard:
            await switchboard.start()
        feed = ChangeFeed(database, clock)
        await feed.begin()
        runs = [
            sweep(database, clock),
            feed.run(),
            send_mail(database, clock, mailer, writers),
            hub.backlog.watch(database, clock),
            keep_synced(database, clock, calendars.open),
            courier.run(),
        ]
        runs += _where_wanted(settings, database, clock, apart=apart)
        runs += [one.run() for one in (home_assistant,) if one]
        runs += [one.renew() for one in (tls if switchboard else None, web_tls) if one]
        tasks = [asyncio.create_task(one) for one in runs]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if switchboard:
                await switchboard.stop()
            await database.close()

    sign_in = Provider(terms, clock) if terms else None
    hub = Parts(
        settings, database, clock, database.events, panel_link, may_connect, tls, calendars, courier, sign_in
    )
    return {"hub": hub, "running": running, "web_tls": web_tls}


def _where_wanted(
    settings: Settings, database: Database, clock: Clock, *, apart: bool
) -> Iterator[Coroutine[Any, Any, None]]:
    """What runs by itself where the settings want it."""
    if settings.forget_after_months is not None:
        yield forget(database, clock, settings.forget_after_months)
    if settings.notifications:
        yield send_monthly_reports(database, clock, settings.url)
    if apart:
        yield warm(database, clock)
    if database.shared:
        yield grapevine.listen(settings.database, database.events)


def _mailer(settings: Settings) -> Mailer:
    if settings.smtp_url is None:
        return ConsoleMailer()
    try:
        server = smtp_server(settings.smtp_url)
    except ValueError as error:
        raise BadSetting(f"CIRCLETIME_SMTP_URL can't be used: {error}") from error
    return SmtpMailer(server, settings.mail_sender)


def _links(settings: Settings) -> MakeLink:
    """Every link that is mailed leads to the page where a password is set. None is where nobody needs one."""

    def make(session: Session, kind: str, recipient: str, now: datetime) -> str | None:
        if not settings.password_login:
            return None
        secret = recovery.new_link_secret(session, kind, recipient, now)
        return None if secret is None else f"{settings.url}/set-password?token={secret}"

    return make


def _notices(settings: Settings) -> WriteNotice:
    """None is written where the operator wants none: what is queued is dropped."""
    desk = Desk(settings.mail_sender, settings.url)

    def write(session: Session, about: About, now: datetime) -> Letter | None:
        return letters.write(session, about, desk, now) if settings.notifications else None

    return write


def _switchboard(
    settings: Settings, database: Database, clock: Clock, tls: Offer | None
) -> Switchboard | Replica | None:
    if settings.broker_url == NO_BROKER:
        return None
    authorities = tls.authorities if tls else None
    if settings.outside_broker:
        return Replica(settings, database, clock, leadership(settings.database), authorities)

    def embedded(on_message: OnMessage, _boot_id: str) -> tuple[Broker, KeepDoors]:
        doors = PanelDoors(database)
        broker = EmbeddedBroker(
            decide=doors.decide,
            on_message=on_message,
            host=settings.mqtt_host,
            port=settings.mqtt_port,
            ssl=tls.context if tls else None,
            tls_host=settings.mqtts_address,
            tls_port=settings.mqtts_port,
        )
        return broker, partial(doors.run, broker)

    return Switchboard(settings, database, clock, embedded, authorities)


def _home_assistant(settings: Settings, database: Database, clock: Clock) -> HomeAssistantLink | None:
    if settings.home_assistant_url is None:
        return None
    address = broker_address(settings.home_assistant_url, "CIRCLETIME_HOME_ASSISTANT_URL")
    tells = leadership(settings.database, HOME_ASSISTANT_KEY)
    return HomeAssistantLink(address, database, clock, tells, settings.url)


def _may_connect(settings: Settings, database: Database) -> Decide:
    """For a broker that asks: panels, and this hub itself."""
    doors = PanelDoors(database)
    own = broker_address(settings.broker_url or "") if settings.outside_broker else None

    async def decide(client_id: str, username: str | None, password: str | None) -> Access | None:
        if own and own.password and username == own.username:
            known = hmac.compare_digest((password or "").encode(), own.password.encode())
            return HUB_ACCESS if known else None
        return await doors.decide(client_id, username, password)

    return decide


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Circle Time",
        version="1",
        path="/api/v1/schema",
        use_handler_docstrings=True,
        render_plugins=[JsonRenderPlugin()],
        components=Components(
            security_schemes={"token": SecurityScheme(type="http", scheme="bearer")},
        ),
        security=[{"token": []}],
    )
