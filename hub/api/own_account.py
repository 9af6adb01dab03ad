"""What somebody does with their own account: password, sessions, and API tokens for their scripts."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Literal

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta
from sqlalchemy.orm import Session

from hub.accounts import access, recovery, service
from hub.accounts.attempts import Limit, Try, check_attempts, count_attempts
from hub.accounts.passwords import LONGEST, check_length, new_password_hash
from hub.accounts.service import Account
from hub.api.auth import with_password
from hub.api.context import Asking, Hub, caller, client_address, requires_passwords, requires_session
from hub.api.schema import Body, Instant, Nothing, Page, Record, utc
from hub.errors import Forbidden

Password = Annotated[str, Meta(max_length=LONGEST)]
Scope = Literal["read", "write", "admin"]

RESET_OF = Limit("reset account", 5, timedelta(hours=1))
RESET_FROM = Limit("reset address", 20, timedelta(hours=1))
LINK_FROM = Limit("link address", 20, timedelta(hours=1))
"""Of links that were not good."""


class PasswordToChange(Body):
    current_password: Password
    new_password: Password


class ResetToAsk(Body):
    email: Annotated[str, Meta(max_length=254)]


class ResetToConfirm(Body):
    token: Annotated[str, Meta(max_length=255)]
    password: Password


class LoginSession(Record):
    """`client` is what the browser or program calls itself; `current` is the session that asks."""

    id: str
    client: str | None
    address: str | None
    created_at: datetime
    expires_at: datetime | None
    current: bool


class TokenToMake(Body):
    """`read` only looks, `write` also changes, as a manager at most; `admin` is for admins."""

    name: Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")]
    scope: Scope
    expires_at: Instant | None = None


class Token(Record):
    id: str
    name: str | None
    scope: str | None
    created_at: datetime
    expires_at: datetime | None


class NewToken(Token):
    """`token` is told this once."""

    token: str


@post(
    "/auth/password-reset",
    status_code=HTTPStatus.ACCEPTED,
    opt={"open": True},
    guards=[requires_passwords],
    tags=["accounts"],
)
async def ask_for_reset(hub: Hub, request: Asking, data: JSONBody[ResetToAsk]) -> Nothing:
    """Mails a link, should somebody here have this address; the answer is the same if nobody does."""
    email, now = service.plain_email(data.email), hub.clock.now()
    tries: list[Try] = [(RESET_OF, email), (RESET_FROM, client_address(request))]

    def ask(session: Session) -> None:
        check_attempts(session, tries, now)
        count_attempts(session, tries, now)
        recovery.ask_for_reset(session, email, now)

    await hub.database.write(ask)
    return Nothing()


@post(
    "/auth/password-reset/confirm",
    status_code=HTTPStatus.OK,
    opt={"open": True},
    guards=[requires_passwords],
    tags=["accounts"],
)
async def confirm_reset(hub: Hub, request: Asking, data: JSONBody[ResetToConfirm]) -> Nothing:
    """Sets the password by a mailed link, of an invitation too. The link is used up, every session ends."""
    now, tries = hub.clock.now(), [(LINK_FROM, client_address(request))]
    check_length(data.password)

    def look(session: Session) -> bool:
        check_attempts(session, tries, now)
        return recovery.is_good(session, data.token, now)

    if not await hub.database.read(look):
        await hub.database.write(lambda session: count_attempts(session, tries, now))
        raise recovery.bad_link()
    password_hash = await new_password_hash(data.password)
    await hub.database.write(lambda session: recovery.accept_link(session, data.token, password_hash, now))
    return Nothing()


@post(
    "/auth/password",
    status_code=HTTPStatus.OK,
    guards=[requires_session, requires_passwords],
    tags=["accounts"],
)
async def change_password(hub: Hub, request: Asking, data: JSONBody[PasswordToChange]) -> Nothing:
    """Ends your other sessions. A wrong `currentPassword` counts as a failed login."""
    who, token = caller(request), request.auth or ""
    password_hash = await new_password_hash(data.new_password)

    def change(session: Session, account: Account, now: datetime) -> bool:
        service.change_password(session, account, password_hash, token, now)
        return True

    if not await with_password(hub, who.email, client_address(request), data.current_password, change):
        raise Forbidden(
            "wrong-password",
            "The current password is another one",
            "Give the one you log in with, or have a new one mailed.",
        )
    return Nothing()


@get("/auth/sessions", guards=[requires_session], tags=["accounts"])
async def list_sessions(hub: Hub, request: Asking) -> Page[LoginSession]:
    """Where you are logged in, the latest first."""
    now, who, token = hub.clock.now(), caller(request), request.auth or ""
    found = await hub.database.read(lambda session: access.sessions(session, who, token, now))
    return Page(items=[msgspec.convert(one, LoginSession, from_attributes=True) for one in found])


@delete("/auth/sessions/{id:str}", guards=[requires_session], tags=["accounts"])
async def end_session(hub: Hub, request: Asking, id: FromPath[str]) -> None:
    """Logs that one out at once."""
    now, who = hub.clock.now(), caller(request)
    await hub.database.write(lambda session: access.end_session(session, who, id, now))


@get("/tokens", guards=[requires_session], tags=["accounts"])
async def list_tokens(hub: Hub, request: Asking) -> Page[Token]:
    """Your API tokens, the latest first; their secrets are not told again."""
    now, who = hub.clock.now(), caller(request)
    found = await hub.database.read(lambda session: access.api_tokens(session, who, now))
    return Page(items=[msgspec.convert(one, Token, from_attributes=True) for one in found])


@post("/tokens", guards=[requires_session], tags=["accounts"])
async def add_token(hub: Hub, request: Asking, data: JSONBody[TokenToMake]) -> NewToken:
    """For a script, in the header `Authorization: Bearer`. Without `expiresAt` it holds until revoked."""
    now, who = hub.clock.now(), caller(request)
    expires_at = utc(data.expires_at) if data.expires_at else None
    added, secret = await hub.database.write(
        lambda session: access.add_api_token(
            session, who, name=data.name, scope=data.scope, expires_at=expires_at, now=now
        )
    )
    return NewToken(
        id=added.id,
        name=added.name,
        scope=added.scope,
        created_at=added.created_at,
        expires_at=added.expires_at,
        token=secret,
    )


@delete("/tokens/{id:str}", guards=[requires_session], tags=["accounts"])
async def remove_token(hub: Hub, request: Asking, id: FromPath[str]) -> None:
    """Revokes it at once."""
    now, who = hub.clock.now(), caller(request)
    await hub.database.write(lambda session: access.remove_api_token(session, who, id, now))


ROUTES = [
    ask_for_reset,
    confirm_reset,
    change_password,
    list_sessions,
    end_session,
    list_tokens,
    add_token,
    remove_token,
]
