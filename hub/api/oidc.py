"""Signing in by the site's OpenID provider: there, and back with its word. A browser goes these ways, so what is refused on
the way back is told by the login page."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlencode

from litestar import get
from litestar.datastructures import Cookie
from litestar.params import QueryParameter
from litestar.response import Redirect
from sqlalchemy.orm import Session

from hub.accounts import identities, service, sign_ins
from hub.accounts.tokens import new_secret
from hub.api.auth import session_cookie
from hub.api.context import Asking, Hub, Parts, client_address
from hub.api.schema import Record
from hub.errors import DomainError
from hub.measures import REFUSALS
from hub.sign_in import refusals
from hub.sign_in.provider import Provider

_log = logging.getLogger(__name__)

_HERE = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
"""A path of this site: no other host's (`//`, and `/\\`, which browsers read so), and no character that needs one to be clever."""
LONGEST_WAY = 512
SEE_OTHER: Literal[303] = 303

Words = Annotated[str | None, QueryParameter(max_length=4096)]
Long = 4096


class WaysIn(Record):
    """`provider` is what the button of the sign-in provider says; null where there is none."""

    password: bool
    provider: str | None


@get("/auth/ways", opt={"open": True}, tags=["accounts"])
async def ways_in(hub: Hub) -> WaysIn:
    """How people log in here, for the login page."""
    label = hub.sign_in.terms.label if hub.sign_in else None
    return WaysIn(password=hub.settings.password_login, provider=label)


@get("/auth/oidc/start", status_code=SEE_OTHER, opt={"open": True}, tags=["accounts"])
async def start(
    hub: Hub,
    request: Asking,
    back_to: Annotated[
        str, QueryParameter(name="next", max_length=Long, description="a path of this hub")
    ] = "/",
) -> Redirect:
    """Sends the browser to the sign-in provider; afterwards it is at `next`."""
    secret = new_secret()
    try:
        there = await _begun(hub, secret, _here(back_to), client_address(request))
    except DomainError as refused:
        return _refused(refused, [])
    return _sent(there, [_cookie(hub, secret, sign_ins.LIFE)])


async def _begun(hub: Parts, secret: str, back_to: str, address: str) -> str:
    """Where the browser with this secret is sent."""
    provider, state, now = _provider(hub), new_secret(), hub.clock.now()

    def begin(session: Session) -> None:
        sign_ins.begin_sign_in(
            session, state=state, browser=secret, back_to=back_to, address=address, now=now
        )

    await hub.database.write(begin)
    return await provider.way_there(state, secret)


@get("/auth/oidc/callback", status_code=SEE_OTHER, opt={"open": True}, tags=["accounts"])
async def callback(
    hub: Hub,
    request: Asking,
    state_said: Annotated[str | None, QueryParameter(name="state", max_length=Long)] = None,
    code: Words = None,
    iss: Words = None,
    error: Words = None,
) -> Redirect:
    """Where the sign-in provider sends the browser back to. What is refused is told by the login page."""
    over = _cookie(hub, "", timedelta())
    try:
        token, back_to = await _entered(hub, request, state_said or "", code, iss, error)
    except DomainError as refused:
        return _refused(refused, [over])
    life_s = int(service.TOKEN_LIFE.total_seconds())
    return _sent(back_to, [over, session_cookie(hub, token, life_s)])


async def _entered(
    hub: Parts, request: Asking, state: str, code: str | None, iss: str | None, error: str | None
) -> tuple[str, str]:
    """A new session's token, and where its owner wanted to go."""
    provider, now = _provider(hub), hub.clock.now()
    secret = request.cookies.get(_cookie_name(hub), "")
    _refuse_doubled(request)
    back_to = await hub.database.write(
        lambda session: sign_ins.finish_sign_in(session, state=state, browser=secret, now=now)
    )
    await provider.check_sender(iss)
    if error is not None or not code:
        raise refusals.refused("It says so, and no more. Try again, or ask whoever runs your directory.")
    person = await provider.who_came(code, secret)
    client, address = request.headers.get("user-agent", "")[:255], client_address(request)
    issuer, newcomers = provider.terms.issuer, provider.terms.newcomers

    def enter(session: Session) -> str:
        account = identities.arrive(session, person, newcomers, now)
        return service.open_session(session, account, now, client=client, address=address, issuer=issuer)

    return await hub.database.write(enter), back_to


def _refuse_doubled(request: Asking) -> None:
    """A parameter said twice may be read as the one here and as the other elsewhere (RFC 6749, 3.1)."""
    for name in ("state", "code", "iss", "error"):
        if len(request.query_params.getall(name, [])) > 1:
            raise refusals.not_sound("It says one thing twice.")


def _provider(hub: Parts) -> Provider:
    if hub.sign_in is None:
        raise refusals.no_provider()
    return hub.sign_in


def _here(path: str) -> str:
    fits = len(path) <= LONGEST_WAY and _HERE.fullmatch(path) and not path.startswith("/api/")
    return path if fits else "/"


def _cookie_name(hub: Parts) -> str:
    """`__Host-` by TLS: no other host of the same domain can plant one (RFC 6265bis, 4.1.3.2)."""
    return ("__Host-" if hub.settings.url.startswith("https:") else "") + "circletime_sign_in"


def _cookie(hub: Parts, secret: str, life: timedelta) -> Cookie:
    """Lax: it has to come along when the provider's page sends the browser back."""
    return Cookie(
        key=_cookie_name(hub),
        value=secret,
        max_age=int(life.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=hub.settings.url.startswith("https:"),
        path="/",
    )


def _refused(refused: DomainError, cookies: list[Cookie]) -> Redirect:
    """The login page tells it in the language of who reads it."""
    _log.warning("a sign-in was refused: %s: %s", refused.slug, refused.detail)
    REFUSALS.labels(refused.slug, "rest").inc()
    return _sent(f"/login?{urlencode({'problem': refused.slug})}", cookies)


def _sent(there: str, cookies: list[Cookie]) -> Redirect:
    """303: what was sent to us is never sent on (RFC 9700, 4.12). No cache, and no Referer that tells a code."""
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Redirect(there, status_code=SEE_OTHER, cookies=cookies, headers=headers)


ROUTES = [ways_in, start, callback]
