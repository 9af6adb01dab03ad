"""The accounts' own tables; nobody outside hub.accounts reads them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.accounts.models import AccessToken, User


def user_with_email(session: Session, email: str) -> User | None:
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def user_with_id(session: Session, user_id: str) -> User | None:
    return session.scalar(select(User).where(User.id == user_id))


def users_with_keys(session: Session, keys: set[int]) -> list[User]:
    return list(session.scalars(select(User).where(User.key.in_(keys)))) if keys else []


def token_owner(session: Session, token_hash: bytes, now: datetime) -> User | None:
    """The active user whose token this is, while it has not expired."""
    return session.scalar(
        select(User)
        .join(AccessToken, AccessToken.user_key == User.key)
        .where(AccessToken.hash == token_hash, AccessToken.expires_at > now, User.active)
    )


def remove_token(session: Session, token_hash: bytes) -> None:
    session.execute(delete(AccessToken).where(AccessToken.hash == token_hash))


def remove_expired_tokens(session: Session, now: datetime) -> None:
    session.execute(delete(AccessToken).where(AccessToken.expires_at <= now))
