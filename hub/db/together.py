"""Many small writes in one transaction: after a power cut a whole building says hello at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from hub.db.database import Database
from hub.errors import DomainError

Result = TypeVar("Result")

MOST = 50


class Together:
    """What comes while a transaction runs goes into the next, all of it; alone, each has its own at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[Callable[[Session], Any], asyncio.Future[Any]]] = []
        self._running: asyncio.Task[None] | None = None

    async def write(self, work: Callable[[Session], Result]) -> Result:
        """As `Database.write`. Where `work` raises a DomainError it has changed nothing yet: the others stand."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return await done

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            works = [work for work, _ in batch]
            try:
                results = await self._database.write(partial(_all, works))
            except Exception as error:  # noqa: BLE001  it is each waiter's
                results = [error] * len(batch)
            for (_, done), result in zip(batch, results, strict=True):
                if done.done():  # who waited has left
                    continue
                if isinstance(result, Exception):
                    done.set_exception(result)
                else:
                    done.set_result(result)


def _all(works: list[Callable[[Session], Any]], session: Session) -> list[Any]:
    return [_one(session, work) for work in works]


def _one(session: Session, work: Callable[[Session], Any]) -> Any:
    try:
        return work(session)
    except DomainError as error:
        return error
