"""People, for admins: who has an account, as what, and who changed what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy.orm import Session

from hub.accounts import audit, erasure, service
from hub.accounts.audit import AuditFilter, AuditRecord
from hub.accounts.passwords import LONGEST, new_password_hash
from hub.accounts.service import UserChanges, UserRecord
from hub.api.context import Asking, Hub, caller, requires_admin
from hub.api.paging import LARGEST, Cursor, Limit, cursor_at, position_of
from hub.api.schema import Body, Instant, Nothing, Page, Record, utc
from hub.bookings import service as bookings
from hub.panel import issues
from hub.webhooks import outbox as webhooks

ID = "^[A-Za-z0-9_-]{1,64}$"
Role = Literal["member", "manager", "admin"]
Email = Annotated[str, Meta(max_length=254)]
Name = Annotated[str, Meta(min_length=1, max_length=255)]
Department = Annotated[str, Meta(max_length=255)]


class UserToAdd(Body):
    """Without a password they are mailed an invitation."""

    email: Email
    name: Name
    role: Role
    department: Department | None = None
    password: Annotated[str, Meta(max_length=LONGEST)] | None = None


class UserToChange(Body):
    """What is left out stays as it is."""

    email: Email | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    department: Department | UnsetType | None = UNSET
    leads_department: bool | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class User(Record):
    """`invited`: there is no password yet. `erased`: who it was is forgotten for good. `leadsDepartment`: may see their department's analytics, where
    `/settings` allows that."""

    id: str
    email: str
    name: str
    role: Role
    department: str | None
    leads_department: bool
    active: bool
    invited: bool
    erased: bool
    created_at: datetime


class Actor(Record):
    id: str
    name: str


class AuditEntry(Record):
    """`actor` null: the command line, or the hub itself. `detail` has old and new value of what changed."""

    id: str
    at: datetime
    actor: Actor | None
    action: str
    subject_id: str
    detail: dict[str, Any]


def _user(found: UserRecord) -> User:
    return msgspec.convert(found, User, from_attributes=True)


@get("/users", guards=[requires_admin], tags=["accounts"])
async def list_users(hub: Hub, limit: Limit = LARGEST, cursor: Cursor = None) -> Page[User]:
    """By name, deactivated ones too."""
    after = position_of(cursor, tuple[str, int])
    found = await hub.database.read(lambda session: service.users(session, after, limit + 1))
    last = found[limit - 1] if len(found) > limit else None
    return Page(
        items=[_user(one) for one in found[:limit]],
        next_cursor=cursor_at((last.name, last.key)) if last else None,
    )


@post("/users", guards=[requires_admin], tags=["accounts"])
async def add_user(hub: Hub, request: Asking, data: JSONBody[UserToAdd]) -> User:
    """Without a password, mails an invitation: its link sets one through `/auth/password-reset/confirm`."""
    now, who = hub.clock.now(), caller(request)
    password_hash = None if data.password is None else await new_password_hash(data.password)

    def add(session: Session) -> UserRecord:
        added = service.add_user(
            session,
            email=data.email,
            name=data.name,
            role=data.role,
            department=data.department,
            password_hash=password_hash,
            by=who,
            now=now,
        )
        return service.user(session, added.id)

    return _user(await hub.database.write(add))


@get("/users/{id:str}", guards=[requires_admin], tags=["accounts"])
async def get_user(hub: Hub, id: FromPath[str]) -> User:
    return _user(await hub.database.read(lambda session: service.user(session, id)))


@patch("/users/{id:str}", guards=[requires_admin], tags=["accounts"])
async def change_user(hub: Hub, request: Asking, id: FromPath[str], data: JSONBody[UserToChange]) -> User:
    """409 `last-admin` where nobody would be left to do this. `active: false` is as DELETE; true undoes it."""
    now, who = hub.clock.now(), caller(request)
    changes = UserChanges(
        email=data.email,
        name=data.name,
        role=data.role,
        department=data.department,
        leads_department=data.leads_department,
        active=data.active,
    )
    return _user(
        await hub.database.write(lambda session: service.change_user(session, id, changes, by=who, now=now))
    )


@delete("/users/{id:str}", guards=[requires_admin], tags=["accounts"])
async def deactivate_user(hub: Hub, request: Asking, id: FromPath[str]) -> None:
    """Ends their sessions and tokens at once; what they booked and did stays on record."""
    now, who = hub.clock.now(), caller(request)
    gone = UserChanges(active=False)
    await hub.database.write(lambda session: service.change_user(session, id, gone, by=who, now=now))


@post("/users/{id:str}/erasure", guards=[requires_admin], status_code=200, tags=["accounts"])
async def erase_user(hub: Hub, request: Asking, id: FromPath[str]) -> User:
    """Forgets who they were, for good: name, address, titles of what they booked, what they reported. Reports count as
    before. 409 `last-admin` where nobody would be left to do this."""
    now, who = hub.clock.now(), caller(request)

    def erase(session: Session) -> UserRecord:
        account = service.account_with_id(session, id)
        bookings.forget_organizer(session, account)
        issues.forget_reporter(session, account)
        webhooks.forget(session, account.id)
        return erasure.erase(session, id, who, now)

    return _user(await hub.database.write(erase))


@post("/users/{id:str}/invitation", guards=[requires_admin], status_code=202, tags=["accounts"])
async def invite_again(hub: Hub, request: Asking, id: FromPath[str]) -> Nothing:
    """Mails the invitation again. 409 `invitation-accepted` where there is a password already."""
    now, who = hub.clock.now(), caller(request)
    await hub.database.write(lambda session: service.invite_again(session, id, who, now))
    return Nothing()


@get("/audit", guards=[requires_admin], tags=["accounts"])
async def list_audit(
    hub: Hub,
    actor_id: Annotated[str | None, QueryParameter(name="actorId", pattern=ID)] = None,
    action: Annotated[
        str | None,
        QueryParameter(pattern="^[a-z.-]{1,64}$", description="`user.change`, or `user` for all of those"),
    ] = None,
    subject_id: Annotated[str | None, QueryParameter(name="subjectId", pattern=ID)] = None,
    from_at: Annotated[Instant | None, QueryParameter(name="from")] = None,
    to_at: Annotated[Instant | None, QueryParameter(name="to")] = None,
    limit: Limit = LARGEST,
    cursor: Cursor = None,
) -> Page[AuditEntry]:
    """Who changed what in `[from, to)`, the latest first."""
    wanted = AuditFilter(
        actor_id=actor_id,
        action=action,
        subject_id=subject_id,
        from_at=from_at and utc(from_at),
        to_at=to_at and utc(to_at),
        before_key=position_of(cursor, int),
    )
    found = await hub.database.read(lambda session: audit.entries(session, wanted, limit + 1))
    return Page(
        items=[_entry(one) for one in found[:limit]],
        next_cursor=cursor_at(found[limit - 1].key) if len(found) > limit else None,
    )


def _entry(found: AuditRecord) -> AuditEntry:
    return AuditEntry(
        id=str(found.key),
        at=found.at,
        actor=Actor(id=found.actor.id, name=found.actor.name) if found.actor else None,
        action=found.action,
        subject_id=found.subject_id,
        detail=found.detail,
    )


ROUTES = [list_users, add_user, get_user, change_user, deactivate_user, erase_user, invite_again, list_audit]
