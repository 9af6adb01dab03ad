"""SQLite: one writer in `BEGIN IMMEDIATE`, a few query-only readers, WAL; other processes are waited for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Engine
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

READERS, REPORTERS = 4, 2
BUSY_TIMEOUT_MS = 20_000


def engines(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    """The writer, and the readers."""
    make_file(url)
    return _engine(url, connections=1, read_only=False), _engine(url, connections=READERS, read_only=True)


def reports(url: URL) -> Engine:
    """Readers for long questions, each asked in a thread of its own."""
    engine = create_engine(
        url.set(drivername="sqlite"),
        pool_size=REPORTERS,
        max_overflow=0,
        pool_timeout=60,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
    )
    _prepare(engine, read_only=True)
    return engine


def make_file(url: URL) -> None:
    """The database's file and folder, where there are none; for nobody else to read, as what SQLite lays beside it.

    Raises OSError.
    """
    if url.database and not url.database.startswith((":memory:", "file:")):
        path = Path(url.database)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)


def begin_with(statement: str, engine: Engine) -> None:
    """Its transactions start with this, not with what the driver thinks."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql(statement)


def _engine(url: URL, *, connections: int, read_only: bool) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=60,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
    )
    _prepare(engine.sync_engine, read_only=read_only)
    return engine


def _prepare(engine: Engine, *, read_only: bool) -> None:
    begin_with("BEGIN" if read_only else "BEGIN IMMEDIATE", engine)

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",  # a 201 survives a power cut
            "foreign_keys = ON",
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            f"query_only = {'ON' if read_only else 'OFF'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
