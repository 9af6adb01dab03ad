"""Reading hostile JSON: each function gives the value it names, or raises ValueError with its place."""

import json

from shared.topics import valid_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LAST_UNIX = 253402300799  # the end of the year 9999


def json_object(text: "str | bytes", max_bytes: int) -> "dict[str, Any]":
    """The object in `text`, UTF-8 JSON of at most `max_bytes`."""
    if len(text) > max_bytes:
        raise ValueError("more than %d bytes" % max_bytes)
    try:
        found = json.loads(text)
    except (ValueError, RuntimeError, MemoryError):  # nested too deep for the stack, or for a panel's heap
        found = None
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return found


def integer(of: "dict[str, Any]", name: str, least: int = 0, most: int = LAST_UNIX) -> int:
    value = of.get(name)
    if type(value) is not int or not least <= value <= most:
        raise ValueError(name + " is not a whole number in range")
    return value


def text(of: "dict[str, Any]", name: str, most: int, least: int = 0) -> str:
    """No NUL is in it: PostgreSQL keeps none."""
    value = of.get(name)
    if not isinstance(value, str) or not least <= len(value) <= most or "\0" in value:
        raise ValueError(name + " is not a text of fitting length")
    return value


def optional_text(of: "dict[str, Any]", name: str, most: int, least: int = 0) -> "str | None":
    return None if of.get(name) is None else text(of, name, most, least)


def optional_integer(of: "dict[str, Any]", name: str, least: int = 0, most: int = LAST_UNIX) -> "int | None":
    return None if of.get(name) is None else integer(of, name, least, most)


def boolean(of: "dict[str, Any]", name: str) -> bool:
    value = of.get(name)
    if not isinstance(value, bool):
        raise ValueError(name + " is not true or false")
    return value


def listed(of: "dict[str, Any]", name: str, most: int) -> "list[Any]":
    value = of.get(name)
    if not isinstance(value, list) or len(value) > most:
        raise ValueError(name + " is not a list of at most %d" % most)
    return value


def mapped(of: "dict[str, Any]", name: str) -> "dict[str, Any]":
    value = of.get(name)
    if not isinstance(value, dict):
        raise ValueError(name + " is not an object")
    return value


def one_of(of: "dict[str, Any]", name: str, allowed: "tuple[str, ...]") -> str:
    value = of.get(name)
    if value not in allowed:
        raise ValueError(name + " is none of " + ", ".join(allowed))
    return str(value)


def identifier(of: "dict[str, Any]", name: str) -> str:
    value = of.get(name)
    if not valid_id(value):
        raise ValueError(name + " is not an id")
    return str(value)
