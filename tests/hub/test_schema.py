"""A database comes to the newest schema from nothing, and the schema is what the models say."""

import importlib
import pkgutil
import sqlite3

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

import hub
from hub.bookings.models import SQLITE_TRIGGERS
from hub.db.base import Base
from hub.db.migrate import upgrade
from hub.rooms.models import AMENITIES

for module in pkgutil.walk_packages(hub.__path__, "hub."):
    if module.name.endswith(".models") or module.name == "hub.db.idempotency":
        importlib.import_module(module.name)


def test_models_and_migrations_agree(empty_database):
    engine = create_engine(f"sqlite:///{empty_database}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_what_alembic_does_not_compare_is_there(empty_database):
    database = sqlite3.connect(empty_database)
    triggers = {sql for (sql,) in database.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")}
    amenities = dict(database.execute("SELECT slug, name FROM amenities"))
    database.close()
    assert triggers == {trigger.strip() for trigger in SQLITE_TRIGGERS}
    assert amenities == AMENITIES


def test_upgrading_again_changes_nothing(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path / 'new' / 'circletime.db'}"
    upgrade(url)
    before = (tmp_path / "new" / "circletime.db").read_bytes()
    upgrade(url)
    assert (tmp_path / "new" / "circletime.db").read_bytes() == before
