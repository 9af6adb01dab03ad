"""The first schema."""

import sqlalchemy as sa
from alembic import op

from hub.db.base import UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

AMENITIES = {
    "screen": "Screen",
    "whiteboard": "Whiteboard",
    "video": "Video conferencing",
    "phone": "Conference phone",
    "hearing-loop": "Hearing loop",
    "wheelchair": "Wheelchair accessible",
}

NEVER_OVERLAP = (
    """CREATE TRIGGER bookings_never_overlap_on_insert BEFORE INSERT ON bookings
WHEN NEW.blocks_until IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'room-already-booked') WHERE NEW.starts_at < (
    SELECT blocks_until FROM bookings
    WHERE room_key = NEW.room_key AND blocks_until IS NOT NULL
      AND starts_at < NEW.blocks_until
    ORDER BY starts_at DESC LIMIT 1);
END""",
    """CREATE TRIGGER bookings_never_overlap_on_update BEFORE UPDATE OF room_key, starts_at, blocks_until ON bookings
WHEN NEW.blocks_until IS NOT NULL
BEGIN
  SELECT RAISE(ABORT, 'room-already-booked') WHERE NEW.starts_at < (
    SELECT blocks_until FROM bookings
    WHERE room_key = NEW.room_key AND blocks_until IS NOT NULL
      AND starts_at < NEW.blocks_until AND key <> NEW.key
    ORDER BY starts_at DESC LIMIT 1);
END""",
)

EXCLUSION = (
    """ALTER TABLE bookings ADD CONSTRAINT bookings_never_overlap EXCLUDE USING gist
  (int4range(room_key, room_key, '[]') WITH &&, tstzrange(starts_at, blocks_until) WITH &&)
  WHERE (blocks_until IS NOT NULL)""",
)


