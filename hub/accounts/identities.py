"""Whose account it is that an OpenID provider vouches for.

Issuer and subject decide, for ever. Before the first time it is the address, where the provider has verified it: an
address that anybody may type in there would open anybody's account here.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from msgspec import UNSET, UnsetType
from sqlalchemy.orm import Session

from hub.accounts import access, audit, repository, service
from hub.accounts.account import ADMIN, MEMBER, Account, account_of
from hub.accounts.models import User
from hub.accounts.service import UserChanges
from hub.errors import Forbidden

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody as their provider knows them. `email` is None unless it is verified. What is UNSET it does not say."""

    issuer: str
    subject: str
    email: str | None
    name: str
    role: str | UnsetType = UNSET
    department: str | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Whether who has no account gets one, and at which domains their address has to be; none: at any."""

    welcome: bool
    domains: tuple[str, ...]


def arrive(session: Session, person: Person, newcomers: Newcomers, now: datetime) -> Account:
    """The account of somebody whom their provider has vouched for just now, with the role and department of its word.

    Raises Forbidden where there is none for them, or it lets nobody in.
    """
    found = repository.user_with_identity(session, person.issuer, person.subject)
    if found is None:
        found = _first_time(session, person, newcomers, now)
    if not found.active:
        raise Forbidden(
            "account-deactivated", "Your account here is deactivated", "Ask an admin of Circle Time."
        )
    _follow(session, found, person, now)
    return account_of(found)


def _first_time(session: Session, person: Person, newcomers: Newcomers, now: datetime) -> User:
    if person.email is None:
        raise Forbidden(
            "address-not-verified",
            "Your provider has not verified your e-mail address",
            "Circle Time knows people by it. Ask whoever runs your directory.",
        )
    email = service.plain_email(person.email)
    found = repository.user_with_email(session, email) or _newcomer(session, person, email, newcomers, now)
    if found.issuer == person.issuer:
        raise Forbidden(
            "account-of-another",
            "This account belongs to another person of your provider",
            "Your address was somebody else's. An admin's `circletime user unlink` gives it to you.",
        )
    if found.active:
        found.issuer, found.subject = person.issuer, person.subject
        session.flush()
        audit.record(session, account_of(found), "user.link", found.id, {"issuer": person.issuer}, now)
    return found


def _newcomer(session: Session, person: Person, email: str, newcomers: Newcomers, now: datetime) -> User:
    at_home = not newcomers.domains or email.rpartition("@")[2] in newcomers.domains
    if not (newcomers.welcome and at_home):
        raise Forbidden("no-account", "You have no account here", "Ask an admin of Circle Time for one.")
    added = service.add_user(session, email=email, name=person.name, role=MEMBER, now=now)
    found = repository.user_with_id(session, added.id)
    assert found is not None  # noqa: S101  it was just added
    return found


def _follow(session: Session, found: User, person: Person, now: datetime) -> None:
    """Role and department as the provider says. Nobody's login leaves the hub without an admin: the last one stays, and
    that is told."""
    role = person.role
    if (
        found.role == ADMIN
        and role not in {UNSET, ADMIN}
        and len(repository.active_with_role(session, ADMIN)) == 1
    ):
        _log.warning("the last admin stays admin although the provider says otherwise: %s", found.id)
        audit.record(session, None, "user.last-admin", found.id, {"role": [ADMIN, role]}, now)
        role = UNSET
    changes = UserChanges(role=role, department=person.department)
    service.change_user(session, found.id, changes, by=None, now=now)


def unlink(session: Session, email: str, now: datetime) -> Account:
    """Whoever comes next with this address, verified, is whose account it is. Ends the sessions. Raises NotFound."""
    account = service.account_with_email(session, service.plain_email(email))
    found = repository.user_with_id(session, account.id)
    assert found is not None  # noqa: S101  it was just found
    found.issuer = found.subject = None
    access.end_sessions(session, account)
    audit.record(session, None, "user.unlink", found.id, {}, now)
    return account
