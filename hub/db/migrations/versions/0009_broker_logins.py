"""Secrets on their way to a broker that keeps passwords itself."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "broker_logins",
        sa.Column("panel_key", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["panel_key"], ["panels.key"], name=op.f("fk_broker_logins_panel_key")),
        sa.PrimaryKeyConstraint("panel_key", name=op.f("pk_broker_logins")),
    )
