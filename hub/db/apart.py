"""Long computations in a process of their own: in a thread of ours they would hold up whoever waits for the loop.

The process is started when it is first needed, at a lower priority; it ends with ours, however that ends.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from hub.db import failures, postgresql, sqlite
from hub.db.address import address

Result = TypeVar("Result")
Work = Callable[[Session], Result]

NICER = 5
"""Bookings go first."""
TRIES = 2


class Gone(Exception):
    """Raised where the process died, again, before it had an answer; or the hub is closing."""


class Apart:
    """One process, which does one work after the other; for any thread."""

    def __init__(self, url: str) -> None:
        """Nothing is started yet."""
        self._url = url
        self._turn = Lock()
        self._process: BaseProcess | None = None
        self._line: Connection | None = None
        self._closed = False

    def run(self, work: Work[Result]) -> Result:
        """Waits for its turn, and for the answer. `work` and what it returns can be pickled. Raises what it raises."""
        with self._turn:
            for _ in range(TRIES):
                if self._closed:
                    break
                with suppress(EOFError, ConnectionError):
                    good, answer = self._ask(work)
                    if good:
                        found: Result = answer
                        return found
                    raise answer
                self._end()
        raise Gone

    def _ask(self, work: Work[Any]) -> tuple[bool, Any]:
        line = self._line or self._begin()
        line.send(work)
        found: tuple[bool, Any] = line.recv()
        return found

    def _begin(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(self._url, theirs), name="reports", daemon=True)
        process.start()
        theirs.close()
        self._line, self._process = ours, process
        return ours

    def close(self) -> None:
        """At once: what it is at is given up."""
        self._closed = True
        if self._process is not None:
            self._process.kill()
        with self._turn:
            self._end()

    def _end(self) -> None:
        line, self._line = self._line, None
        process, self._process = self._process, None
        if line is not None:
            line.close()
        if process is not None:
            process.kill()
            process.join()


def _serve(url: str, line: Connection) -> None:
    """Until the other end is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the hub, which ends us
    os.nice(NICER)
    at = address(url)
    engine = (sqlite if at.get_backend_name() == "sqlite" else postgresql).reports(at)
    with suppress(EOFError, ConnectionError):
        while True:
            work = line.recv()
            line.send(_done(engine, work))


def _done(engine: Engine, work: Work[Any]) -> tuple[bool, Any]:
    try:
        with failures.told(), Session(engine) as session:
            return True, work(session)
    except Exception as error:  # noqa: BLE001  it is for who asked
        return False, error
