"""Brings a database to the newest schema, or says that it already is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
    with failures.told(), alone(url) as connection:
        if version(connection) != newest():
            to(connection, "head")


@contextmanager
def alone(url: str) -> Iterator[Connection]:
    """One transaction, in which nobody else migrates."""
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})
            yield connection
    finally:
        engine.dispose()


def newest() -> str:
    """The version that a database comes to."""
    return versions()[-1]


def versions() -> list[str]:
    """All there were: migrations are numbered files, in one line."""
    return sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def version(connection: Connection) -> str | None:
    """The database's own; None where there is nothing in it."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def to(connection: Connection, wanted: str) -> None:
    """Runs the migrations up to that version, in this transaction."""
    from alembic import command  # noqa: PLC0415  a third of a second, and a database is mostly at its newest

    command.upgrade(_config(connection), wanted)


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