def upgrade() -> None:
    op.create_table(
        "amenities",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_amenities")),
        sa.UniqueConstraint("slug", name=op.f("uq_amenities_slug")),
    )
    op.create_table(
        "attempts",
        sa.Column("limit", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.LargeBinary(length=32), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("forgotten_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("limit", "subject", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_forgotten_at"), "attempts", ["forgotten_at"], unique=False)
    op.create_table(
        "buildings",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("deleted_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_buildings")),
        sa.UniqueConstraint("id", name=op.f("uq_buildings_id")),
    )
    op.create_index(
        "ix_buildings_name",
        "buildings",
        ["name"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "outgoing_mails",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=16), nullable=True),
        sa.Column("queued_at", UtcTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=True),
        sa.Column("sent_at", UtcTime(), nullable=True),
        sa.Column("problem", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_outgoing_mails")),
        sa.UniqueConstraint("id", name=op.f("uq_outgoing_mails_id")),
    )
    op.create_index(
        "ix_outgoing_mails_due",
        "outgoing_mails",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_outgoing_mails_queued_at"), "outgoing_mails", ["queued_at"], unique=False)
    op.create_table(
        "users",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("department", sa.String(length=255), nullable=True),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("id", name=op.f("uq_users_id")),
    )
    op.create_index("ix_users_name", "users", ["name", "key"], unique=False)
    op.create_table(
        "access_tokens",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user_key", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("scope", sa.String(length=16), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_key"], ["users.key"], name=op.f("fk_access_tokens_user_key")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_access_tokens")),
        sa.UniqueConstraint("id", name=op.f("uq_access_tokens_id")),
    )
    op.create_index(op.f("ix_access_tokens_expires_at"), "access_tokens", ["expires_at"], unique=False)
    op.create_index(op.f("ix_access_tokens_user_key"), "access_tokens", ["user_key"], unique=False)
    op.create_table(
        "audit_log",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("actor_key", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["actor_key"], ["users.key"], name=op.f("fk_audit_log_actor_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_audit_log")),
    )
    op.create_index("ix_audit_log_actor", "audit_log", ["actor_key", "key"], unique=False)
    op.create_index("ix_audit_log_subject", "audit_log", ["subject_id", "key"], unique=False)
    op.create_table(
        "floors",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("building_key", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("deleted_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["building_key"], ["buildings.key"], name=op.f("fk_floors_building_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_floors")),
        sa.UniqueConstraint("id", name=op.f("uq_floors_id")),
    )
    op.create_index(
        "ix_floors_name_in_building",
        "floors",
        ["building_key", "name"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "password_links",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_key", sa.Integer(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_key"], ["users.key"], name=op.f("fk_password_links_user_key")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_password_links")),
    )
    op.create_index(op.f("ix_password_links_expires_at"), "password_links", ["expires_at"], unique=False)
    op.create_index(op.f("ix_password_links_user_key"), "password_links", ["user_key"], unique=False)
    op.create_table(
        "floor_plans",
        sa.Column("floor_key", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("rooms", sa.JSON(), nullable=False),
        sa.Column("drawing", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["floor_key"], ["floors.key"], name=op.f("fk_floor_plans_floor_key")),
        sa.PrimaryKeyConstraint("floor_key", name=op.f("pk_floor_plans")),
    )
    op.create_table(
        "rooms",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("floor_key", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("out_of_service", sa.String(length=255), nullable=True),
        sa.Column("has_panels", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("deleted_at", UtcTime(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("published_revision", sa.Integer(), nullable=False),
        sa.Column("publish_due_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["floor_key"], ["floors.key"], name=op.f("fk_rooms_floor_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rooms")),
        sa.UniqueConstraint("id", name=op.f("uq_rooms_id")),
    )
    op.create_index("ix_rooms_name", "rooms", ["name", "key"], unique=False)
    op.create_index(
        "ix_rooms_name_on_floor",
        "rooms",
        ["floor_key", "name"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(op.f("ix_rooms_publish_due_at"), "rooms", ["publish_due_at"], unique=False)
    op.create_table(
        "bookings",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("room_key", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("organizer_key", sa.Integer(), nullable=True),
        sa.Column("organizer_department", sa.String(length=255), nullable=True),
        sa.Column("booked_by_key", sa.Integer(), nullable=True),
        sa.Column("starts_at", UtcTime(), nullable=False),
        sa.Column("ends_at", UtcTime(), nullable=False),
        sa.Column("buffer_s", sa.Integer(), nullable=False),
        sa.Column("blocks_until", UtcTime(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attendees", sa.Integer(), nullable=True),
        sa.Column("actual_attendees", sa.Integer(), nullable=True),
        sa.Column("attendance_source", sa.String(length=16), nullable=True),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("series_id", sa.String(length=64), nullable=True),
        sa.Column("check_in_exempt", sa.Boolean(), nullable=False),
        sa.Column("check_in_by", UtcTime(), nullable=True),
        sa.Column("held_at", UtcTime(), nullable=True),
        sa.Column("checked_in_at", UtcTime(), nullable=True),
        sa.Column("checked_in_by_key", sa.Integer(), nullable=True),
        sa.Column("checked_in_via", sa.String(length=16), nullable=True),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.Column("released_at", UtcTime(), nullable=True),
        sa.Column("cancelled_at", UtcTime(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("created_via", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcTime(), nullable=True),
        sa.Column("imported_uid", sa.String(length=512), nullable=True),
        sa.CheckConstraint("blocks_until > starts_at", name=op.f("ck_bookings_blocks_after_start")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_bookings_ends_after_start")),
        sa.ForeignKeyConstraint(["booked_by_key"], ["users.key"], name=op.f("fk_bookings_booked_by_key")),
        sa.ForeignKeyConstraint(
            ["checked_in_by_key"], ["users.key"], name=op.f("fk_bookings_checked_in_by_key")
        ),
        sa.ForeignKeyConstraint(["organizer_key"], ["users.key"], name=op.f("fk_bookings_organizer_key")),
        sa.ForeignKeyConstraint(["room_key"], ["rooms.key"], name=op.f("fk_bookings_room_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_bookings")),
        sa.UniqueConstraint("id", name=op.f("uq_bookings_id")),
        sa.UniqueConstraint("imported_uid", name=op.f("uq_bookings_imported_uid")),
    )
    op.create_index(
        "ix_bookings_blocking",
        "bookings",
        ["room_key", "starts_at", "blocks_until"],
        unique=False,
        sqlite_where=sa.text("blocks_until IS NOT NULL"),
        postgresql_where=sa.text("blocks_until IS NOT NULL"),
    )
    op.create_index(
        "ix_bookings_due",
        "bookings",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index("ix_bookings_organizer", "bookings", ["organizer_key", "starts_at"], unique=False)
    op.create_index("ix_bookings_room_ends", "bookings", ["room_key", "ends_at", "starts_at"], unique=False)
    op.create_index(op.f("ix_bookings_series_id"), "bookings", ["series_id"], unique=False)
    op.create_table(
        "panel_contacts",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("room_key", sa.Integer(), nullable=False),
        sa.Column("panel_id", sa.String(length=64), nullable=False),
        sa.Column("began_at", UtcTime(), nullable=False),
        sa.Column("last_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["room_key"], ["rooms.key"], name=op.f("fk_panel_contacts_room_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_panel_contacts")),
    )
    op.create_index(
        "ix_panel_contacts_open",
        "panel_contacts",
        ["panel_id"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_panel_contacts_room", "panel_contacts", ["room_key", "last_at"], unique=False)
    op.create_table(
        "panels",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("room_key", sa.Integer(), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("revoked_at", UtcTime(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("sleeping_until", UtcTime(), nullable=True),
        sa.Column("boot_id", sa.String(length=64), nullable=True),
        sa.Column("last_heard_at", UtcTime(), nullable=True),
        sa.Column("firmware", sa.String(length=64), nullable=True),
        sa.Column("frame", sa.Integer(), nullable=True),
        sa.Column("screen", sa.String(length=32), nullable=True),
        sa.Column("telemetry", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["room_key"], ["rooms.key"], name=op.f("fk_panels_room_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_panels")),
        sa.UniqueConstraint("id", name=op.f("uq_panels_id")),
    )
    op.create_index(op.f("ix_panels_room_key"), "panels", ["room_key"], unique=False)
    op.create_table(
        "room_amenities",
        sa.Column("room_key", sa.Integer(), nullable=False),
        sa.Column("amenity_key", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["amenity_key"], ["amenities.key"], name=op.f("fk_room_amenities_amenity_key")
        ),
        sa.ForeignKeyConstraint(["room_key"], ["rooms.key"], name=op.f("fk_room_amenities_room_key")),
        sa.PrimaryKeyConstraint("room_key", "amenity_key", name=op.f("pk_room_amenities")),
    )
    op.create_table(
        "issue_reports",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("room_key", sa.Integer(), nullable=False),
        sa.Column("panel_key", sa.Integer(), nullable=True),
        sa.Column("reporter_key", sa.Integer(), nullable=True),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reported_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["panel_key"], ["panels.key"], name=op.f("fk_issue_reports_panel_key")),
        sa.ForeignKeyConstraint(["reporter_key"], ["users.key"], name=op.f("fk_issue_reports_reporter_key")),
        sa.ForeignKeyConstraint(["room_key"], ["rooms.key"], name=op.f("fk_issue_reports_room_key")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_issue_reports")),
        sa.UniqueConstraint("id", name=op.f("uq_issue_reports_id")),
    )
    op.create_index(op.f("ix_issue_reports_room_key"), "issue_reports", ["room_key"], unique=False)
    op.create_table(
        "panel_command_results",
        sa.Column("panel_key", sa.Integer(), nullable=False),
        sa.Column("command_id", sa.String(length=64), nullable=False),
        sa.Column("ack", sa.String(length=2048), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["panel_key"], ["panels.key"], name=op.f("fk_panel_command_results_panel_key")
        ),
        sa.PrimaryKeyConstraint("panel_key", "command_id", name=op.f("pk_panel_command_results")),
    )
    op.create_index(
        op.f("ix_panel_command_results_created_at"), "panel_command_results", ["created_at"], unique=False
    )
    amenities = sa.table("amenities", sa.column("slug"), sa.column("name"))
    op.bulk_insert(amenities, [{"slug": slug, "name": name} for slug, name in AMENITIES.items()])
    statements = NEVER_OVERLAP if op.get_bind().dialect.name == "sqlite" else EXCLUSION
    for statement in statements:
        op.execute(statement)
