"""Reports know which of a room's bookings have changed since they last looked."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ON_SQLITE = (
    """CREATE TRIGGER bookings_periods_on_insert AFTER INSERT ON bookings
BEGIN
  INSERT OR REPLACE INTO booking_periods (room_key, period, version)
  SELECT NEW.room_key, NEW.starts_at / 2419200, lower(hex(randomblob(8)))
  UNION SELECT NEW.room_key, NEW.ends_at / 2419200, lower(hex(randomblob(8)))
  UNION SELECT NEW.room_key, -1, lower(hex(randomblob(8))) WHERE NEW.ends_at - NEW.starts_at > 2419200;
END""",
    """CREATE TRIGGER bookings_periods_on_update AFTER UPDATE ON bookings
BEGIN
  INSERT OR REPLACE INTO booking_periods (room_key, period, version)
  SELECT OLD.room_key, OLD.starts_at / 2419200, lower(hex(randomblob(8)))
  UNION SELECT OLD.room_key, OLD.ends_at / 2419200, lower(hex(randomblob(8)))
  UNION SELECT NEW.room_key, NEW.starts_at / 2419200, lower(hex(randomblob(8)))
  UNION SELECT NEW.room_key, NEW.ends_at / 2419200, lower(hex(randomblob(8)))
  UNION SELECT OLD.room_key, -1, lower(hex(randomblob(8))) WHERE OLD.ends_at - OLD.starts_at > 2419200
  UNION SELECT NEW.room_key, -1, lower(hex(randomblob(8))) WHERE NEW.ends_at - NEW.starts_at > 2419200;
END""",
    """CREATE TRIGGER bookings_periods_on_delete AFTER DELETE ON bookings
BEGIN
  INSERT OR REPLACE INTO booking_periods (room_key, period, version)
  SELECT OLD.room_key, OLD.starts_at / 2419200, lower(hex(randomblob(8)))
  UNION SELECT OLD.room_key, OLD.ends_at / 2419200, lower(hex(randomblob(8)))
  UNION SELECT OLD.room_key, -1, lower(hex(randomblob(8))) WHERE OLD.ends_at - OLD.starts_at > 2419200;
END""",
)
ON_POSTGRESQL = (
    """CREATE FUNCTION booking_noted(room integer, starts timestamptz, ends timestamptz) RETURNS void LANGUAGE sql AS $$
  INSERT INTO booking_periods (room_key, period, version)
  SELECT room, period, gen_random_uuid()::text FROM (
    SELECT floor(extract(epoch FROM starts) / 2419200)::integer AS period
    UNION SELECT floor(extract(epoch FROM ends) / 2419200)::integer
    UNION SELECT -1 WHERE extract(epoch FROM ends - starts) > 2419200
    ORDER BY period) AS touched
  ON CONFLICT (room_key, period) DO UPDATE SET version = excluded.version
$$""",
    """CREATE FUNCTION bookings_noted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    PERFORM booking_noted(OLD.room_key, OLD.starts_at, OLD.ends_at);
  END IF;
  IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' AND (OLD.room_key, OLD.starts_at, OLD.ends_at)
      IS DISTINCT FROM (NEW.room_key, NEW.starts_at, NEW.ends_at) THEN
    PERFORM booking_noted(NEW.room_key, NEW.starts_at, NEW.ends_at);
  END IF;
  RETURN NULL;
END $$""",
    """CREATE TRIGGER bookings_periods AFTER INSERT OR UPDATE OR DELETE ON bookings
  FOR EACH ROW EXECUTE FUNCTION bookings_noted()""",
)


def upgrade() -> None:
    op.create_table(
        "booking_periods",
        sa.Column("room_key", sa.Integer(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("room_key", "period", name=op.f("pk_booking_periods")),
    )
    op.create_index(
        "ix_bookings_long",
        "bookings",
        ["starts_at", "ends_at"],
        sqlite_where=sa.text("ends_at - starts_at > 86400"),
        postgresql_where=sa.text("ends_at - starts_at > '1 day'::interval"),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in ON_SQLITE if sqlite else ON_POSTGRESQL:
        op.execute(statement)
    op.execute("UPDATE bookings SET title = title")  # what is there already gets its versions
