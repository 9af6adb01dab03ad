"""Now, injected: nobody else in the hub asks the host for the time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Gives the present moment, read anew each time: an aware UTC datetime in whole seconds."""

    def now(self) -> datetime: ...


class WallClock:
    """The host's wall clock; a step in either direction is followed at once (contract, "Rules of time")."""

    def now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0)


def unix(at: datetime) -> int:
    """Whole seconds since 1970 UTC."""
    return int(at.timestamp())


def from_unix(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
