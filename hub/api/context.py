"""What every handler is given: the hub's parts, and who is asking."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from hub.accounts.account import READ
from hub.accounts.attempts import address_of
from hub.accounts.service import Account
from hub.calendars.opening import Opener
from hub.clock import Clock
from hub.db.database import Database
from hub.errors import Forbidden, Unauthenticated
from hub.events import Events
from hub.panel.ports import MayConnect, PanelLink
from hub.rooms.backlog import Backlog
from hub.settings import Settings
from hub.sign_in import refusals as sign_in
from hub.sign_in.provider import Provider
from hub.tls.offer import Offer
from hub.webhooks.sending import Courier

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

Asking = Request[Account | None, str | None, State]
"""A request; `.user` is who asks, `.auth` the token that proved it."""

Connection = ASGIConnection[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts a handler may use. `panels` reaches panels over MQTT, `may_connect` decides for brokers, `tls` is
    None without it, `calendars` opens them, `courier` delivers webhooks, `sign_in` asks the OpenID provider, None where there
    is none, `backlog` has seen which rooms wait for theirs."""

    settings: Settings
    database: Database
    clock: Clock
    events: Events
    panels: PanelLink
    may_connect: MayConnect
    tls: Offer | None
    calendars: Opener
    courier: Courier
    sign_in: Provider | None = None
    backlog: Backlog = field(default_factory=Backlog)


Hub = NamedDependency[Parts]
"""The parameter `hub` of a handler."""


def caller(request: Asking) -> Account:
    """Who asks. Raises Unauthenticated."""
    if request.user is None:
        raise Unauthenticated(
            "login-required", "Log in first", "Log in, or send an API token as `Authorization: Bearer`."
        )
    return request.user


def way(request: Asking) -> str:
    """How it came: the web app brings its cookie, other programs a token of their own."""
    return "api" if "authorization" in request.headers else "web"


def client_address(request: Asking) -> str:
    """Where the request came from, as limits count it. Behind a proxy on this machine, what that one says."""
    return address_of(request.client.host) if request.client else ""


async def requires_passwords(connection: Connection, _: BaseRouteHandler) -> None:
    """Raises Forbidden where the site has switched logging in by them off."""
    hub: Parts = connection.app.state.hub
    if not hub.settings.password_login:
        raise sign_in.password_login_off()


async def requires_login(connection: Connection, _: BaseRouteHandler) -> None:
    who: Account | None = connection.scope.get("user")  # OPTIONS comes without authentication
    if who is None:
        raise Unauthenticated(
            "login-required", "Log in first", "Log in, or send an API token as `Authorization: Bearer`."
        )
    if who.scope == READ and connection.scope.get("method") not in SAFE_METHODS:
        raise Forbidden("read-only-token", "This token may only read", "Use a token whose scope is `write`.")


async def requires_session(connection: Connection, handler: BaseRouteHandler) -> None:
    """For what somebody does with their own account: a script's token must not make itself another."""
    await requires_login(connection, handler)
    if connection.user.scope is not None:
        raise Forbidden(
            "session-required", "This takes a login, not an API token", "Log in, and do it with that session."
        )


async def requires_manager(connection: Connection, handler: BaseRouteHandler) -> None:
    await requires_login(connection, handler)
    if not connection.user.manages:
        raise Forbidden("managers-only", "Only managers and admins may do this", "Ask one of them.")


async def requires_admin(connection: Connection, handler: BaseRouteHandler) -> None:
    await requires_login(connection, handler)
    if not connection.user.is_admin:
        raise Forbidden("admins-only", "Only admins may do this", "Ask one of them.")
