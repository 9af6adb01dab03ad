"""Rooms are connected to calendars."""

import sqlalchemy as sa
from alembic import op

from hub.db.base import UtcTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_connections",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("room_key", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("leads", sa.String(length=16), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("listed_at", UtcTime(), nullable=True),
        sa.Column("synced_at", UtcTime(), nullable=True),
        sa.Column("problem", sa.String(length=64), nullable=True),
        sa.Column("fails", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=False),
        sa.Column("room_revision", sa.Integer(), nullable=False),
        sa.Column("taken_by", sa.String(length=64), nullable=True),
        sa.Column("taken_until", UtcTime(), nullable=True),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["room_key"], ["rooms.key"], name=op.f("fk_calendar_connections_room_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_calendar_connections")),
        sa.UniqueConstraint("id", name=op.f("uq_calendar_connections_id")),
        sa.UniqueConstraint("room_key", name=op.f("uq_calendar_connections_room_key")),
    )
    op.create_index(op.f("ix_calendar_connections_next_at"), "calendar_connections", ["next_at"])
    op.create_table(
        "calendar_meetings",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("connection_key", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.String(length=512), nullable=False),
        sa.Column("occurrence", sa.String(length=16), nullable=False),
        sa.Column("etag", sa.String(length=255), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.String(length=64), nullable=True),
        sa.Column("organizer_email", sa.String(length=254), nullable=True),
        sa.Column("remote", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("known", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("ends_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_key"], ["calendar_connections.key"], name=op.f("fk_calendar_meetings_connection_key")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_calendar_meetings")),
    )
    op.create_index(
        "uq_calendar_meetings_place",
        "calendar_meetings",
        ["connection_key", "remote_id", "occurrence"],
        unique=True,
    )
    op.create_index("ix_calendar_meetings_ends", "calendar_meetings", ["connection_key", "ends_at"])
    op.create_index(op.f("ix_calendar_meetings_booking_id"), "calendar_meetings", ["booking_id"])
    op.create_table(
        "calendar_clashes",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("connection_key", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("remote_id", sa.String(length=512), nullable=False),
        sa.Column("occurrence", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("starts_at", UtcTime(), nullable=True),
        sa.Column("ends_at", UtcTime(), nullable=True),
        sa.Column("booking_id", sa.String(length=64), nullable=True),
        sa.Column("detail", sa.String(length=255), nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=False),
        sa.Column("cleared_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_key"], ["calendar_connections.key"], name=op.f("fk_calendar_clashes_connection_key")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_calendar_clashes")),
        sa.UniqueConstraint("id", name=op.f("uq_calendar_clashes_id")),
    )
    op.create_index(op.f("ix_calendar_clashes_connection_key"), "calendar_clashes", ["connection_key"])
    op.create_index(
        "ix_calendar_clashes_open",
        "calendar_clashes",
        ["connection_key"],
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
