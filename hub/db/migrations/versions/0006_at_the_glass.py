"""A room's PIN, and entries of the audit log that are not kept for ever."""

import sqlalchemy as sa
from alembic import op

from hub.db.base import UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rooms", sa.Column("glass_pin_hash", sa.String(255)))
    op.add_column("audit_log", sa.Column("forgotten_at", UtcTime))
    some = sa.text("forgotten_at IS NOT NULL")
    op.create_index(
        "ix_audit_log_forgotten", "audit_log", ["forgotten_at"], sqlite_where=some, postgresql_where=some
    )
