"""The base of every JSON body: camelCase outside, unknown fields refused, instants with an offset."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

import msgspec

from hub.errors import Refused

Item = TypeVar("Item")

Instant = Annotated[datetime, msgspec.Meta(tz=True, description="RFC 3339 with an offset")]
Id = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]


class Body(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
    """What a request carries."""


class Record(msgspec.Struct, rename="camel", kw_only=True):
    """What an answer carries; its instants are in UTC and are written with `Z`."""


class Page(Record, Generic[Item]):
    items: list[Item]
    next_cursor: str | None = None


class Nothing(Body):
    """An action's body may be left out, or be `{}`."""


def utc(at: datetime) -> datetime:
    """An instant from a request, in whole seconds of UTC.

    Raises Refused without an offset, and outside the years 1900 to 2999: arithmetic near the ends of the
    calendar has no room.
    """
    if at.tzinfo is None:
        raise _bad_instant("It has no offset from UTC.")
    if not 1900 <= at.year < 3000:
        raise _bad_instant(f"The year {at.year} is out of range.")
    return at.astimezone(UTC).replace(microsecond=0)


def _bad_instant(detail: str) -> Refused:
    return Refused("bad-instant", "That time cannot be meant", detail)
