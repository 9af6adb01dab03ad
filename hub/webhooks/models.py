"""Endpoints that are told what happens, and what they were or will be told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcTime

_WAITING = text("next_at IS NOT NULL")


class Webhook(Base):
    __tablename__ = "webhooks"

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    host: Mapped[str] = mapped_column(String(255))
    """All that is told of where it is: an address may itself be a secret."""
    sealed_url: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_old_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Signs too, until `old_until`."""
    old_until: Mapped[datetime | None] = mapped_column(UtcTime)
    events: Mapped[list[str]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    off_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """Null while it is told."""
    off_because: Mapped[str | None] = mapped_column(String(16))
    failing_since: Mapped[datetime | None] = mapped_column(UtcTime)
    """When the first try failed after which none went well."""
    delivered_at: Mapped[datetime | None] = mapped_column(UtcTime)
    problem: Mapped[str | None] = mapped_column(String(255))
    """Why the last try failed."""


class Delivery(Base):
    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index(
            "ix_webhook_deliveries_due",
            "webhook_key",
            "next_at",
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
        Index("ix_webhook_deliveries_newest", "webhook_key", "key"),
    )

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    """The same at every try."""
    webhook_key: Mapped[int] = mapped_column(ForeignKey("webhooks.key"))
    event: Mapped[str] = mapped_column(String(32))
    body: Mapped[str] = mapped_column(Text)
    """As it is sent and signed, to the byte."""
    queued_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """When it is tried next; null once it is delivered, or dead."""
    delivered_at: Mapped[datetime | None] = mapped_column(UtcTime)
    answered: Mapped[int | None]
    """The status of the last answer."""
    problem: Mapped[str | None] = mapped_column(String(255))
