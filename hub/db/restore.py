"""Puts a backup into a database that has nothing in it: all of it, or nothing."""

from __future__ import annotations

from itertools import groupby, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, column, delete, func, insert, inspect, select, table, text
from sqlalchemy.exc import DataError, IntegrityError

from hub.db import archive, failures, migrate
from hub.db.archive import KINDS, Contents, Shelf
from hub.errors import Conflict

AT_ONCE = 500
SEEDED = {"amenities", "site"}
"""What a new database has rows in; the backup's take their place."""
VERSION = "alembic_version"


def restore(url: str, path: Path) -> Contents:
    """Restores what `archive.back_up` wrote, of whichever of the two databases, and brings it to the newest schema.

    Raises Refused for a file that is damaged or newer, Conflict where the database has something in it, Unavailable
    where it does not answer, OSError where the file can't be read.
    """
    contents = archive.check(path)
    with failures.told(), migrate.alone(url) as connection:
        _make_room(connection, contents.schema)
        with archive.damage_told(path):
            _fill(connection, path)
        migrate.to(connection, migrate.newest())
    return contents


def _make_room(connection: Connection, schema: str) -> None:
    there = migrate.version(connection)
    if there is None:
        migrate.to(connection, schema)
    elif there != schema:
        raise _not_empty("it has the tables of another version")
    for name in _tables(connection):
        if name in SEEDED:
            connection.execute(delete(table(name)))
        elif connection.scalar(select(func.count()).select_from(table(name))):
            raise _not_empty(f"its table {name} has rows")


def _not_empty(why: str) -> Conflict:
    return Conflict(
        "database-not-empty",
        "There is something in this database",
        f"A backup is restored into an empty one, and {why}; nothing was changed.",
    )


def _tables(connection: Connection) -> list[str]:
    return [name for name in inspect(connection).get_table_names() if name != VERSION]


def _fill(connection: Connection, path: Path) -> None:
    ours = {name: _columns(connection, name) for name in _tables(connection)}
    for shelf, found in groupby(archive.rows(path), key=lambda one: one[0]):
        if not shelf.columns.keys() <= ours[shelf.table]:
            raise ValueError(f"{shelf.table} has no such columns")
        rows = (row for _, row in found)
        while batch := list(islice(rows, AT_ONCE)):
            _insert(connection, shelf, batch)
    if connection.dialect.name == "postgresql":
        _count_on(connection)


def _columns(connection: Connection, name: str) -> set[str]:
    return {one["name"] for one in inspect(connection).get_columns(name)}


def _insert(connection: Connection, shelf: Shelf, rows: list[dict[str, Any]]) -> None:
    into = table(shelf.table, *(column(name, KINDS[kind].type) for name, kind in shelf.columns.items()))
    try:
        connection.execute(insert(into), rows)
    except (IntegrityError, DataError) as error:
        raise ValueError(f"{shelf.table} can't hold it") from error


def _count_on(connection: Connection) -> None:
    """The next key that PostgreSQL gives is none of those that were restored."""
    counted = connection.execute(
        text(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND column_default LIKE 'nextval(%'"
        )
    )
    for name, key in counted.all():
        last = connection.scalar(select(func.max(column(key))).select_from(table(name)))
        if last is not None:
            sequence = func.pg_get_serial_sequence(name, key)
            connection.execute(select(func.setval(sequence, last)))
