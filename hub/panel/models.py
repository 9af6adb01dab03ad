"""Panels, what they asked for, and what people reported at them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcTime
from shared.panel_presence import OFFLINE

_UNRESOLVED = text("resolved_at IS NULL")


class Panel(Base):
    """A row is kept for ever: contact and issue reports refer to it after the panel is revoked."""

    __tablename__ = "panels"
    __table_args__ = (
        Index(
            "ix_panels_hardware",
            "hardware",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    room_key: Mapped[int | None] = mapped_column(ForeignKey("rooms.key"), index=True)
    simulated: Mapped[bool] = mapped_column(default=False)
    hardware: Mapped[str | None] = mapped_column(String(64))
    """The number of its chip, where an installer said it: no board is two panels."""
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)

    status: Mapped[str] = mapped_column(String(16), default=OFFLINE)
    """What it last said of itself, or what its last will said."""
    sleeping_until: Mapped[datetime | None] = mapped_column(UtcTime)
    boot_id: Mapped[str | None] = mapped_column(String(64))
    started_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """When it was first heard with this boot id."""
    last_heard_at: Mapped[datetime | None] = mapped_column(UtcTime)
    firmware: Mapped[str | None] = mapped_column(String(64))
    frame: Mapped[int | None]
    """The number of the last picture that it showed."""
    screen: Mapped[str | None] = mapped_column(String(32))
    telemetry: Mapped[str | None] = mapped_column(Text)
    """The last one whole, as JSON."""
    shown_revision: Mapped[int | None]
    """Of its room, as it last said."""
    behind_since: Mapped[datetime | None] = mapped_column(UtcTime)
    """Since when it has said a revision lower than what is published."""


class Enrolment(Base):
    """A panel without credentials that shows a code; once claimed, until it has said hello with them."""

    __tablename__ = "panel_enrolments"

    key: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """Of the panel's enrolment secret, which nobody but the panel has."""
    code: Mapped[str] = mapped_column(String(16), unique=True)
    code_expires_at: Mapped[datetime] = mapped_column(UtcTime)
    name: Mapped[str] = mapped_column(String(255))
    """What is on the glass beside the code."""
    address: Mapped[str] = mapped_column(String(64), index=True)
    """Where it asked from."""
    simulated: Mapped[bool] = mapped_column(default=False)
    forgotten_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    panel_key: Mapped[int | None] = mapped_column(ForeignKey("panels.key"), unique=True)
    """The panel it was claimed as."""
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """With the enrolment secret it makes the panel's own; alone it makes nothing."""


class BrokerLogin(Base):
    """A secret on its way to a broker that keeps passwords itself; gone once that has it."""

    __tablename__ = "broker_logins"

    panel_key: Mapped[int] = mapped_column(ForeignKey("panels.key"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(64))


class PanelCommandResult(Base):
    """What a command was answered; stored in the transaction that had its effect."""

    __tablename__ = "panel_command_results"

    panel_key: Mapped[int] = mapped_column(ForeignKey("panels.key"), primary_key=True)
    command_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    ack: Mapped[str] = mapped_column(String(2048))
    created_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class IssueReport(Base):
    """Something is wrong in a room, said at its panel or in the web app, perhaps by several people.

    Of a room and a category there is one that is not resolved: `reports` counts how often it was said.
    """

    __tablename__ = "issue_reports"
    __table_args__ = (
        Index(
            "ix_issue_reports_unresolved",
            "room_key",
            "category",
            unique=True,
            sqlite_where=_UNRESOLVED,
            postgresql_where=_UNRESOLVED,
        ),
    )

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    room_key: Mapped[int] = mapped_column(ForeignKey("rooms.key"), index=True)
    panel_key: Mapped[int | None] = mapped_column(ForeignKey("panels.key"))
    """Where it was said first; null: not at a panel."""
    reporter_key: Mapped[int | None] = mapped_column(ForeignKey("users.key"))
    """Who said it first; null: whoever stood at the panel."""
    category: Mapped[str] = mapped_column(String(64))
    """In lower case."""
    text: Mapped[str | None] = mapped_column(String(1000))
    """What was said last."""
    status: Mapped[str] = mapped_column(String(16))
    reports: Mapped[int] = mapped_column(default=1)
    reported_at: Mapped[datetime] = mapped_column(UtcTime)
    last_reported_at: Mapped[datetime] = mapped_column(UtcTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcTime)
    acknowledged_by_key: Mapped[int | None] = mapped_column(ForeignKey("users.key"))
    resolved_at: Mapped[datetime | None] = mapped_column(UtcTime)
    resolved_by_key: Mapped[int | None] = mapped_column(ForeignKey("users.key"))
    closes_room: Mapped[bool] = mapped_column(default=False)
    """The room was taken out of service for it."""


class FirmwareRelease(Base):
    """A firmware that panels can be given; its maker has signed number, size and hash."""

    __tablename__ = "firmware_releases"

    key: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(32), unique=True)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(344))
    uploaded_at: Mapped[datetime] = mapped_column(UtcTime)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class Rollout(Base):
    """A release on its way to the panels, ring after ring."""

    __tablename__ = "firmware_rollouts"

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    release_key: Mapped[int] = mapped_column(ForeignKey("firmware_releases.key"))
    status: Mapped[str] = mapped_column(String(16), index=True)
    reason: Mapped[str | None] = mapped_column(String(512))
    """Why it was stopped."""
    soak_s: Mapped[int]
    """How long a ring has to run well before the next gets it."""
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)


class RolloutStep(Base):
    """One panel's turn."""

    __tablename__ = "firmware_rollout_steps"

    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    rollout_key: Mapped[int] = mapped_column(ForeignKey("firmware_rollouts.key"), index=True)
    panel_key: Mapped[int] = mapped_column(ForeignKey("panels.key"), index=True)
    ring: Mapped[int]
    status: Mapped[str] = mapped_column(String(16))
    offered_at: Mapped[datetime | None] = mapped_column(UtcTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcTime)
    detail: Mapped[str | None] = mapped_column(String(256))
    """What became of it, where that is no good."""


SQLITE_TRIGGERS: tuple[str, ...] = ()
