"""What reports need of the past: when rooms were out of service, and when buildings are closed."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from hub.db.base import UtcTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, name in (("site", "department_leads"), ("users", "leads_department")):
        op.add_column(table, sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    out_of_service = op.create_table(
        "out_of_service",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("room_key", sa.Integer(), nullable=False),
        sa.Column("began_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["room_key"], ["rooms.key"], name=op.f("fk_out_of_service_room_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_out_of_service")),
    )
    op.create_index("ix_out_of_service_room", "out_of_service", ["room_key", "began_at"])
    lasts = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_out_of_service_open",
        "out_of_service",
        ["room_key"],
        unique=True,
        sqlite_where=lasts,
        postgresql_where=lasts,
    )
    op.create_table(
        "closures",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("building_key", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("imported_uid", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["building_key"], ["buildings.key"], name=op.f("fk_closures_building_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_closures")),
        sa.UniqueConstraint("id", name=op.f("uq_closures_id")),
        sa.UniqueConstraint("building_key", "imported_uid", name=op.f("uq_closures_building_key_imported_uid")),
    )
    op.create_index("ix_closures_building", "closures", ["building_key", "from_day"])
    past = _from_audit_log(op.get_bind())
    if past:
        op.bulk_insert(out_of_service, past)


def _from_audit_log(connection: sa.Connection) -> list[dict[str, Any]]:
    """What the audit log knows of it. A room that is out of service without a word there: since it was added."""
    rooms = sa.table(
        "rooms",
        sa.column("key"),
        sa.column("id"),
        sa.column("out_of_service"),
        sa.column("created_at", UtcTime()),
        sa.column("deleted_at", UtcTime()),
    )
    log = sa.table(
        "audit_log",
        sa.column("key"),
        sa.column("at", UtcTime()),
        sa.column("action"),
        sa.column("subject_id"),
        sa.column("detail", sa.JSON()),
    )
    told: dict[str, list[tuple[Any, bool]]] = {}
    for row in connection.execute(
        sa.select(log.c.at, log.c.subject_id, log.c.detail)
        .where(log.c.action == "room.change")
        .order_by(log.c.key)
    ):
        detail = json.loads(row.detail) if isinstance(row.detail, str) else row.detail
        change = detail.get("outOfService") if isinstance(detail, dict) else None
        if isinstance(change, list) and len(change) == 2:
            told.setdefault(row.subject_id, []).append((row.at, change[1] is not None))
    found = []
    for room in connection.execute(sa.select(rooms)):
        began = None
        for at, out in told.get(room.id, []):
            if out and began is None:
                began = at
            elif not out and began is not None:
                if at > began:
                    found.append({"room_key": room.key, "began_at": began, "ended_at": at})
                began = None
        if room.out_of_service is not None and began is None:
            began = room.created_at
        if began is not None and (room.out_of_service is not None or room.deleted_at is not None):
            found.append({"room_key": room.key, "began_at": began, "ended_at": room.deleted_at})
    return found
