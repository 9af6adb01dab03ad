"""The whole database as one file of JSON Lines: backup, restore, and the way from SQLite to PostgreSQL and back.

It is read over one snapshot while hubs write, and says itself what it holds: the first line names the schema, a line
before each table's rows its columns and their kinds, and the last line counts and seals what came before. So a file of
an older version is restored into that version's schema, and brought up to date by the same migrations as a database.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

from sqlalchemy import JSON, Boolean, Connection, Date, LargeBinary, MetaData, Table, select
from sqlalchemy.types import TypeEngine

from hub.db import failures, migrate, postgresql, sqlite
from hub.db.address import address
from hub.db.base import DERIVED, UtcTime
from hub.errors import Refused

FORMAT = 1
LONGEST_LINE = 64 * 1024 * 1024
AT_ONCE = 1000
"""Rows read from the database in one go."""
_GZIP = b"\x1f\x8b"
_DAMAGE = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
    EOFError,
    OverflowError,
    zlib.error,
)
"""What reading a file that was cut, changed or never was one raises."""


class Kind(NamedTuple):
    """What a column is, and how its values stand in JSON."""

    type: TypeEngine[Any] | None
    said: Callable[[Any], Any]
    meant: Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


KINDS = {
    "instant": Kind(
        UtcTime(), lambda at: int(at.timestamp()), lambda unix: datetime.fromtimestamp(unix, UTC)
    ),
    "day": Kind(Date(), date.isoformat, date.fromisoformat),
    "bytes": Kind(LargeBinary(), bytes.hex, bytes.fromhex),
    "flag": Kind(Boolean(), bool, bool),
    "json": Kind(JSON(none_as_null=True), _same, _same),
    "plain": Kind(None, _same, _same),
}


def kind_of(column: TypeEngine[Any]) -> str:
    for name, kind in KINDS.items():
        if kind.type is not None and isinstance(column, type(kind.type)):
            return name
    return "plain"


class Shelf(NamedTuple):
    """A table in the file: its columns, in the order of each row's values, and what kind each is."""

    table: str
    columns: dict[str, str]


class Contents(NamedTuple):
    """`schema` is the version of the migrations; `rows` how many there are; `at` when it was made."""

    schema: str
    rows: int
    at: datetime


def back_up(url: str, metadata: MetaData, path: Path, now: datetime) -> Contents:
    """Writes the database as it is at this moment; `path` is there once it is whole, for nobody else to read.

    Compressed where the name ends in `.gz`. Raises Refused where there is no database of this version, Unavailable
    where it does not answer, OSError where the file can't be written.
    """
    at = address(url)
    on_sqlite = at.get_backend_name() == "sqlite"
    if on_sqlite and not Path(at.database or "").is_file():
        raise _no_database()
    engine = sqlite.reports(at) if on_sqlite else postgresql.reports(at)
    try:
        with failures.told(), engine.begin() as connection:
            schema = migrate.version(connection)
            if schema != migrate.newest():
                raise _no_database()
            with _new_file(path) as write:
                return _write(connection, metadata, Contents(schema, 0, now), write)
    finally:
        engine.dispose()


def _no_database() -> Refused:
    return Refused(
        "nothing-to-back-up",
        "There is no database of this version",
        "Name it by --data-dir or CIRCLETIME_DATABASE_URL; one of an older version is brought up to date by `circletime serve`.",
    )


def _write(
    connection: Connection, metadata: MetaData, contents: Contents, write: Callable[[bytes], object]
) -> Contents:
    seal, rows = hashlib.sha256(), 0

    def say(said: object) -> None:
        line = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        seal.update(line)
        write(line)

    say({"circletime": FORMAT, "schema": contents.schema, "at": int(contents.at.timestamp())})
    for table in (one for one in metadata.sorted_tables if not one.info.get(DERIVED)):
        kinds = {column.name: kind_of(column.type) for column in table.columns}
        say({"table": table.name, "columns": kinds})
        for row in _rows(connection, table):
            say(
                [
                    None if value is None else KINDS[kind].said(value)
                    for kind, value in zip(kinds.values(), row, strict=True)
                ]
            )
            rows += 1
    say({"rows": rows, "sha256": seal.hexdigest()})
    return contents._replace(rows=rows)


def _rows(connection: Connection, table: Table) -> Iterator[Any]:
    in_order = select(table).order_by(*table.primary_key.columns)
    yield from connection.execution_options(yield_per=AT_ONCE).execute(in_order)


@contextmanager
def _new_file(path: Path) -> Iterator[Callable[[bytes], object]]:
    """The file takes its name once all of it is on the disk."""
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600, exist_ok=False)
        with unfinished.open("wb") as raw:
            if path.suffix == ".gz":
                with gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=5) as packed:
                    yield packed.write
            else:
                yield raw.write
            raw.flush()
            os.fsync(raw.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def check(path: Path) -> Contents:
    """What the file holds, once all of it has been read and is what was written.

    Raises Refused for one that is damaged, or of a newer version; OSError where it can't be read.
    """
    with _lines(path) as lines, damage_told(path):
        line = next(lines, b"")
        first = json.loads(line)
        contents = Contents(str(first["schema"]), 0, datetime.fromtimestamp(first["at"], UTC))
        if first["circletime"] != FORMAT or contents.schema not in migrate.versions():
            raise Refused(
                "backup-of-another-version",
                "This backup is of another version",
                f"{path} was written by a newer Circle Time; restore it with that one.",
            )
        return _checked(lines, contents, hashlib.sha256(line))


def _checked(lines: Iterator[bytes], contents: Contents, seal: Any) -> Contents:
    rows = 0
    for line in lines:
        said = json.loads(line)
        if isinstance(said, dict) and "sha256" in said:
            if said != {"rows": rows, "sha256": seal.hexdigest()} or next(lines, None) is not None:
                raise ValueError("its seal is broken")
            return contents._replace(rows=rows)
        seal.update(line)
        rows += isinstance(said, list)
    raise EOFError("it has no end")


def rows(path: Path) -> Iterator[tuple[Shelf, dict[str, Any]]]:
    """Each row with its table, of a file that `check` has read."""
    with _lines(path) as lines:
        next(lines)
        shelf = Shelf("", {})
        for line in lines:
            said = json.loads(line)
            if isinstance(said, list):
                yield shelf, _row(shelf, said)
            elif "table" in said:
                shelf = Shelf(said["table"], said["columns"])


def _row(shelf: Shelf, said: list[Any]) -> dict[str, Any]:
    return {
        name: None if value is None else KINDS[kind].meant(value)
        for (name, kind), value in zip(shelf.columns.items(), said, strict=True)
    }


@contextmanager
def _lines(path: Path) -> Iterator[Iterator[bytes]]:
    """Raises ValueError for a line that is no line of ours."""
    with path.open("rb") as raw:
        packed = raw.read(2) == _GZIP
        raw.seek(0)
        yield _each_line(gzip.GzipFile(fileobj=raw) if packed else raw)


def _each_line(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while line := file.readline(LONGEST_LINE):
        if not line.endswith(b"\n"):
            raise ValueError("it is cut off")
        yield line


@contextmanager
def damage_told(path: Path) -> Iterator[None]:
    """Raises Refused for whatever a damaged file leads to."""
    try:
        yield
    except (*_DAMAGE, gzip.BadGzipFile) as error:
        raise Refused(
            "backup-damaged",
            "This backup is damaged",
            f"{path} is not as it was written; nothing was restored.",
        ) from error
