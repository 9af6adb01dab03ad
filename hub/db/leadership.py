"""One hub leads: of all that share a PostgreSQL, the one that holds an advisory lock there.

The lock belongs to a connection of its own and ends with it, however the hub ends; a leader that can't ask
PostgreSQL any more leads no more.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Protocol

import psycopg

from hub.db.address import address
from hub.db.postgresql import conninfo

log = logging.getLogger(__name__)

KEY = 0x43697263_6C655469
"""Nobody else's lock in this database: "CircleTi"."""
HOME_ASSISTANT_KEY = KEY + 1
"""Another's: who tells Home Assistant need not lead the panels."""
TRIES_EVERY_S = 0.5
PATIENCE_S = 5.0
NOTICED_SOON = "-c tcp_keepalives_idle=3 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c idle_session_timeout=10s"
"""What makes the server give up a leader that vanished without a word, or froze, and its lock with it."""


class Leadership(Protocol):
    async def gain(self) -> None:
        """Returns once this hub leads."""

    async def held(self) -> bool:
        """Whether it still does."""

    async def release(self) -> None:
        """Another may lead."""


class OnlyHub:
    """SQLite: the one that holds the data directory's lock leads, and there is no other."""

    async def gain(self) -> None:
        """At once."""

    async def held(self) -> bool:
        return True

    async def release(self) -> None:
        """There is nobody to release it to."""


class AdvisoryLock:
    """Held by at most one hub at any moment, as far as PostgreSQL knows; the broker fences off one who does not know yet."""

    def __init__(self, url: str, key: int) -> None:
        self._key = key
        self._conninfo = conninfo(address(url))
        self._connection: psycopg.AsyncConnection[Any] | None = None

    async def gain(self) -> None:
        while not await self._try():  # noqa: ASYNC110  nobody tells when the lock is free
            await asyncio.sleep(TRIES_EVERY_S)

    async def _try(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE_S):
                if self._connection is None:
                    self._connection = await psycopg.AsyncConnection.connect(
                        self._conninfo,
                        autocommit=True,
                        options=NOTICED_SOON,
                        application_name="circletime-leader",
                    )
                answer = await self._connection.execute("SELECT pg_try_advisory_lock(%s)", (self._key,))
                row = await answer.fetchone()
        except (psycopg.Error, OSError, TimeoutError):
            await self.release()
            return False
        return row is not None and bool(row[0])

    async def held(self) -> bool:
        if self._connection is None:
            return False
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._connection.execute("SELECT 1")
        except (psycopg.Error, OSError, TimeoutError):
            await self.release()
            return False
        return True

    async def release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


def leadership(url: str, key: int = KEY) -> Leadership:
    """Of the hubs on this database, in what that key stands for."""
    return OnlyHub() if address(url).get_backend_name() == "sqlite" else AdvisoryLock(url, key)
