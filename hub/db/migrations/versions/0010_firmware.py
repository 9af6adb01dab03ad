"""Firmware, and how it comes to the panels."""

import sqlalchemy as sa
from alembic import op

from hub.db.base import UtcTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "firmware_releases",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=344), nullable=False),
        sa.Column("uploaded_at", UtcTime(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_firmware_releases")),
        sa.UniqueConstraint("version", name=op.f("uq_firmware_releases_version")),
    )
    op.create_table(
        "firmware_rollouts",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("release_key", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=512), nullable=True),
        sa.Column("soak_s", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["release_key"], ["firmware_releases.key"], name=op.f("fk_firmware_rollouts_release_key")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_firmware_rollouts")),
        sa.UniqueConstraint("id", name=op.f("uq_firmware_rollouts_id")),
    )
    op.create_index(op.f("ix_firmware_rollouts_status"), "firmware_rollouts", ["status"], unique=False)
    op.create_table(
        "firmware_rollout_steps",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("rollout_key", sa.Integer(), nullable=False),
        sa.Column("panel_key", sa.Integer(), nullable=False),
        sa.Column("ring", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("offered_at", UtcTime(), nullable=True),
        sa.Column("settled_at", UtcTime(), nullable=True),
        sa.Column("detail", sa.String(length=256), nullable=True),
        sa.ForeignKeyConstraint(
            ["panel_key"], ["panels.key"], name=op.f("fk_firmware_rollout_steps_panel_key")
        ),
        sa.ForeignKeyConstraint(
            ["rollout_key"], ["firmware_rollouts.key"], name=op.f("fk_firmware_rollout_steps_rollout_key")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_firmware_rollout_steps")),
        sa.UniqueConstraint("id", name=op.f("uq_firmware_rollout_steps_id")),
    )
    for column in ("panel_key", "rollout_key"):
        op.create_index(op.f(f"ix_firmware_rollout_steps_{column}"), "firmware_rollout_steps", [column])
