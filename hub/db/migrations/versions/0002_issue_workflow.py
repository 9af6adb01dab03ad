"""Issues are acknowledged and resolved, and what is said twice is one issue."""

import sqlalchemy as sa
from alembic import op

from hub.db.base import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FOLD = (
    "UPDATE issue_reports SET category = lower(trim(category)), last_reported_at = reported_at",
    """UPDATE issue_reports SET
  reports = (SELECT count(*) FROM issue_reports AS same
    WHERE same.room_key = issue_reports.room_key AND same.category = issue_reports.category),
  last_reported_at = (SELECT max(same.reported_at) FROM issue_reports AS same
    WHERE same.room_key = issue_reports.room_key AND same.category = issue_reports.category),
  text = (SELECT same.text FROM issue_reports AS same
    WHERE same.room_key = issue_reports.room_key AND same.category = issue_reports.category
      AND (same.text IS NOT NULL OR same.key = issue_reports.key)
    ORDER BY same.text IS NULL, same.key DESC LIMIT 1)""",
    "DELETE FROM issue_reports WHERE key NOT IN (SELECT min(key) FROM issue_reports GROUP BY room_key, category)",
)
"""Until now every report was a record of its own, and all were open."""


def upgrade() -> None:
    with op.batch_alter_table("issue_reports") as table:
        table.add_column(sa.Column("reports", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("last_reported_at", UtcTime(), nullable=True))
        table.add_column(sa.Column("acknowledged_at", UtcTime(), nullable=True))
        table.add_column(sa.Column("acknowledged_by_key", sa.Integer(), nullable=True))
        table.add_column(sa.Column("resolved_at", UtcTime(), nullable=True))
        table.add_column(sa.Column("resolved_by_key", sa.Integer(), nullable=True))
        table.add_column(sa.Column("closes_room", sa.Boolean(), nullable=False, server_default=sa.false()))
        for name in ("acknowledged_by_key", "resolved_by_key"):
            table.create_foreign_key(op.f(f"fk_issue_reports_{name}"), "users", [name], ["key"])
    for statement in FOLD:
        op.execute(statement)
    with op.batch_alter_table("issue_reports") as table:
        table.alter_column("reports", server_default=None)
        table.alter_column("closes_room", server_default=None)
        table.alter_column("last_reported_at", existing_type=UtcTime(), nullable=False)
    op.create_index(
        "ix_issue_reports_unresolved",
        "issue_reports",
        ["room_key", "category"],
        unique=True,
        sqlite_where=sa.text("resolved_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
