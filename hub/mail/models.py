"""Mail that waits to go out, and that went."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcTime

_WAITING = text("next_at IS NOT NULL")


class OutgoingMail(Base):
    __tablename__ = "outgoing_mails"
    __table_args__ = (
        Index("ix_outgoing_mails_due", "next_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_outgoing_mails_topic", "topic", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    """Its Message-ID, the same at every try."""
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(255))
    body: Mapped[str] = mapped_column(Text)
    link: Mapped[str | None] = mapped_column(String(16))
    """The kind of link that stands where the body says LINK. It is made when the mail goes out, so that this
    table never holds a secret."""
    topic: Mapped[str | None] = mapped_column(String(160))
    """What a notice is about, and to whom: the next of the same topic takes its place while it waits."""
    about: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What a notice is written from when it goes out; subject and body are empty until then."""
    attached_name: Mapped[str | None] = mapped_column(String(128))
    attached_type: Mapped[str | None] = mapped_column(String(64))
    attached_file: Mapped[bytes | None] = mapped_column(LargeBinary)
    """A file that goes with it; the bytes are dropped once it is sent or given up."""
    queued_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """When it is tried next; null once it is sent or given up."""
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    problem: Mapped[str | None] = mapped_column(String(255))
    """Why the last try failed."""
