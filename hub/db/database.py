"""Where a transaction runs. Services are plain functions over a Session; this decides the rest.

SQLite: one writer connection in `BEGIN IMMEDIATE`, a few query-only readers, WAL; other processes on the
same file are waited for. A write runs shielded to commit or rollback: a task cancelled half way must not
leave the one writer locked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from hub.errors import Unavailable
from hub.events import Event, Events

Result = TypeVar("Result")

READERS = 4
BUSY_TIMEOUT_MS = 20_000
_EVENTS = "events"


def emit(session: Session, happened: Event) -> None:
    """Tells `happened` to listeners once, and only if, this session's transaction commits."""
    session.info.setdefault(_EVENTS, []).append(happened)


class Database:
    """Runs reads and writes. `url` is a SQLAlchemy URL for aiosqlite."""

    def __init__(self, url: str, events: Events | None = None) -> None:
        self.events = events or Events()
        self.url = url
        path = make_url(url).database
        if path:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._writer = _sqlite_engine(url, connections=1, read_only=False)
        self._readers = _sqlite_engine(url, connections=READERS, read_only=True)
        self._running: set[asyncio.Task[Any]] = set()

    async def read(self, work: Callable[[Session], Result]) -> Result:
        """`work` over one consistent snapshot; it can't write."""
        return await self._shielded(self._run(self._readers, work))

    async def write(self, work: Callable[[Session], Result]) -> Result:
        """`work` in one transaction, committed when it returns and rolled back when it raises.

        A caller cancelled meanwhile leaves at once; the transaction still runs to its end.
        """
        return await self._shielded(self._run(self._writer, work))

    async def _shielded(self, transaction: Coroutine[Any, Any, Result]) -> Result:
        task = asyncio.create_task(transaction)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # seen, also where the caller has left

    async def _run(self, engine: AsyncEngine, work: Callable[[Session], Result]) -> Result:
        with _storage_errors():
            async with AsyncSession(engine, expire_on_commit=False) as session:
                async with session.begin():
                    result = await session.run_sync(work)
                happened = session.info.pop(_EVENTS, [])
        for one in happened:
            self.events.publish(one)
        return result

    async def close(self) -> None:
        """Waits for transactions under way, then closes every connection."""
        while self._running:
            await asyncio.wait(set(self._running))
        await self._writer.dispose()
        await self._readers.dispose()


@contextmanager
def _storage_errors() -> Iterator[None]:
    """Turns a full disk, or a database locked by somebody else, into a refusal that says so."""
    try:
        yield
    except PoolTimeout as error:
        raise _busy() from error
    except DBAPIError as error:
        words = str(error.orig)
        if "database or disk is full" in words or "disk I/O error" in words:
            raise Unavailable(
                "storage-full",
                "The hub cannot store anything now",
                "Its disk is full or failing; nothing was changed.",
            ) from error
        if "database is locked" in words:
            raise _busy() from error
        raise


def _busy() -> Unavailable:
    return Unavailable(
        "storage-busy", "The hub's database is busy", "Nothing was changed; try again in a moment."
    )


def _sqlite_engine(url: str, *, connections: int, read_only: bool) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=60,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
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

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine
