"""Brings a database to the newest schema, or says that it already is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, inspect, text

from hub.db import failures, sqlite
from hub.db.address import address

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"

TURN = 7_249_117_405
"""The advisory lock that migrations on PostgreSQL take turns by."""


def upgrade(url: str) -> None:
    """Runs the migrations that are missing, in one transaction; processes that come at once wait in line.

    Raises BadSetting where no database can be meant, Unavailable where it does not answer.
    """
    engine = _engine(url)
    with failures.told(), engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})
        if _version(connection) != newest():
            _migrate(connection)
    engine.dispose()


def newest() -> str:
    """The version that a database comes to: migrations are numbered files, in one line."""
    return max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _migrate(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  a third of a second, and a database is mostly at its newest

    command.upgrade(_config(connection), "head")


def _engine(url: str) -> Engine:
    at = address(url)
    if at.get_backend_name() == "postgresql":
        return create_engine(at)
    sqlite.make_file(at)
    engine = create_engine(at.set(drivername="sqlite"), connect_args={"timeout": 60})
    sqlite.begin_with("BEGIN IMMEDIATE", engine)
    return engine


def _config(connection: Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415  the same

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
