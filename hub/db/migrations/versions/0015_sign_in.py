"""People sign in by an OpenID provider."""

import sqlalchemy as sa
from alembic import op

from hub.db.base import UtcTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("issuer", sa.String(length=255), nullable=True))
    op.add_column("users", sa.Column("subject", sa.String(length=255), nullable=True))
    op.create_index("uq_users_identity", "users", ["issuer", "subject"], unique=True)
    op.add_column("access_tokens", sa.Column("issuer", sa.String(length=255), nullable=True))
    op.create_table(
        "sign_ins",
        sa.Column("state", sa.LargeBinary(length=32), nullable=False),
        sa.Column("browser", sa.LargeBinary(length=32), nullable=False),
        sa.Column("back_to", sa.String(length=512), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("state", name=op.f("pk_sign_ins")),
    )
    op.create_index(op.f("ix_sign_ins_expires_at"), "sign_ins", ["expires_at"])
