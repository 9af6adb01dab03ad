"""Who somebody is, and what proves it (brief, section 2.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.accounts import repository
from hub.accounts.models import AccessToken, User
from hub.accounts.tokens import new_secret, secret_hash
from hub.db.base import new_id
from hub.db.database import emit
from hub.errors import Conflict, NotFound, Refused, not_found
from hub.events import SessionEnded

MEMBER, MANAGER, ADMIN = "member", "manager", "admin"
ROLES = (MEMBER, MANAGER, ADMIN)
TOKEN_LIFE = timedelta(days=7)

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody, as the other domains know them. `key` is the row others refer to."""

    key: int
    id: str
    email: str
    name: str
    role: str
    department: str | None

    @property
    def manages(self) -> bool:
        return self.role in {MANAGER, ADMIN}

    @property
    def is_admin(self) -> bool:
        return self.role == ADMIN


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a login is checked against; `account` is None for an address nobody has."""

    account: Account | None
    password_hash: str | None


def _account(user: User) -> Account:
    return Account(user.key, user.id, user.email, user.name, user.role, user.department)


def add_user(
    session: Session,
    *,
    email: str,
    name: str,
    role: str,
    now: datetime,
    password_hash: str | None = None,
    department: str | None = None,
) -> Account:
    """Raises Refused for an address or a role that is none, Conflict where the address is taken."""
    email = email.strip().lower()
    if not _EMAIL.fullmatch(email) or len(email) > 254:
        raise Refused("bad-email", "This is not an e-mail address", f"{email!r} is not an e-mail address.")
    if role not in ROLES:
        raise Refused("bad-role", "There is no such role", f"A role is one of {', '.join(ROLES)}.")
    if not 0 < len(name.strip()) <= 255:
        raise Refused("bad-name", "This name cannot be used", "A name has 1 to 255 characters.")
    if repository.user_with_email(session, email):
        raise Conflict(
            "email-taken", "This address has an account already", f"{email} has an account already."
        )
    user = User(
        id=new_id(),
        email=email,
        name=name.strip(),
        role=role,
        department=department,
        password_hash=password_hash,
        active=True,
        created_at=now,
    )
    session.add(user)
    session.flush()
    return _account(user)


def credentials(session: Session, email: str) -> Credentials:
    user = repository.user_with_email(session, email)
    if user is None or not user.active:
        return Credentials(None, None)
    return Credentials(_account(user), user.password_hash)


def open_session(session: Session, account: Account, now: datetime) -> str:
    """A new access token, told this once; it lives for TOKEN_LIFE."""
    repository.remove_expired_tokens(session, now)
    token = new_secret()
    session.add(
        AccessToken(
            hash=secret_hash(token), user_key=account.key, created_at=now, expires_at=now + TOKEN_LIFE
        )
    )
    return token


def account_with_token(session: Session, token: str, now: datetime) -> Account | None:
    user = repository.token_owner(session, secret_hash(token), now)
    return _account(user) if user else None


def close_session(session: Session, account: Account, token: str) -> None:
    """Revokes the token at once; streams opened with it end."""
    repository.remove_token(session, secret_hash(token))
    emit(session, SessionEnded(account.id, secret_hash(token)))


def account_with_id(session: Session, user_id: str) -> Account:
    """Raises NotFound."""
    user = repository.user_with_id(session, user_id)
    if user is None:
        raise not_found("user", user_id)
    return _account(user)


def account_with_email(session: Session, email: str) -> Account:
    """Raises NotFound."""
    user = repository.user_with_email(session, email)
    if user is None:
        raise NotFound("user-not-found", "There is no such user", f"Nobody here has the address {email}.")
    return _account(user)


def accounts_with_keys(session: Session, keys: set[int]) -> dict[int, Account]:
    """The accounts by key, deactivated ones too: a booking keeps its organizer."""
    return {user.key: _account(user) for user in repository.users_with_keys(session, keys)}
