"""Somebody, as the other domains know them, and what their role and their token let them do."""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.accounts.mail_kinds import wanted
from hub.accounts.models import User

MEMBER, MANAGER, ADMIN = "member", "manager", "admin"
ROLES = (MEMBER, MANAGER, ADMIN)

NOWHERE = "erased.invalid"
"""Where the address of somebody who was erased leads (RFC 2606)."""

READ, WRITE, WHOLE = "read", "write", "admin"
SCOPES = (READ, WRITE, WHOLE)
"""Of an API token: look only; also change, but as a manager at most; all that its owner may."""


@dataclass(frozen=True, slots=True)
class Account:
    """`key` is the row others refer to. `role` is what may be done now: less than its owner's, perhaps, for
    an API token, whose `scope` is set; None is somebody logged in. `mail`: what they want to be mailed about
    (`mail_kinds`), `language`: in which; None where they never said. `leads`: their department, where they have one."""

    key: int
    id: str
    email: str
    name: str
    role: str
    department: str | None
    scope: str | None = None
    mail: frozenset[str] = field(default=frozenset(), repr=False)
    leads: bool = False
    language: str | None = None

    @property
    def manages(self) -> bool:
        return self.role in {MANAGER, ADMIN}

    @property
    def is_admin(self) -> bool:
        return self.role == ADMIN


def account_of(user: User, scope: str | None = None) -> Account:
    role = MANAGER if user.role == ADMIN and scope in {READ, WRITE} else user.role
    return Account(
        user.key,
        user.id,
        user.email,
        user.name,
        role,
        user.department,
        scope,
        wanted(user.mail),
        leads=user.leads_department,
        language=user.language,
    )


def is_erased(user: User) -> bool:
    return user.email.endswith(f"@{NOWHERE}")
