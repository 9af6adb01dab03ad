"""Which database an operator means."""

from __future__ import annotations

from psycopg import ProgrammingError
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from hub.settings import BadSetting

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}


def address(words: str) -> URL:
    """The URL with the driver that the hub uses, whichever it names.

    Raises BadSetting for one that means no database we know; its words may hold a password and are not told.
    """
    try:
        url = make_url(words)
        found = url.set(drivername=DRIVERS[url.get_backend_name()])
        _, options = found.get_dialect()().create_connect_args(found)
        if found.get_backend_name() == "postgresql":
            make_conninfo(**options)
    except (ArgumentError, KeyError, ValueError, ProgrammingError) as error:
        raise BadSetting(
            "CIRCLETIME_DATABASE_URL is not the URL of a database that the hub can use; "
            "it takes postgresql://user:password@host/name, or sqlite:////path/to/file.db"
        ) from error
    return found
