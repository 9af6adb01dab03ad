"""A report as a table: the same values in the same notation as in the JSON, in every form."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

FIRST = (
    "buildingName",
    "floorName",
    "roomName",
    "roomId",
    "department",
    "weekday",
    "hour",
    "from",
    "to",
    "date",
    "capacity",
)
"""What a row is about comes before its numbers."""
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet may take for the begin of a formula (OWASP, CSV injection), full-width forms too."""
AT_ONCE = 200
"""Rows that are written together."""


@dataclass(frozen=True, slots=True)
class Table:
    """`cells` as the JSON writes them, strings without their quotes; empty for null. `words`: which are strings."""

    columns: tuple[str, ...]
    cells: list[list[str]]
    words: list[list[bool]]


def table(report: Any, part: str = "items") -> Table:
    """One of the report's lists: its items, or what it has beside them."""
    rows = [msgspec.to_builtins(one) for one in getattr(report, part)]
    names = _item_type(type(report), part).__struct_encode_fields__
    columns = tuple(name for name in FIRST if name in names) + tuple(n for n in names if n not in FIRST)
    values = [[row[name] for name in columns] for row in rows]
    return Table(
        columns,
        [[written(value) for value in row] for row in values],
        [[isinstance(value, str) for value in row] for row in values],
    )


def _item_type(report: type[Any], part: str) -> type[Any]:
    """What this list is of."""
    (field,) = [one for one in msgspec.structs.fields(report) if one.name == part]
    found: type[Any] = field.type.__args__[0]
    return found


def written(value: Any) -> str:
    """A number in the JSON's own digits."""
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def as_csv(found: Table) -> Iterator[bytes]:
    """RFC 4180, in UTF-8, some rows at a time. What a spreadsheet would take for a formula gets a ' before it."""
    yield _lines([found.columns])
    for start in range(0, len(found.cells), AT_ONCE):
        rows = zip(found.cells[start : start + AT_ONCE], found.words[start : start + AT_ONCE], strict=True)
        yield _lines([_harmless_row(cells, words) for cells, words in rows])


def _harmless_row(cells: list[str], words: list[bool]) -> list[str]:
    return [harmless(cell) if word else cell for cell, word in zip(cells, words, strict=True)]


def harmless(words: str) -> str:
    return f"'{words}" if words.lstrip(" ").startswith(FORMULAS) else words


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()
