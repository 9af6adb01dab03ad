"""PostgreSQL: writers at READ COMMITTED who lock the room's row first, readers over one snapshot."""

from __future__ import annotations

from psycopg.conninfo import make_conninfo
from sqlalchemy import create_engine
from sqlalchemy.engine import URL, Engine
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

WRITERS, READERS, REPORTERS = 10, 10, 2
"""Connections of each hub at most. Apart, so that writers waiting for a room do not hold up readers."""
OPTIONS = {
    "timezone": "UTC",
    "lock_timeout": "20s",
    "idle_in_transaction_session_timeout": "60s",  # a hub that froze gives its rooms back
}
READ_ONLY = {
    "default_transaction_isolation": r"repeatable\ read",
    "default_transaction_read_only": "on",
}
CONNECT_ARGS = {
    "application_name": "circletime",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "tcp_user_timeout": 20_000,  # a server that vanished without a word is given up in time
}


def engines(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    """The writers, and the readers."""
    return _engine(url, WRITERS, OPTIONS), _engine(url, READERS, OPTIONS | READ_ONLY)


def reports(url: URL) -> Engine:
    """Readers for long questions, each asked in a thread of its own."""
    return create_engine(
        url,
        pool_size=REPORTERS,
        max_overflow=0,
        pool_timeout=60,
        connect_args=CONNECT_ARGS | {"options": _told(OPTIONS | READ_ONLY)},
    )


def _told(options: dict[str, str]) -> str:
    return " ".join(f"-c {name}={value}" for name, value in options.items())


def conninfo(url: URL) -> str:
    """The same server, for a connection outside of the pools."""
    _, options = url.get_dialect()().create_connect_args(url)
    return make_conninfo(**options, connect_timeout=10, tcp_user_timeout=10_000, keepalives_idle=5)


def _engine(url: URL, connections: int, options: dict[str, str]) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=20,
        connect_args=CONNECT_ARGS | {"options": _told(options)},
    )
