"""How long rooms have waited for the broker: what whoever asks again and again has seen since when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime


class Backlog:
    """A room waits as long as the broker has the same revision of it, which is not its newest."""

    def __init__(self) -> None:
        self._since: dict[tuple[str, int], datetime] = {}

    def oldest_s(self, unpublished: Mapping[str, int], now: datetime) -> float:
        """The seconds that the longest of these (`rooms.unpublished`) has been seen waiting; 0 where none does."""
        waiting = unpublished.items()
        self._since = {one: min(self._since.get(one, now), now) for one in waiting}
        return max((now - since).total_seconds() for since in self._since.values()) if self._since else 0.0
