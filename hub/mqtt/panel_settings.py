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
from hub.panel.service import PanelRecord
from hub.rooms import service as rooms
from hub.rooms.service import Policy
from hub.settings import Settings
from hub.waiting import woken_by
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
            await self._say(panel_id, self._config(found, policy))

    async def run(self) -> None:
        """Tells those for whom something has changed, until cancelled: at once where this process changed it."""
        while True:
            with self._database.events.listen() as stream:
                try:
                    await self._tell_changed()
                except Exception:
                    log.exception("could not tell panels their settings")
                await woken_by(RoomChanged, stream, LOOKS_EVERY_S)

    async def _tell_changed(self) -> None:
        there = self._broker.connected()
        panels, policy = await self._database.read(
            lambda session: (service.panels(session), rooms.site_policy(session))
        )
        self._said = {panel.id: self._said[panel.id] for panel in panels if panel.id in self._said}
        for panel in panels:
            config = self._config(panel, policy)
            if panel.id in there and self._said.get(panel.id, config) != config:
                await self._say(panel.id, config)

    async def _say(self, panel_id: str, config: bytes) -> None:
        self._said[panel_id] = config
        await self._broker.publish(topics.panel_down(panel_id, "config"), config, retain=True)

    def _config(self, panel: PanelRecord, site: Policy) -> bytes:
        policy = panel.room.policy if panel.room else site
        config: dict[str, object] = {
            "v": 1,
            "roomId": panel.room_id,
            "roomName": panel.room.name if panel.room else None,
            "language": policy.panel_language,
            "hour24": policy.panel_hour24,
            "theme": policy.panel_theme,
            "webUrl": self._settings.url,
            "qos": subscription_qos(self._settings),
        }
        if self._settings.hub_addresses:
            config["hubAddresses"] = list(self._settings.hub_addresses)
        return json.dumps(config, ensure_ascii=False).encode()  # a panel takes 1024 bytes
