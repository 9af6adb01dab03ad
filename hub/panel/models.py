"""Panels, what they asked for, and what people reported at them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcTime
from shared.panel_presence import OFFLINE


class Panel(Base):
    """A row is kept for ever: contact and issue reports refer to it after the panel is revoked."""

    __tablename__ = "panels"

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    room_key: Mapped[int | None] = mapped_column(ForeignKey("rooms.key"), index=True)
    simulated: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)

    status: Mapped[str] = mapped_column(String(16), default=OFFLINE)
    """What it last said of itself, or what its last will said."""
    sleeping_until: Mapped[datetime | None] = mapped_column(UtcTime)
    boot_id: Mapped[str | None] = mapped_column(String(64))
    last_heard_at: Mapped[datetime | None] = mapped_column(UtcTime)
    firmware: Mapped[str | None] = mapped_column(String(64))
    frame: Mapped[int | None]
    """The number of the last picture that it showed."""
    screen: Mapped[str | None] = mapped_column(String(32))
    telemetry: Mapped[str | None] = mapped_column(Text)
    """The last one whole, as JSON."""


class PanelCommandResult(Base):
    """What a command was answered; stored in the transaction that had its effect."""

    __tablename__ = "panel_command_results"

    panel_key: Mapped[int] = mapped_column(ForeignKey("panels.key"), primary_key=True)
    command_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    ack: Mapped[str] = mapped_column(String(2048))
    created_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class IssueReport(Base):
    """Something is wrong in a room, said at its panel or in the web app."""

    __tablename__ = "issue_reports"

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    room_key: Mapped[int] = mapped_column(ForeignKey("rooms.key"), index=True)
    panel_key: Mapped[int | None] = mapped_column(ForeignKey("panels.key"))
    reporter_key: Mapped[int | None] = mapped_column(ForeignKey("users.key"))
    category: Mapped[str] = mapped_column(String(64))
    text: Mapped[str | None] = mapped_column(String(1000))
    status: Mapped[str] = mapped_column(String(16))
    reported_at: Mapped[datetime] = mapped_column(UtcTime)


SQLITE_TRIGGERS: tuple[str, ...] = ()
