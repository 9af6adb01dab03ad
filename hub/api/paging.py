"""Pages of a list. A cursor is opaque to callers: it holds where the page before ended."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, TypeVar

import msgspec
from litestar.params import QueryParameter

from hub.errors import Refused

Position = TypeVar("Position")

LARGEST = 200
Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST, description="How many at most")]
Cursor = Annotated[str | None, QueryParameter(max_length=2000, description="`nextCursor` of the page before")]


Key = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
"""A row's key in a cursor, which anybody may have made up."""


def cursor_at(position: object) -> str:
    return urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


def position_of(cursor: str | None, kind: type[Position]) -> Position | None:
    """Raises Refused for what is no cursor of this list."""
    if cursor is None:
        return None
    try:
        return msgspec.json.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=kind)
    except ValueError as error:
        raise Refused(
            "bad-cursor", "This cursor is not of this list", "Pass `nextCursor` as it came."
        ) from error
