"""Users, what proves who they are, how often that failed, and who changed what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcTime


class User(Base):
    """A row is kept for ever: bookings and the audit log refer to it after the person has left."""

    __tablename__ = "users"
    __table_args__ = (
        Index("ix_users_name", "name", "key"),
        Index("uq_users_identity", "issuer", "subject", unique=True),
    )

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """Lower case."""
    name: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(16))
    department: Mapped[str | None] = mapped_column(String(255))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    """Null until the invitation is accepted."""
    leads_department: Mapped[bool] = mapped_column(default=False)
    """May see their department's analytics, where the site allows that."""
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    mail: Mapped[dict[str, bool] | None] = mapped_column(JSON)
    """What they chose to be mailed about, or not to be; for the rest `mail_kinds.DEFAULTS` holds."""
    language: Mapped[str | None] = mapped_column(String(8))
    """In which they want what is written for them; null where they never said."""
    issuer: Mapped[str | None] = mapped_column(String(255))
    """The OpenID provider they signed in by; null for who never did."""
    subject: Mapped[str | None] = mapped_column(String(255))
    """Who they are there, for ever: an address may be somebody else's one day, this may not (OpenID Core, 5.7)."""


class AccessToken(Base):
    """A login's session, or an API token. Only its SHA-256 is kept; 256 random bits need no slow hash."""

    __tablename__ = "access_tokens"

    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    """What its owner calls it by; it opens nothing."""
    user_key: Mapped[int] = mapped_column(ForeignKey("users.key"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str | None] = mapped_column(String(255))
    """An API token's, given by its owner; for a session the program that logged in."""
    scope: Mapped[str | None] = mapped_column(String(16))
    """An API token's."""
    address: Mapped[str | None] = mapped_column(String(64))
    """Where a session logged in from."""
    issuer: Mapped[str | None] = mapped_column(String(255))
    """The OpenID provider that vouched for a session; null: a password did."""
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcTime, index=True)


class PasswordLink(Base):
    """A link that was mailed, and lets its holder set the user's password once; the hash of its secret."""

    __tablename__ = "password_links"

    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_key: Mapped[int] = mapped_column(ForeignKey("users.key"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class SignIn(Base):
    """Somebody on the way to the OpenID provider; taken away when they come back, once. Hashes: a copy opens nothing."""

    __tablename__ = "sign_ins"

    state: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    browser: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Of the secret in the cookie of the browser that went."""
    back_to: Mapped[str] = mapped_column(String(512))
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class Attempts(Base):
    """How often something was tried for one subject since it was last forgotten.

    The subject is kept as its SHA-256: people type passwords where an address belongs.
    """

    __tablename__ = "attempts"

    limit: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    times: Mapped[int]
    forgotten_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class AuditEntry(Base):
    """Who changed what; written in the transaction that changes it, and never changed itself, but where a person is
    erased: then their names and addresses go (`erasure`)."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_actor", "actor_key", "key"),
        Index("ix_audit_log_subject", "subject_id", "key"),
        Index(
            "ix_audit_log_forgotten",
            "forgotten_at",
            sqlite_where=text("forgotten_at IS NOT NULL"),
            postgresql_where=text("forgotten_at IS NOT NULL"),
        ),
    )

    key: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    actor_key: Mapped[int | None] = mapped_column(ForeignKey("users.key"))
    """Null: the command line, a panel, or the hub itself."""
    action: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[str] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    forgotten_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """Null: kept for ever."""
