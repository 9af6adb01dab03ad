"""Many small works in one transaction: after a power cut a whole building says hello at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from hub.db.database import Database
from hub.errors import DomainError

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST = 200


class Gathering(Generic[Item, Result]):
    """What comes while a batch is under way goes into the next, all of it; alone, each has its own at once."""

    def __init__(
        self, work: Callable[[list[Item]], Coroutine[Any, Any, Sequence[Result | DomainError]]]
    ) -> None:
        """`work` has an answer for each item, in their order."""
        self._work = work
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._running: asyncio.Task[None] | None = None

    async def put(self, item: Item) -> Result:
        """The answer to this one. Raises the DomainError that is its answer, or what the work on it raised.

        Where one of a batch fails by an error of ours, each has one more try alone: nobody suffers by another's.
        """
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return await done

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            answers = await self._answers([item for item, _ in batch])
            for (_, done), answer in zip(batch, answers, strict=True):
                if done.done():  # who waited has left
                    continue
                if isinstance(answer, Exception):
                    done.set_exception(answer)
                else:
                    done.set_result(answer)

    async def _answers(self, items: list[Item]) -> Sequence[Result | Exception]:
        try:
            return await self._work(items)
        except DomainError as error:  # the database is away, for each of them
            return [error] * len(items)
        except Exception as error:  # noqa: BLE001  it is for who asked for it
            if len(items) == 1:
                return [error]
        return [answer for item in items for answer in await self._answers([item])]


class Together:
    """Writes that know nothing of each other."""

    def __init__(self, database: Database) -> None:
        self._gathering = Gathering[Callable[[Session], Any], Any](
            lambda works: database.write(lambda session: [_one(session, work) for work in works])
        )

    async def write(self, work: Callable[[Session], Result]) -> Result:
        """As `Database.write`. Where `work` raises a DomainError it has changed nothing yet: the others stand."""
        result: Result = await self._gathering.put(work)
        return result


def _one(session: Session, work: Callable[[Session], Any]) -> Any:
    try:
        return work(session)
    except DomainError as error:
        return error
