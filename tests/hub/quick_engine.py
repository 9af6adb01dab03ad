"""Engines that go from one test's database to the next: what they have compiled, they keep.

Without them half of a quick test's time went into compiling the same statements anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from hub.db.address import address

_idle: dict[str, list[QuickEngine]] = {"sqlite": [], "postgresql": []}


@contextmanager
def quick_engine(url: str) -> Iterator[Engine]:
    """On PostgreSQL's database itself; of SQLite's on a copy in memory."""
    at = address(url)
    kind = at.get_backend_name()
    found = _idle[kind].pop() if _idle[kind] else {"sqlite": InMemory, "postgresql": OnServer}[kind]()
    found.open(at)
    yield found.engine
    found.close()
    _idle[kind].append(found)


class InMemory:
    def __init__(self) -> None:
        self._memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._memory.execute("PRAGMA foreign_keys = ON")
        self.engine = create_engine("sqlite://", creator=lambda: self._memory, poolclass=StaticPool)
        event.listen(self.engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))

    def open(self, at: URL) -> None:
        """What was in memory is overwritten."""
        with sqlite3.connect(at.database or "") as stored:
            stored.backup(self._memory)

    def close(self) -> None:
        """The next one opens over it."""


class OnServer:
    def __init__(self) -> None:
        self.engine = create_engine("postgresql+psycopg://")
        self._at: dict[str, Any] = {}
        event.listen(self.engine, "do_connect", self._go_there)

    def _go_there(self, _dialect: Any, _record: Any, _words: Any, options: dict[str, Any]) -> None:
        options.update(self._at)

    def open(self, at: URL) -> None:
        self._at = self.engine.dialect.create_connect_args(at)[1]

    def close(self) -> None:
        self.engine.dispose()


QuickEngine = InMemory | OnServer
