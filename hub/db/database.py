"""Where a transaction runs. Services are plain functions over a Session; this decides the rest.

A write runs shielded to commit or rollback: a task cancelled half way must not leave a room, or the one
writer of SQLite, locked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

from hub import journal, trail
from hub.db import failures, grapevine, postgresql, sqlite
from hub.db.address import address
from hub.db.apart import Apart
from hub.db.sqlite import REPORTERS
from hub.events import Event, Events, RoomChanged
from hub.measures import COMMIT_S
from hub.spans import span

Result = TypeVar("Result")

TRIES = 3
_EVENTS = "events"


def emit(session: Session, happened: Event) -> None:
    """Tells `happened` to listeners once, and only if, this session's transaction commits."""
    session.info.setdefault(_EVENTS, []).append(happened)


class Database:
    """Runs reads and writes at this URL. Raises BadSetting where no database can be meant by it."""

    def __init__(self, url: str, events: Events | None = None, *, apart: bool = False) -> None:
        """`apart`: what computes long has a process of its own."""
        self.events = events or Events()
        at = address(url)
        self.shared = at.get_backend_name() != "sqlite"
        """Whether other hubs hear what this one tells."""
        kind = postgresql if self.shared else sqlite
        self._writers, self._readers = kind.engines(at)
        self._reporters = kind.reports(at)
        self._apart = Apart(url) if apart else None
        self._one_apart = asyncio.Lock()
        self._turns = asyncio.Semaphore(REPORTERS)
        self._running: set[asyncio.Task[Any]] = set()

    async def read(self, work: Callable[[Session], Result]) -> Result:
        """`work` over one consistent snapshot; it can't write."""
        return await self._shielded(self._run(self._readers, work))

    async def report(self, work: Callable[[Session], Result]) -> Result:
        """As `read`, for what computes long: in a thread of its own, so that nobody else waits for it.

        A few at a time; a caller cancelled meanwhile leaves at once, and the work still runs to its end.
        """
        return await self._shielded(self._in_thread(work))

    async def compute(self, work: Callable[[Session], Result]) -> Result:
        """As `report`, for what computes so long that even a thread would hold others up: in a process of its own, where
        this database has one. `work` and its result can be pickled."""
        apart = self._apart
        if apart is None:
            return await self.report(work)

        async def in_turn() -> Result:
            async with self._one_apart:
                return await asyncio.to_thread(apart.run, work)

        return await self._shielded(in_turn())

    async def _in_thread(self, work: Callable[[Session], Result]) -> Result:
        def run() -> Result:
            with failures.told(), Session(self._reporters) as session:
                return work(session)

        async with self._turns:
            return await asyncio.to_thread(run)

    async def write(self, work: Callable[[Session], Result]) -> Result:
        """`work` in one transaction, committed when it returns and rolled back when it raises.

        It runs anew, up to TRIES times, where another transaction that has just committed was in its way.
        A caller cancelled meanwhile leaves at once; the transaction still runs to its end.
        """
        with COMMIT_S.time(), span("write"):
            return await self._shielded(self._run(self._writers, work))

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
        with failures.told():
            for _ in range(TRIES - 1):
                try:
                    return await self._once(engine, work)
                except DBAPIError as error:
                    if not failures.may_pass(error):
                        raise
            return await self._once(engine, work)

    async def _once(self, engine: AsyncEngine, work: Callable[[Session], Result]) -> Result:
        def whole(session: Session) -> Result:
            result = work(session)
            session.flush()
            if self.shared and (happened := session.info.get(_EVENTS)):
                grapevine.tell(session, happened)
            return result

        async with AsyncSession(engine, expire_on_commit=False) as session:
            result = await session.run_sync(whole)
            try:
                await session.commit()
            except DBAPIError as error:
                if error.connection_invalidated:
                    raise failures.lost_at_commit() from error
                raise
            happened = session.info.pop(_EVENTS, [])
        self._tell(happened)
        return result

    def _tell(self, happened: list[Event]) -> None:
        cause = trail.cause()
        if changed := {one.room_id: one.revision for one in happened if isinstance(one, RoomChanged)}:
            journal.note("committed", rooms=changed)
        for one in happened:
            self.events.publish(replace(one, cause=cause) if isinstance(one, RoomChanged) else one)

    async def close(self) -> None:
        """Waits for transactions under way, then closes every connection. What is computed apart is given up."""
        if self._apart is not None:
            await asyncio.to_thread(self._apart.close)
        while self._running:
            await asyncio.wait(set(self._running))
        await self._writers.dispose()
        await self._readers.dispose()
        self._reporters.dispose()
