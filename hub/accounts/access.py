"""What proves who somebody is after the login: sessions, and API tokens for scripts.

Both are opaque secrets of 256 random bits, told once, kept as their SHA-256 and found by it: nothing that
is secret is ever compared character by character.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.accounts import audit, repository
from hub.accounts.account import SCOPES, WHOLE, Account, account_of
from hub.accounts.models import AccessToken
from hub.accounts.tokens import new_secret, secret_hash
from hub.db.base import new_id
from hub.db.database import emit
from hub.errors import Conflict, Forbidden, Refused, not_found
from hub.events import SessionEnded

SESSION, API = "session", "api"
TOKEN_LIFE = timedelta(days=7)
"""Of a session."""
MOST_API_TOKENS = 50
"""Of one user."""


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """`client` is what the program that logged in calls itself; `current` is the session that asks."""

    id: str
    client: str | None
    address: str | None
    created_at: datetime
    expires_at: datetime | None
    current: bool


@dataclass(frozen=True, slots=True)
class ApiTokenRecord:
    id: str
    name: str | None
    scope: str | None
    created_at: datetime
    expires_at: datetime | None


def open_session(
    session: Session,
    account: Account,
    now: datetime,
    *,
    client: str | None = None,
    address: str | None = None,
    issuer: str | None = None,
) -> str:
    """A new session's token, told this once; it lives for TOKEN_LIFE. `issuer`: who vouched, where no password did."""
    repository.remove_expired_tokens(session, now)
    token = new_secret()
    session.add(
        AccessToken(
            hash=secret_hash(token),
            id=new_id(),
            user_key=account.key,
            kind=SESSION,
            name=client,
            address=address,
            issuer=issuer,
            created_at=now,
            expires_at=now + TOKEN_LIFE,
        )
    )
    return token


def account_with_token(session: Session, token: str, now: datetime) -> Account | None:
    found = repository.token_with_hash(session, secret_hash(token), now)
    return account_of(found.User, found.scope) if found else None


def close_session(session: Session, account: Account, token: str) -> str | None:
    """Revokes the token at once; streams opened with it end. The OpenID provider that vouched for it, if one did."""
    issuer = repository.token_issuer(session, secret_hash(token))
    _revoke(session, account, secret_hash(token))
    return issuer


def _revoke(session: Session, account: Account, token_hash: bytes) -> None:
    repository.remove_token(session, token_hash)
    emit(session, SessionEnded(account.id, token_hash))


def sessions(session: Session, account: Account, token: str, now: datetime) -> list[SessionRecord]:
    """Where the account is logged in, the latest first; `token` is the one that asks."""
    asking = secret_hash(token)
    return [
        SessionRecord(one.id, one.name, one.address, one.created_at, one.expires_at, one.hash == asking)
        for one in repository.tokens_of(session, account.key, SESSION, now)
    ]


def has_session_from(session: Session, account: Account, address: str, now: datetime) -> bool:
    return any(one.address == address for one in repository.tokens_of(session, account.key, SESSION, now))


def end_session(session: Session, account: Account, session_id: str, now: datetime) -> None:
    """Raises NotFound, for another's session too."""
    found = repository.token_of(session, account.key, SESSION, session_id, now)
    if found is None:
        raise not_found("session", session_id)
    _revoke(session, account, found.hash)


def end_sessions(session: Session, account: Account, but_not: str | None = None) -> None:
    """All of the account's sessions, but perhaps one; its API tokens stay."""
    kept = None if but_not is None else secret_hash(but_not)
    for token_hash in repository.remove_tokens(session, account.key, SESSION, kept):
        emit(session, SessionEnded(account.id, token_hash))


def end_api_tokens(session: Session, account: Account) -> None:
    for token_hash in repository.remove_tokens(session, account.key, API):
        emit(session, SessionEnded(account.id, token_hash))


def add_api_token(
    session: Session, account: Account, *, name: str, scope: str, expires_at: datetime | None, now: datetime
) -> tuple[ApiTokenRecord, str]:
    """A new token and its secret, told this once.

    Raises Forbidden for a scope beyond the account's role, Refused for an end that has come already,
    Conflict past MOST_API_TOKENS.
    """
    if scope not in SCOPES:
        raise Refused("bad-scope", "There is no such scope", f"A scope is one of {', '.join(SCOPES)}.")
    if scope == WHOLE and not account.is_admin:
        raise Forbidden(
            "scope-too-wide", "A token may do at most what its owner may", "Ask for `read` or `write`."
        )
    if expires_at is not None and expires_at <= now:
        raise Refused("bad-expiry", "This end has come already", "The token would never be of use.")
    if len(repository.tokens_of(session, account.key, API, now)) >= MOST_API_TOKENS:
        raise Conflict(
            "too-many-tokens", "You have too many tokens", f"Revoke one of your {MOST_API_TOKENS} first."
        )
    secret = new_secret()
    added = AccessToken(
        hash=secret_hash(secret),
        id=new_id(),
        user_key=account.key,
        kind=API,
        name=name,
        scope=scope,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(added)
    session.flush()
    audit.record(session, account, "token.create", added.id, {"name": name, "scope": scope}, now)
    return _api_token(added), secret


def api_tokens(session: Session, account: Account, now: datetime) -> list[ApiTokenRecord]:
    """The latest first."""
    return [_api_token(one) for one in repository.tokens_of(session, account.key, API, now)]


def remove_api_token(session: Session, account: Account, token_id: str, now: datetime) -> None:
    """Raises NotFound, for another's token too."""
    found = repository.token_of(session, account.key, API, token_id, now)
    if found is None:
        raise not_found("token", token_id)
    audit.record(session, account, "token.remove", token_id, {"name": found.name}, now)
    _revoke(session, account, found.hash)


def _api_token(found: AccessToken) -> ApiTokenRecord:
    return ApiTokenRecord(found.id, found.name, found.scope, found.created_at, found.expires_at)
