"""Writes docs/rest.md: every operation of web/openapi.json, and an example of it that was asked of a real hub.

The examples are played and handed in by tests/rest_reference/stage.py.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
API = "/api/v1"
AREAS = {
    "accounts": "Accounts",
    "rooms": "Buildings and rooms",
    "floor plans": "Floor plans",
    "bookings": "Bookings",
    "panels": "Panels",
    "firmware": "Firmware",
    "issues": "Issues",
    "closures": "Closures",
    "analytics": "Analytics",
    "settings": "Settings",
    "events": "Events",
}
LONGEST_ANSWER = 40
"""Lines of an example; what is longer is cut, which is told."""

HEAD = """# REST

Everything is under `/api/v1`, JSON in and out, names in camelCase; unknown fields are refused. An instant is RFC 3339
with an offset on the way in, and ends in `Z` on the way out. Every list is `{items, nextCursor}`; pass `nextCursor`
as `cursor` for the next page. What is refused is `application/problem+json`, and [problems.md](problems.md) lists
every refusal.

Log in for a token, or make one for a script under [`POST /tokens`](#post-tokens), and send it as
`Authorization: Bearer`. The hub describes itself as OpenAPI at `/api/v1/schema/openapi.json`.

Every example below was asked of a hub when this page was written, in the order of a day at HQ; a test plays them all
again, and holds this page to what the hub answers. Ids are shown as the names of what they stand for, secrets as
`...`. The page is written by `python -m tests.rest_reference.stage`.
"""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer, as they are shown. `operation`: method and path as the OpenAPI writes them."""

    operation: tuple[str, str]
    note: str
    who: str | None
    headers: tuple[tuple[str, str], ...]
    request: str
    body: str
    status: int
    kind: str
    answer: str


def openapi() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "web/openapi.json").read_text())
    return found


