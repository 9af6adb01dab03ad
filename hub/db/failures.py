"""What a database's own errors mean: a refusal that says so, or a reason to look again.

PostgreSQL tells its by SQLSTATE (its manual, appendix A), SQLite by its words.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hub.errors import DomainError, Refused, Unavailable

_log = logging.getLogger(__name__)

SERIALIZATION, DEADLOCK, UNIQUE = "40001", "40P01", "23505"
DISK_FULL, LOCK_TIMEOUT = "53100", "55P03"


@contextmanager
def told() -> Iterator[None]:
    """Turns a database that is full, busy or away, and a value that it can't hold, into a refusal."""
    try:
        yield
    except PoolTimeout as error:
        raise _busy() from error
    except DBAPIError as error:
        refusal = _refusal(error)
        if refusal is None:
            raise
        raise refusal from error


def may_pass(error: DBAPIError) -> bool:
    """Whether the same work may succeed, or be refused with better words, when it looks again.

    Somebody else has just committed what was in the way, or the connection was lost before its commit.
    """
    return error.connection_invalidated or _state(error) in {SERIALIZATION, DEADLOCK, UNIQUE}


def lost_at_commit() -> Unavailable:
    return _unavailable(
        "The connection broke at the last moment: look whether it was done before you ask again."
    )


def _refusal(error: DBAPIError) -> DomainError | None:
    words, state = str(error.orig), _state(error)
    if state == DISK_FULL or "database or disk is full" in words or "disk I/O error" in words:
        return Unavailable(
            "storage-full",
            "The hub cannot store anything now",
            "Its disk is full or failing; nothing was changed.",
        )
    if state in {LOCK_TIMEOUT, SERIALIZATION, DEADLOCK} or "database is locked" in words:
        return _busy()
    away = error.connection_invalidated or isinstance(error.orig, psycopg.OperationalError)
    if away or "unable to open database file" in words:
        _log.warning("the database does not answer: %s", words.strip())
        return _unavailable("Nothing was changed; try again in a moment.")
    if isinstance(error, DataError):
        return Refused("not-storable", "A value can't be stored", "It is too long, too large or not text.")
    return None


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def _unavailable(detail: str) -> Unavailable:
    return Unavailable("storage-unavailable", "The hub's database does not answer", detail)


def _busy() -> Unavailable:
    return Unavailable(
        "storage-busy", "The hub's database is busy", "Nothing was changed; try again in a moment."
    )
