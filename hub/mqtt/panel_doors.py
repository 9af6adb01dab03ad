"""Which panels get in, and what each may hear: its own room and nothing else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from hub.db.database import Database
from hub.db.together import Gathering
from hub.events import PanelChanged
from hub.mqtt.broker_auth import Access, panel_access
from hub.mqtt.client import OwnBroker
from hub.panel import service
from hub.waiting import sparing, woken_by
from shared import topics
from shared.topics import valid_id

log = logging.getLogger(__name__)

LOOKS_EVERY_S = 1.0
MOVE_PATIENCE_S = 2.0


class PanelDoors:
    """Decides at login. Whoever is revoked later is cut off, whichever process did it.

    A panel that was moved hears its old room no longer, is told to move, and connects again by itself; it is
    cut off where it does not.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._logins = Gathering[tuple[str, str], tuple[bool, int | None, str | None]](self._look_up)
        self._granted: dict[str, int | None] = {}
        """The key of the room whose state each panel was let in to."""
        self._patience_until_s: dict[str, float] = {}
        """By the loop's clock; panels that were told to move."""

    async def decide(self, client_id: str, username: str | None, password: str | None) -> Access | None:
        """What this client may do, or None: client id and user name are the panel's id, the password its secret."""
        if username != client_id or password is None or not valid_id(client_id):
            return None
        known, room_key, room_id = await self._logins.put((client_id, password))
        if not known:
            return None
        self._granted[client_id] = room_key
        return panel_access(client_id, room_id)

    async def _look_up(self, logins: Sequence[tuple[str, str]]) -> list[tuple[bool, int | None, str | None]]:
        return await self._database.read(lambda session: service.rooms_for_logins(session, logins))

    async def run(self, broker: OwnBroker, tell_to_move: Callable[[str], Awaitable[None]]) -> None:
        """Looks whenever a panel changes, and each second, until cancelled."""
        while True:
            with self._database.events.listen() as stream:
                try:
                    async with sparing(LOOKS_EVERY_S):
                        await self.look(broker, tell_to_move)
                except Exception:
                    log.exception("could not see whether panels were moved or revoked")
                await woken_by(PanelChanged, stream, LOOKS_EVERY_S)

    async def look(self, broker: OwnBroker, tell_to_move: Callable[[str], Awaitable[None]]) -> None:
        doors = await self._database.read(service.doors)
        connected = broker.connected()
        for panel_id in (self._granted.keys() | connected) - doors.keys():
            await self._shut_out(broker, panel_id, connected=panel_id in connected)
        for panel_id in connected & doors.keys():
            await self._see_to_move(broker, panel_id, doors[panel_id], tell_to_move)

    async def _shut_out(self, broker: OwnBroker, panel_id: str, *, connected: bool) -> None:
        """Nothing stays of a revoked panel; looked at once more, since it may have been greeted at that moment."""
        if connected:
            log.info("panel %s was revoked, and is cut off", panel_id)
        else:
            del self._granted[panel_id]
            self._patience_until_s.pop(panel_id, None)
        await broker.disconnect(panel_id)
        for leaf in topics.RETAINED_DOWN:
            await broker.publish(topics.panel_down(panel_id, leaf), b"", retain=True)

    async def _see_to_move(
        self,
        broker: OwnBroker,
        panel_id: str,
        room_key: int | None,
        tell_to_move: Callable[[str], Awaitable[None]],
    ) -> None:
        now_s = asyncio.get_running_loop().time()
        if room_key == self._granted.get(panel_id):
            self._patience_until_s.pop(panel_id, None)
        elif panel_id not in self._patience_until_s:
            self._patience_until_s[panel_id] = now_s + MOVE_PATIENCE_S
            broker.restrict(panel_id, panel_access(panel_id, None))
            await tell_to_move(panel_id)
        elif now_s >= self._patience_until_s[panel_id]:
            log.info("panel %s was moved, and is cut off", panel_id)
            await broker.disconnect(panel_id)