def operations(described: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """By method and path."""
    return {
        (method.upper(), path): operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }


def page(exchanges: Iterable[Exchange]) -> str:
    described = openapi()
    found = operations(described)
    examples: dict[tuple[str, str], list[Exchange]] = {}
    for one in exchanges:
        examples.setdefault(one.operation, []).append(one)
    areas: dict[str, list[tuple[str, str]]] = {}
    for operation in sorted(found, key=lambda one: (one[1], "GET POST PUT PATCH DELETE".find(one[0]))):
        areas.setdefault(found[operation]["tags"][0], []).append(operation)
    order = [area for area in AREAS if area in areas] + sorted(areas.keys() - AREAS.keys())
    parts = [HEAD, *_contents(areas, order)]
    for area in order:
        parts.append(f"\n## {_area(area)}\n")
        parts += [
            part
            for operation in areas[area]
            for part in _operation(operation, found[operation], examples.get(operation, []))
        ]
    parts += ["\n## Records\n", *_records(described["components"]["schemas"])]
    return "".join(parts)


def _area(tag: str) -> str:
    return AREAS.get(tag, tag.capitalize())


def _contents(areas: dict[str, list[tuple[str, str]]], order: list[str]) -> Iterator[str]:
    for area in order:
        yield f"\n**{_area(area)}**\n\n"
        for operation in areas[area]:
            yield f"- [{_title(operation)}](#{_anchor(_title(operation))})\n"


def _title(operation: tuple[str, str]) -> str:
    return f"{operation[0]} {operation[1].removeprefix(API)}"


def _anchor(title: str) -> str:
    """As GitHub makes it of a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _operation(
    operation: tuple[str, str], described: dict[str, Any], examples: list[Exchange]
) -> Iterator[str]:
    yield f"\n### {_title(operation)}\n\n"
    if told := described.get("description"):
        yield f"{_flowed(told)}\n\n"
    yield from _table("Parameter", _parameters(described))
    if body := described.get("requestBody"):
        (content,) = list(body["content"].values())[:1]
        yield f"Body: {_kind(content.get('schema', {}))}\n\n"
    yield f"Answer: {', '.join(_answers(described))}\n"
    for example in examples:
        yield from _example(example)


def _flowed(words: str) -> str:
    """A docstring's paragraphs, each on one line."""
    return "\n\n".join(" ".join(part.split()) for part in words.split("\n\n"))


def _parameters(described: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for one in described.get("parameters", []):
        needed = " (required)" if one["required"] and one["in"] != "path" else ""
        where = "" if one["in"] == "query" else f"in the {one['in']}; "
        yield f"`{one['name']}`{needed}", _kind(one["schema"]), where + one.get("description", "")


def _answers(described: dict[str, Any]) -> Iterator[str]:
    for status, response in described["responses"].items():
        if status == "400":
            continue  # Litestar says so; what does not fit is 422 here, as problems.md says
        kinds = [
            f"{_kind(content['schema'])}" if media == "application/json" else f"`{media}`"
            for media, content in response.get("content", {}).items()
        ]
        yield f"{status} {' or '.join(kinds)}".rstrip()


def _table(first: str, rows: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    found = list(rows)
    if found:
        yield f"| {first} | Type | |\n|---|---|---|\n"
        for row in found:
            yield "| " + " | ".join(cell.rstrip("; ").replace("|", "\\|") for cell in row) + " |\n"
        yield "\n"


def _kind(schema: dict[str, Any]) -> str:
    """A schema's type in a few words, with the record linked."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        item = re.fullmatch(r"Page_(?:.*\.)?(\w+?)_", name)
        return f"page of {_linked(item[1])}" if item else _linked(name)
    if choice := schema.get("oneOf") or schema.get("anyOf"):
        shared = _limits(schema)
        kinds = dict.fromkeys(_kind(one if one.get("type") == "null" else shared | one) for one in choice)
        return " or ".join(kinds)
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if values := schema.get("enum") or ([schema["const"]] if "const" in schema else []):
        return ", ".join(f"`{one}`" if one is not None else "null" for one in values)
    return _plain(schema)


def _limits(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: schema[name] for name in ("minimum", "maximum", "maxLength") if name in schema}


def _plain(schema: dict[str, Any]) -> str:
    word = {"date-time": "instant", "date": "date"}.get(schema.get("format", "")) or str(
        schema.get("type", "any")
    )
    if "minimum" in schema and "maximum" in schema:
        word += f" {schema['minimum']:g} to {schema['maximum']:g}"
    if "maxLength" in schema and word == "string":
        word += f" up to {schema['maxLength']}"
    if schema.get("default") is not None:
        word += f", default `{json.dumps(schema['default'])}`"
    return word


def _linked(name: str) -> str:
    return f"[{name}](#{name.lower()})"


def _example(one: Exchange) -> Iterator[str]:
    if one.note:
        yield f"\n{one.note}\n"
    yield "\n```http\n" + one.request + "\n"
    if one.who:
        yield f"Authorization: Bearer {one.who}'s token\n"
    for name, value in one.headers:
        yield f"{name}: {value}\n"
    if one.body:
        yield f"\n{one.body}\n"
    yield "```\n\n```http\n"
    yield f"HTTP/1.1 {one.status}\n"
    if one.kind and one.status != 204:
        yield f"Content-Type: {one.kind}\n"
    if one.answer:
        lines = [line[:400] + ("..." if len(line) > 400 else "") for line in one.answer.splitlines()]
        cut = ["..."] if len(lines) > LONGEST_ANSWER else []
        yield "\n" + "\n".join(lines[:LONGEST_ANSWER] + cut).strip() + "\n"
    yield "```\n"


def _records(schemas: dict[str, Any]) -> Iterator[str]:
    told = _docstrings()
    for name, schema in sorted(schemas.items()):
        if name.startswith("Page_") or "properties" not in schema:
            continue
        yield f"\n### {name}\n\n"
        if words := schema.get("description") or told.get(name):
            yield f"{_flowed(words)}\n\n"
        required = set(schema.get("required", []))
        yield from _table(
            "Field",
            (
                (
                    f"`{field}`"
                    + (
                        " (required)"
                        if field in required and len(required) < len(schema["properties"])
                        else ""
                    ),
                    _kind(one),
                    one.get("description", ""),
                )
                for field, one in schema["properties"].items()
            ),
        )


def _docstrings() -> dict[str, str]:
    """What the code says of each body and record, by its name."""
    return {
        node.name: docstring
        for folder in ("hub/rooms", "hub/analytics", "hub/api")
        for path in sorted((ROOT / folder).glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and (docstring := ast.get_docstring(node))
    }
