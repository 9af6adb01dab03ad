"""Brings a database to the newest schema, or says that it already is."""

from __future__ import annotations

from pathlib import Path

import alembic.command
from alembic.config import Config
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, make_url


def upgrade(url: str) -> None:
    """Runs the migrations that are missing, in one transaction; processes that come at once wait in line."""
    address = make_url(url)
    if address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address.set(drivername="sqlite"), connect_args={"timeout": 60})

    @event.listens_for(engine, "connect")
    def on_connect(connection: object, _record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "head")
    engine.dispose()
