"""Who there is, and what they may do here (brief, section 2.1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import UNSET, UnsetType
from sqlalchemy.orm import Session

from hub.accounts import access, audit, recovery, repository
from hub.accounts.access import TOKEN_LIFE, account_with_token, close_session, open_session
from hub.accounts.account import ADMIN, MANAGER, MEMBER, ROLES, Account, account_of, is_erased
from hub.accounts.models import User
from hub.db.base import new_id
from hub.errors import Conflict, NotFound, Refused, not_found

__all__ = [
    "ADMIN",
    "MANAGER",
    "MEMBER",
    "ROLES",
    "TOKEN_LIFE",
    "Account",
    "UserChanges",
    "UserRecord",
    "account_with_email",
    "account_with_id",
    "account_with_token",
    "accounts_with_keys",
    "add_user",
    "any_admin",
    "change_password",
    "change_user",
    "close_session",
    "invite_again",
    "open_session",
    "plain_email",
    "recover_admin",
    "user",
    "users",
]

_EMAIL = re.compile(r"""[^\s@<>()\[\]\\,;:"\x00-\x1f\x7f-\x9f]+@[^\s@<>()\[\]\\,;:"\x00-\x1f\x7f-\x9f]+""")
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class UserRecord:
    """A user as admins see them; `invited` until there is a password, or they signed in by a provider."""

    key: int
    id: str
    email: str
    name: str
    role: str
    department: str | None
    leads_department: bool
    active: bool
    invited: bool
    created_at: datetime
    erased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChanges:
    """What is UNSET stays as it is."""

    email: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    role: str | UnsetType = UNSET
    department: str | UnsetType | None = UNSET
    leads_department: bool | UnsetType = UNSET
    active: bool | UnsetType = UNSET


def add_user(
    session: Session,
    *,
    email: str,
    name: str,
    role: str,
    now: datetime,
    password_hash: str | None = None,
    department: str | None = None,
    by: Account | None = None,
) -> Account:
    """Somebody whom an admin, `by`, adds without a password is mailed the link that sets one.

    Raises Refused for an address or a role that is none, Conflict where the address is taken.
    """
    added = User(
        id=new_id(),
        email=_free_email(session, email),
        name=_named(name),
        role=_role(role),
        department=_department(department),
        password_hash=password_hash,
        active=True,
        created_at=now,
    )
    session.add(added)
    session.flush()
    audit.record(session, by, "user.create", added.id, {"email": added.email, "role": role}, now)
    if password_hash is None and by is not None:
        recovery.invite(session, added.email, now)
    return account_of(added)


def change_user(
    session: Session, user_id: str, changes: UserChanges, *, by: Account | None, now: datetime
) -> UserRecord:
    """Changes what is set. Deactivating ends sessions and API tokens; what the user did stays on record.

    Raises NotFound, Conflict for the last admin, and what `add_user` raises.
    """
    found = _found(session, user_id)
    _refuse_erased(found)
    before = _plain(found)
    checks: dict[str, Callable[[Any], Any]] = {
        "email": lambda email: _free_email(session, email, found),
        "name": _named,
        "role": _role,
        "department": _department,
        "leads_department": bool,
        "active": bool,
    }
    for field, check in checks.items():
        value = getattr(changes, field)
        if value is not UNSET:
            setattr(found, field, check(value))
    changed = audit.differences(before, _plain(found))
    if changed:
        _follow(session, found, changed, now)
        audit.record(session, by, "user.change", found.id, changed, now)
    return _record(found)


def _follow(session: Session, found: User, changed: dict[str, list[Any]], now: datetime) -> None:
    """What a change of a user brings with it."""
    session.flush()
    if {"role", "active"} & changed.keys() and not repository.active_with_role(session, ADMIN):
        raise Conflict("last-admin", "Somebody must be admin", "Make somebody else an admin first.")
    if "active" in changed and not found.active:
        access.end_sessions(session, account_of(found))
        access.end_api_tokens(session, account_of(found))
    if {"email", "active"} & changed.keys():
        repository.remove_links(session, found.key)
        if found.active and found.password_hash is None and found.subject is None:
            recovery.invite(session, found.email, now)


def invite_again(session: Session, user_id: str, by: Account, now: datetime) -> None:
    """Mails another link; those before it hold until they run out.

    Raises NotFound, and Conflict for somebody who has a password, or is not let in.
    """
    found = _found(session, user_id)
    _refuse_erased(found)
    if found.password_hash is not None or found.subject is not None:
        raise Conflict(
            "invitation-accepted", "This invitation was accepted", f"{found.name} has logged in already."
        )
    if not found.active:
        raise Conflict("user-inactive", "This account is deactivated", f"Let {found.name} in again first.")
    recovery.invite(session, found.email, now)
    audit.record(session, by, "user.invite", found.id, {}, now)


def change_password(
    session: Session, account: Account, password_hash: str, token: str, now: datetime
) -> None:
    """Ends the user's other sessions; `token` is the one that asks."""
    found = _found(session, account.id)
    found.password_hash = password_hash
    repository.remove_links(session, found.key)
    access.end_sessions(session, account, but_not=token)
    audit.record(session, account, "user.password", found.id, {}, now)


