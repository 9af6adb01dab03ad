"""Which board a panel is, so that an installer who begins again gets the same panel."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("panels", sa.Column("hardware", sa.String(length=64), nullable=True))
    op.create_index(
        "ix_panels_hardware",
        "panels",
        ["hardware"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
