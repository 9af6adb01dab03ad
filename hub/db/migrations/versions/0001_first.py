"""TEMPORARY: everything as the models say; frozen before the first release."""

from alembic import op

from hub.db.base import Base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    import hub.accounts.models
    import hub.bookings.models
    import hub.db.idempotency
    import hub.mail.models
    import hub.panel.models
    import hub.rooms.models

    Base.metadata.create_all(op.get_bind())
    for statement in getattr(hub.bookings.models, "SQLITE_TRIGGERS", ()):
        op.execute(statement)
