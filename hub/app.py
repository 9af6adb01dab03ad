"""The hub, put together: the one place that knows every part."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Router
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from hub.accounts.attempts import FailedLogins
from hub.api import auth, problems, web_app
from hub.api.context import Hub, requires_login
from hub.clock import Clock, WallClock
from hub.db.database import Database
from hub.db.migrate import upgrade
from hub.errors import Unavailable
from hub.events import Events
from hub.settings import Settings
from hub.sweeper import sweep

MAX_BODY_BYTES = 1024 * 1024

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: blob:; style-src-attr 'unsafe-inline'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def closed_unless_open(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Every route needs a login but those that say `opt={"open": True}`."""
    if not handler.opt.get("open"):
        requires_login(connection, handler)


class NoPanels:
    """A hub without a broker: its panels are reached by the hub beside it."""

    def listening(self) -> bool:
        return True

    async def screen(self, panel_id: str) -> bytes:
        raise Unavailable("no-broker", "This hub has no broker", f"It can't reach panel {panel_id}.")

    async def press(self, panel_id: str, key: int) -> None:
        raise Unavailable("no-broker", "This hub has no broker", f"It can't press {key} on panel {panel_id}.")


def create_app(settings: Settings, clock: Clock | None = None) -> Litestar:
    """The hub as an ASGI app; its lifespan migrates the database and runs every part that runs by itself."""
    database = Database(settings.database, Events())
    hub = Hub(settings, database, clock or WallClock(), database.events, NoPanels())
    failed_logins = FailedLogins(settings.login_failures_per_minute)

    @asynccontextmanager
    async def running(_: Litestar) -> AsyncIterator[None]:
        await asyncio.to_thread(upgrade, settings.database)
        async with asyncio.TaskGroup() as tasks:
            own = [tasks.create_task(sweep(hub.database, hub.clock))]
            yield
            for task in own:
                task.cancel()
        await database.close()

    app = Litestar(
        route_handlers=[
            Router("/api/v1", route_handlers=_routes(), guards=[closed_unless_open]),
            *web_app.routes(),
        ],
        lifespan=[running],
        middleware=[DefineMiddleware(auth.Authentication)],
        dependencies={
            "hub": Provide(lambda: hub, sync_to_thread=False),
            "failed_logins": Provide(lambda: failed_logins, sync_to_thread=False),
        },
        exception_handlers=problems.HANDLERS,
        openapi_config=_openapi(),
        request_max_body_size=MAX_BODY_BYTES,
        response_headers=SECURITY_HEADERS,
    )
    app.state.hub = hub
    return app


def _routes() -> list[Any]:
    found = [*auth.ROUTES]
    for name in ("buildings", "rooms", "bookings", "panel", "events"):
        try:
            found += importlib.import_module(f"hub.api.{name}").ROUTES
        except ModuleNotFoundError as error:
            print("MISSING", error)
    return found


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Circle Time",
        version="1",
        path="/api/v1/schema",
        components=Components(
            security_schemes={"token": SecurityScheme(type="http", scheme="bearer")},
        ),
        security=[{"token": []}],
    )
