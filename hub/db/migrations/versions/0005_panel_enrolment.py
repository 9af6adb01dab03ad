"""Panels enrol by themselves, and tell how they are."""

import sqlalchemy as sa
from alembic import op

from hub.db.base import UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, kind in (
        ("started_at", UtcTime()),
        ("shown_revision", sa.Integer()),
        ("behind_since", UtcTime()),
    ):
        op.add_column("panels", sa.Column(name, kind, nullable=True))
    op.create_table(
        "panel_enrolments",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("code_expires_at", UtcTime(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("forgotten_at", UtcTime(), nullable=False),
        sa.Column("panel_key", sa.Integer(), nullable=True),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=True),
        sa.ForeignKeyConstraint(["panel_key"], ["panels.key"], name=op.f("fk_panel_enrolments_panel_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_panel_enrolments")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_panel_enrolments_secret_hash")),
        sa.UniqueConstraint("code", name=op.f("uq_panel_enrolments_code")),
        sa.UniqueConstraint("panel_key", name=op.f("uq_panel_enrolments_panel_key")),
    )
    op.create_index(op.f("ix_panel_enrolments_address"), "panel_enrolments", ["address"], unique=False)
    op.create_index(
        op.f("ix_panel_enrolments_forgotten_at"), "panel_enrolments", ["forgotten_at"], unique=False
    )
