"""Proving with a password who one is, and how often that may fail.

Failures count, successes do not (contract, `POST /auth/login`). Verifying takes long and is done outside of
any transaction, so a login looks twice: before, to spend nothing on what is refused anyway, and after, so
that of many passwords tried at once none past the limit is told right or wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.accounts import access, repository
from hub.accounts.account import Account, account_of
from hub.accounts.attempts import Limit, Try, check_attempts, count_attempts

ANYWHERE = Limit("login account", 100, timedelta(hours=1))
"""Of one account, from addresses where it has no session: strangers can't lock somebody out at home."""
FROM = Limit("login address", 100, timedelta(minutes=1))
"""From one address, whichever accounts it tries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Somebody at `address` says to be `email`; of that pair, `most` failures a minute are allowed."""

    email: str
    address: str
    most: int


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a password is checked against; `account` is None for an address nobody has."""

    account: Account | None
    password_hash: str | None


def begin_login(session: Session, login: Login, now: datetime) -> Credentials:
    """Raises TooMany where it failed too often."""
    found = _credentials(session, login)
    check_attempts(session, _tries(session, login, found, now), now)
    return found


def finish_login(
    session: Session, login: Login, found: Credentials, now: datetime, *, right: bool
) -> Account | None:
    """Whose login it is; None, and counted, where the password was wrong or has just been changed.

    Raises TooMany where it failed too often meanwhile.
    """
    tries = _tries(session, login, found, now)
    check_attempts(session, tries, now)
    if right and found.account is not None and _credentials(session, login) == found:
        return found.account
    count_attempts(session, tries, now)
    return None


def _credentials(session: Session, login: Login) -> Credentials:
    user = repository.user_with_email(session, login.email)
    if user is None or not user.active:
        return Credentials(None, None)
    return Credentials(account_of(user), user.password_hash)


def _tries(session: Session, login: Login, found: Credentials, now: datetime) -> list[Try]:
    here = Limit("login", login.most, timedelta(minutes=1))
    tries = [(here, f"{login.email} {login.address}"), (FROM, login.address)]
    at_home = found.account is not None and access.has_session_from(
        session, found.account, login.address, now
    )
    return tries if at_home else [*tries, (ANYWHERE, login.email)]
