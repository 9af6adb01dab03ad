"""Which database an operator means."""

from __future__ import annotations

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
        return url.set(drivername=DRIVERS[url.get_backend_name()])
    except (ArgumentError, KeyError) as error:
        raise BadSetting(
            "CIRCLETIME_DATABASE_URL is not the URL of a database that the hub can use; "
            "it takes postgresql://user:password@host/name, or sqlite:////path/to/file.db"
        ) from error