def recover_admin(session: Session, email: str, password_hash: str, now: datetime) -> Account:
    """Whoever sits at the hub's own machine makes somebody admin who is let in with this password, and ends all else
    that the account let in. Raises NotFound, and Conflict for somebody who was erased."""
    found = repository.user_with_email(session, plain_email(email))
    if found is None:
        raise NotFound("user-not-found", "There is no such user", f"Nobody here has the address {email}.")
    _refuse_erased(found)
    before = _plain(found)
    found.role, found.active, found.password_hash = ADMIN, True, password_hash
    account = account_of(found)
    repository.remove_links(session, found.key)
    access.end_sessions(session, account)
    access.end_api_tokens(session, account)
    audit.record(session, None, "user.recover", found.id, audit.differences(before, _plain(found)), now)
    return account


def users(session: Session, after: tuple[str, int] | None, limit: int) -> list[UserRecord]:
    """By name, deactivated ones too; `after` is name and key of the last one already seen."""
    return [_record(found) for found in repository.users_by_name(session, after, limit)]


def user(session: Session, user_id: str) -> UserRecord:
    """Raises NotFound."""
    return _record(_found(session, user_id))


def any_admin(session: Session) -> bool:
    """Whether somebody may do everything here."""
    return repository.anybody_with_role(session, ADMIN)


def account_with_id(session: Session, user_id: str) -> Account:
    """Raises NotFound."""
    return account_of(_found(session, user_id))


def account_with_email(session: Session, email: str) -> Account:
    """Raises NotFound."""
    found = repository.user_with_email(session, email)
    if found is None:
        raise NotFound("user-not-found", "There is no such user", f"Nobody here has the address {email}.")
    return account_of(found)


def accounts_with_keys(session: Session, keys: set[int]) -> dict[int, Account]:
    """The accounts by key, deactivated ones too: a booking keeps its organizer."""
    return {found.key: account_of(found) for found in repository.users_with_keys(session, keys)}


def _refuse_erased(found: User) -> None:
    if is_erased(found):
        raise Conflict(
            "user-erased", "This person was erased", "Invite them anew, with an account of their own."
        )


def _found(session: Session, user_id: str) -> User:
    found = repository.user_with_id(session, user_id)
    if found is None:
        raise not_found("user", user_id)
    return found


def plain_email(email: str) -> str:
    """The address as it is kept: lower case. Raises Refused for what is none."""
    email = email.strip().lower()
    if not _EMAIL.fullmatch(email) or len(email) > 254:
        raise Refused("bad-email", "This is not an e-mail address", f"{email!r} is not an e-mail address.")
    return email


def _free_email(session: Session, email: str, but_for: User | None = None) -> str:
    email = plain_email(email)
    holder = repository.user_with_email(session, email)
    if holder is not None and holder is not but_for:
        raise Conflict(
            "email-taken", "This address has an account already", f"{email} has an account already."
        )
    return email


def _role(role: str) -> str:
    if role not in ROLES:
        raise Refused("bad-role", "There is no such role", f"A role is one of {', '.join(ROLES)}.")
    return role


def _named(name: str) -> str:
    if not 0 < len(name.strip()) <= 255 or _UNWRITABLE.search(name):
        raise Refused(
            "bad-name", "This name cannot be used", "A name has 1 to 255 characters, all on one line."
        )
    return name.strip()


def _department(department: str | None) -> str | None:
    """None, too, for one of blanks only."""
    return _named(department) if department and department.strip() else None


def _plain(found: User) -> dict[str, Any]:
    names = ("email", "name", "role", "department", "leads_department", "active")
    return {name: getattr(found, name) for name in names}


def _record(found: User) -> UserRecord:
    return UserRecord(
        found.key,
        found.id,
        found.email,
        found.name,
        found.role,
        found.department,
        found.leads_department,
        found.active,
        found.password_hash is None and found.subject is None,
        found.created_at,
        is_erased(found),
    )
