"""Notices by mail, and calendars to subscribe to."""

import sqlalchemy as sa
from alembic import op

from hub.db.base import UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("mail", sa.JSON(), nullable=True))
    op.add_column("outgoing_mails", sa.Column("topic", sa.String(length=160), nullable=True))
    op.add_column("outgoing_mails", sa.Column("about", sa.JSON(), nullable=True))
    op.create_index(
        "ix_outgoing_mails_topic",
        "outgoing_mails",
        ["topic"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.add_column("bookings", sa.Column("recurs_at", UtcTime(), nullable=True))
    op.execute("UPDATE bookings SET recurs_at = starts_at WHERE series_id IS NOT NULL")
    op.create_table(
        "calendar_series",
        sa.Column("series_id", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series_id", name=op.f("pk_calendar_series")),
    )
    op.create_table(
        "calendar_links",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("room_key", sa.Integer(), nullable=True),
        sa.Column("user_key", sa.Integer(), nullable=True),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.CheckConstraint(
            "(room_key IS NULL) <> (user_key IS NULL)", name=op.f("ck_calendar_links_of_a_room_or_a_user")
        ),
        sa.ForeignKeyConstraint(["room_key"], ["rooms.key"], name=op.f("fk_calendar_links_room_key")),
        sa.ForeignKeyConstraint(["user_key"], ["users.key"], name=op.f("fk_calendar_links_user_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_calendar_links")),
        sa.UniqueConstraint("hash", name=op.f("uq_calendar_links_hash")),
        sa.UniqueConstraint("room_key", name=op.f("uq_calendar_links_room_key")),
        sa.UniqueConstraint("user_key", name=op.f("uq_calendar_links_user_key")),
    )
