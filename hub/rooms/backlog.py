"""How long rooms have waited for the broker: what was seen waiting, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hub.clock import Clock
from hub.db.database import Database
from hub.rooms.revisions import unpublished
from hub.waiting import every

LOOKS_EVERY_S = 1.0


class Backlog:
    """A room waits as long as the broker has the same revision of it, which is not its newest."""

    def __init__(self) -> None:
        self._since: dict[tuple[str, int], datetime] = {}

    def oldest_s(self, waiting: Mapping[str, int], now: datetime) -> float:
        """The seconds that the longest of these (`unpublished`) has been seen waiting; 0 where none does."""
        self._since = {one: min(self._since.get(one, now), now) for one in waiting.items()}
        return max((now - since).total_seconds() for since in self._since.values()) if self._since else 0.0

    @property
    def empty(self) -> bool:
        """Whether none was waiting at the last look."""
        return not self._since

    async def watch(self, database: Database, clock: Clock) -> None:
        """Looks each second until cancelled: what is told when somebody asks does not depend on who asked before."""

        async def look() -> None:
            now = clock.now()
            self.oldest_s(await database.read(lambda session: unpublished(session, now)), now)

        await every(LOOKS_EVERY_S, look, "see which rooms wait for their state to go out")
