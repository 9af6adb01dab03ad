"""Brings a database to the newest schema, or says that it already is."""

from __future__ import annotations

from pathlib import Path

import alembic.command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, text

from hub.db import failures, sqlite
from hub.db.address import address

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
        alembic.command.upgrade(_config(connection), "head")
    engine.dispose()


def _engine(url: str) -> Engine:
    at = address(url)
    if at.get_backend_name() == "postgresql":
        return create_engine(at)
    sqlite.make_file(at)
    engine = create_engine(at.set(drivername="sqlite"), connect_args={"timeout": 60})
    sqlite.begin_with("BEGIN IMMEDIATE", engine)
    return engine


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
