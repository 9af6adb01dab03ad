"""The accounts' own tables; nobody outside hub.accounts reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, delete, or_, select
from sqlalchemy.orm import Session

from hub.accounts.account import ADMIN, MANAGER
from hub.accounts.models import AccessToken, AuditEntry, PasswordLink, User


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """`action` is a whole action or the thing it is about: `user` finds `user.change`. `[from_at, to_at)`;
    `before_key` is the last one already seen."""

    actor_id: str | None = None
    action: str | None = None
    subject_id: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
    before_key: int | None = None


def user_with_identity(session: Session, issuer: str, subject: str) -> User | None:
    return session.scalar(select(User).where(User.issuer == issuer, User.subject == subject))


def user_with_email(session: Session, email: str) -> User | None:
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def user_with_id(session: Session, user_id: str) -> User | None:
    return session.scalar(select(User).where(User.id == user_id))


def users_with_keys(session: Session, keys: set[int]) -> list[User]:
    return list(session.scalars(select(User).where(User.key.in_(keys)))) if keys else []


def users_by_name(session: Session, after: tuple[str, int] | None, limit: int) -> Sequence[User]:
    """`after` is name and key of the last one already seen."""
    found = select(User)
    if after is not None:
        name, key = after
        found = found.where(or_(User.name > name, and_(User.name == name, User.key > key)))
    return session.scalars(found.order_by(User.name, User.key).limit(limit)).all()


def anybody_with_role(session: Session, role: str) -> bool:
    """Without a lock: where nothing may be written, too."""
    return session.scalar(select(User.key).where(User.role == role, User.active).limit(1)) is not None


def active_with_role(session: Session, role: str) -> list[int]:
    """Their keys, locked until the transaction ends, so that two of them can't leave at once."""
    return list(
        session.scalars(
            select(User.key).where(User.role == role, User.active).order_by(User.key).with_for_update()
        )
    )


def active_managers(session: Session) -> Sequence[User]:
    """Admins among them, by name."""
    found = select(User).where(User.role.in_((MANAGER, ADMIN)), User.active)
    return session.scalars(found.order_by(User.name, User.key)).all()


def active_with_choices(session: Session) -> Sequence[User]:
    """Who chose anything about their mail, by name."""
    found = select(User).where(User.mail.is_not(None), User.active)
    return session.scalars(found.order_by(User.name, User.key)).all()


def token_with_hash(session: Session, token_hash: bytes, now: datetime) -> Row[User, str | None] | None:
    """`User` and `scope` of a token that has not expired, of a user who is active."""
    return session.execute(
        select(User, AccessToken.scope)
        .join(AccessToken, AccessToken.user_key == User.key)
        .where(AccessToken.hash == token_hash, _lives(now), User.active)
    ).one_or_none()


def token_issuer(session: Session, token_hash: bytes) -> str | None:
    return session.scalar(select(AccessToken.issuer).where(AccessToken.hash == token_hash))


def tokens_of(session: Session, user_key: int, kind: str, now: datetime) -> Sequence[AccessToken]:
    """The latest first."""
    return session.scalars(_tokens(user_key, kind, now).order_by(AccessToken.created_at.desc())).all()


def token_of(session: Session, user_key: int, kind: str, token_id: str, now: datetime) -> AccessToken | None:
    return session.scalar(_tokens(user_key, kind, now).where(AccessToken.id == token_id))


def _tokens(user_key: int, kind: str, now: datetime) -> Select[AccessToken]:
    return select(AccessToken).where(AccessToken.user_key == user_key, AccessToken.kind == kind, _lives(now))


def _lives(now: datetime) -> Any:
    return or_(AccessToken.expires_at.is_(None), AccessToken.expires_at > now)


def remove_token(session: Session, token_hash: bytes) -> None:
    session.execute(delete(AccessToken).where(AccessToken.hash == token_hash))


def remove_tokens(session: Session, user_key: int, kind: str, but_not: bytes | None = None) -> list[bytes]:
    """The hashes of those that were removed."""
    gone = delete(AccessToken).where(AccessToken.user_key == user_key, AccessToken.kind == kind)
    if but_not is not None:
        gone = gone.where(AccessToken.hash != but_not)
    return list(session.scalars(gone.returning(AccessToken.hash)))


def remove_expired_tokens(session: Session, now: datetime) -> None:
    session.execute(delete(AccessToken).where(AccessToken.expires_at <= now))


def link_owner(session: Session, link_hash: bytes, now: datetime) -> User | None:
    """The active user whom a link that has not run out was mailed to."""
    return session.scalar(
        select(User)
        .join(PasswordLink, PasswordLink.user_key == User.key)
        .where(PasswordLink.hash == link_hash, PasswordLink.expires_at > now, User.active)
    )


def remove_links(session: Session, user_key: int) -> None:
    session.execute(delete(PasswordLink).where(PasswordLink.user_key == user_key))


def remove_expired_links(session: Session, now: datetime) -> None:
    session.execute(delete(PasswordLink).where(PasswordLink.expires_at <= now))


def audit_entries(session: Session, wanted: AuditFilter, limit: int) -> Sequence[AuditEntry]:
    """The latest first."""
    found = select(AuditEntry)
    if wanted.actor_id is not None:
        actor = select(User.key).where(User.id == wanted.actor_id).scalar_subquery()
        found = found.where(AuditEntry.actor_key == actor)
    if wanted.action is not None:
        whole = AuditEntry.action == wanted.action
        found = found.where(or_(whole, AuditEntry.action.startswith(f"{wanted.action}.", autoescape=True)))
    if wanted.subject_id is not None:
        found = found.where(AuditEntry.subject_id == wanted.subject_id)
    if wanted.from_at is not None:
        found = found.where(AuditEntry.at >= wanted.from_at)
    if wanted.to_at is not None:
        found = found.where(AuditEntry.at < wanted.to_at)
    if wanted.before_key is not None:
        found = found.where(AuditEntry.key < wanted.before_key)
    return session.scalars(found.order_by(AuditEntry.key.desc()).limit(limit)).all()
