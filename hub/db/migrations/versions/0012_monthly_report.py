"""The monthly report by mail: who got it, in which language they read, and the file that goes with a mail."""

import sqlalchemy as sa
from alembic import op

from hub.db.base import UtcTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ATTACHED = (("name", sa.String(length=128)), ("type", sa.String(length=64)), ("file", sa.LargeBinary()))


def upgrade() -> None:
    op.create_table(
        "monthly_reports",
        sa.Column("user_key", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("taken_until", UtcTime(), nullable=False),
        sa.Column("queued_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_key"], ["users.key"], name=op.f("fk_monthly_reports_user_key")),
        sa.PrimaryKeyConstraint("user_key", "month", name=op.f("pk_monthly_reports")),
    )
    op.add_column("users", sa.Column("language", sa.String(length=8), nullable=True))
    for name, kind in ATTACHED:
        op.add_column("outgoing_mails", sa.Column(f"attached_{name}", kind, nullable=True))
