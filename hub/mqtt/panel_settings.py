"""What each panel is told of its door: its room, and how the glass is to speak, count hours and look (`down/config`)."""

from __future__ import annotations

import json
import logging
from contextlib import suppress

from hub.db.database import Database
from hub.errors import NotFound
from hub.events import RoomChanged
from hub.mqtt.broker_address import subscription_qos
from hub.mqtt.client import Broker
from hub.panel import service
from hub.rooms import service as rooms
from hub.rooms.service import Policy, RoomRecord
from hub.settings import Settings
from hub.waiting import sparing, woken_by
from shared import topics

log = logging.getLogger(__name__)

LOOKS_EVERY_S = 5.0


class PanelSettings:
    """Retained, and said at every hello besides, for an outside broker may have lost it."""

    def __init__(self, settings: Settings, database: Database, broker: Broker) -> None:
        self._settings, self._database, self._broker = settings, database, broker
        self._said: dict[str, bytes] = {}

    async def tell(self, panel_id: str) -> None:
        """Whether or not anything has changed; a panel that is gone is not told."""
        with suppress(NotFound):
            found, policy = await self._database.read(
                lambda session: (service.panel(session, panel_id), rooms.site_policy(session))
            )
            await self.tell_door(panel_id, found.room, policy)

    async def tell_door(self, panel_id: str, room: RoomRecord | None, site: Policy) -> None:
        """The same, where it is known what to tell."""
        await self._say(panel_id, self._config(room, site))

    async def run(self) -> None:
        """Tells those for whom something has changed, until cancelled: at once where this process changed it."""
        while True:
            with self._database.events.listen() as stream:
                try:
                    async with sparing(LOOKS_EVERY_S):
                        await self._tell_changed()
                except Exception:
                    log.exception("could not tell panels their settings")
                await woken_by(RoomChanged, stream, LOOKS_EVERY_S)

    async def _tell_changed(self) -> None:
        there = self._broker.connected()
        panels, policy = await self._database.read(
            lambda session: (service.rooms_of_panels(session), rooms.site_policy(session))
        )
        self._said = {panel_id: said for panel_id, said in self._said.items() if panel_id in panels}
        at = {room.key if room else 0: room for room in panels.values()}
        configs = {key: self._config(room, policy) for key, room in at.items()}
        for panel_id, room in panels.items():
            config = configs[room.key if room else 0]
            if panel_id in there and self._said.get(panel_id, config) != config:
                await self._say(panel_id, config)

    async def _say(self, panel_id: str, config: bytes) -> None:
        self._said[panel_id] = config
        await self._broker.publish(topics.panel_down(panel_id, "config"), config, retain=True)

    def _config(self, room: RoomRecord | None, site: Policy) -> bytes:
        policy = room.policy if room else site
        config: dict[str, object] = {
            "v": 1,
            "roomId": room.id if room else None,
            "roomName": room.name if room else None,
            "language": policy.panel_language,
            "hour24": policy.panel_hour24,
            "theme": policy.panel_theme,
            "webUrl": self._settings.url,
            "qos": subscription_qos(self._settings),
        }
        if self._settings.hub_addresses:
            config["hubAddresses"] = list(self._settings.hub_addresses)
        return json.dumps(config, ensure_ascii=False).encode()  # a panel takes 1024 bytes
