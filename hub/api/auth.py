"""Who is asking: login, logout, and the token or cookie of every other request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from litestar import Response, get, post
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.params import JSONBody
from sqlalchemy.orm import Session

from hub.accounts import login as logins
from hub.accounts import service
from hub.accounts.passwords import LONGEST, verify_password
from hub.accounts.service import Account
from hub.api.context import SAFE_METHODS, Asking, Hub, Parts, caller, client_address, requires_passwords
from hub.api.schema import Body, Nothing, Record
from hub.errors import Forbidden, Unauthenticated

Result = TypeVar("Result")

COOKIE = "circletime_session"
BEARER = "bearer"


class Login(Body):
    email: Annotated[str, msgspec.Meta(max_length=254)]
    password: Annotated[str, msgspec.Meta(max_length=LONGEST)]


class Me(Record):
    id: str
    name: str
    email: str
    role: str
    department: str | None
    leads_department: bool


class LoggedIn(Record):
    access_token: str
    token_type: str
    expires_in: int
    """Seconds."""
    user: Me


class Authentication(AbstractAuthenticationMiddleware):
    """Finds the account of a bearer token or of the web app's cookie; routes decide whether they need one."""

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        token = _bearer_token(connection)
        if token is None and (token := connection.cookies.get(COOKIE)):
            _refuse_other_sites(connection)
        if not token:
            return AuthenticationResult(user=None, auth=None)
        hub: Parts = connection.app.state.hub
        now = hub.clock.now()
        user = await hub.database.read(lambda session: service.account_with_token(session, token, now))
        return AuthenticationResult(user=user, auth=token if user else None)


def _bearer_token(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == BEARER else None


def _refuse_other_sites(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """A browser sends the cookie along whoever wrote the page; only our own pages may change things."""
    if connection.scope.get("method") in SAFE_METHODS:
        return
    site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    ours = site in {None, "same-origin", "none"}
    if origin is not None:
        hub: Parts = connection.app.state.hub
        own = {connection.headers.get("host"), urlsplit(hub.settings.url).netloc}
        ours = ours and urlsplit(origin).netloc in own
    if not ours:
        raise Forbidden(
            "cross-site-request",
            "This request came from another site",
            "Open the hub itself, and do it there.",
        )


def _me(account: Account) -> Me:
    return Me(
        id=account.id,
        name=account.name,
        email=account.email,
        role=account.role,
        department=account.department,
        leads_department=account.leads,
    )


class LoggedOut(Record):
    """`providerUrl`: where the browser also ends its session at the sign-in provider; null where there is nothing to end."""

    provider_url: str | None


@post(
    "/auth/login",
    status_code=HTTPStatus.OK,
    opt={"open": True},
    guards=[requires_passwords],
    tags=["accounts"],
)
async def login(hub: Hub, request: Asking, data: JSONBody[Login]) -> Response[LoggedIn]:
    """Answers with a token, and sets it as the web app's cookie too."""
    _refuse_other_sites(request)  # nobody is logged in as somebody else by a page of another site
    client = request.headers.get("user-agent", "")[:255]
    address = client_address(request)

    def enter(session: Session, account: Account, now: datetime) -> tuple[Account, str]:
        return account, service.open_session(session, account, now, client=client, address=address)

    entered = await with_password(hub, data.email, address, data.password, enter)
    if entered is None:
        raise Unauthenticated(
            "invalid-credentials",
            "The e-mail address or the password is wrong",
            "Try again, or have a link for a new password mailed.",
        )
    account, token = entered
    life_s = int(service.TOKEN_LIFE.total_seconds())
    answer = LoggedIn(access_token=token, token_type=BEARER, expires_in=life_s, user=_me(account))
    return Response(answer, cookies=[session_cookie(hub, token, life_s)])


async def with_password(
    hub: Parts, email: str, address: str, password: str, work: Callable[[Session, Account, datetime], Result]
) -> Result | None:
    """`work`, in a transaction, as whom the password proves; None, and counted, where it is wrong.

    Raises TooMany where it was wrong too often.
    """
    now = hub.clock.now()
    asked = logins.Login(
        email=email.strip().lower(), address=address, most=hub.settings.login_failures_per_minute
    )
    found = await hub.database.read(lambda session: logins.begin_login(session, asked, now))
    right = await verify_password(found.password_hash, password)

    def finish(session: Session) -> Result | None:
        account = logins.finish_login(session, asked, found, now, right=right)
        return None if account is None else work(session, account, now)

    return await hub.database.write(finish)


def session_cookie(hub: Parts, token: str, life_s: int) -> Cookie:
    secure = hub.settings.url.startswith("https:")
    return Cookie(
        key=COOKIE, value=token, max_age=life_s, httponly=True, samesite="lax", secure=secure, path="/"
    )


@post("/auth/logout", status_code=HTTPStatus.OK, tags=["accounts"])
async def logout(hub: Hub, request: Asking, data: JSONBody[Nothing | None] = None) -> Response[LoggedOut]:
    """Revokes the token that asks."""
    account, token = caller(request), request.auth or ""
    issuer = await hub.database.write(lambda session: service.close_session(session, account, token))
    theirs = hub.sign_in is not None and issuer == hub.sign_in.terms.issuer
    there = await hub.sign_in.way_out() if hub.sign_in and theirs else None
    return Response(LoggedOut(provider_url=there), cookies=[session_cookie(hub, "", 0)])


@get("/auth/me", tags=["accounts"])
async def me(request: Asking) -> Me:
    return _me(caller(request))


ROUTES = [login, logout, me]
