"""The hub's end of the panels' MQTT, put together: what starts after what, and who takes which message."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress

from hub.clock import Clock
from hub.db.base import new_id
from hub.db.database import Database
from hub.measures import LEADS
from hub.mqtt.client import Broker, OnMessage
from hub.mqtt.command_listener import CommandListener
from hub.mqtt.firmware_offers import FirmwareOffers
from hub.mqtt.panel_settings import PanelSettings
from hub.mqtt.presence_listener import PresenceListener
from hub.mqtt.remote_panels import RemotePanels
from hub.mqtt.request_listener import RequestListener
from hub.mqtt.state_publisher import StatePublisher
from hub.mqtt.trust_teller import TrustTeller
from hub.settings import Settings
from shared import topics
from shared.panel_presence import OFFLINE, ONLINE, presence

log = logging.getLogger(__name__)


KeepDoors = Callable[[Callable[[str], Awaitable[None]]], Coroutine[None, None, None]]
"""Runs until cancelled, and sees that panels may do at the broker what they may; it is given who tells a panel to move."""

OpenBroker = Callable[[OnMessage, str], tuple[Broker, KeepDoors]]
"""`open_broker(on_message, boot_id)` makes the broker, which is not started yet, and who keeps its doors."""


class Switchboard:
    """Serves the panels between `start` and `stop`."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        open_broker: OpenBroker,
        authorities: Callable[[], list[bytes]] | None = None,
    ) -> None:
        """`authorities()` are the CAs that panels are to trust, as DER; None where none is told."""
        self._boot_id = new_id()
        self._broker, self._keep_doors = open_broker(self._take, self._boot_id)
        self.panels = RemotePanels(self._broker)
        self._publisher = StatePublisher(database, clock, self._broker)
        self._settings = PanelSettings(settings, database, self._broker)
        self._presence = PresenceListener(database, clock, self._broker, self._publisher, self._settings)
        self._firmware = FirmwareOffers(settings, database, clock, self._broker)
        self._trust = TrustTeller(authorities, self._broker) if authorities else None
        self._commands = CommandListener(database, clock, self._broker)
        self._requests = RequestListener(database, clock, self._broker)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """The embedded broker knows every room's state before it lets the first panel in.

        Raises OSError where the broker's port is taken.
        """
        await self._presence.begin()
        await self._broker.start(self._tell_all)
        self.panels.open()
        runs = (
            self._publisher.run(),
            self._presence.run(),
            self._settings.run(),
            self._firmware.run(),
            self._keep_doors(self._settings.tell),
        )
        self._tasks = [asyncio.create_task(run) for run in runs]
        if self._trust:
            self._tasks.append(asyncio.create_task(self._trust.run()))
        LEADS.set(1)

    async def stop(self, *, last: bool = True) -> None:
        """Every connection ends; the panels have been told that it was on purpose.

        `last`: nobody else serves the panels now, so all contact with them ends here.
        """
        LEADS.set(0)
        self.panels.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(ConnectionError):  # then its last will says so
            await self._say(OFFLINE)
        await self._broker.stop()
        if last:
            await self._presence.end()

    async def _tell_all(self) -> None:
        """Presence first: on a link made anew the panels wait for it, and say hello."""
        await self._say(ONLINE)
        await self._publisher.seed()

    async def _say(self, status: str) -> None:
        said = presence(status, self._boot_id).encode()
        await self._broker.publish(topics.HUB_PRESENCE, said, retain=True)

    async def _take(self, _client_id: str, topic: str, payload: bytes) -> None:
        address = topics.parse(topic)
        if address is None or address[0] != "up":
            return
        _, panel_id, leaf = address
        if leaf != "presence":  # which may be its last will
            self._presence.hear(panel_id)
        match leaf:
            case "hello":
                await self.panels.greet(panel_id)
                await self._presence.take_hello(panel_id, payload)
                if self._trust:
                    await self._trust.tell(panel_id)
                await self._firmware.take_hello(panel_id, payload)
            case "presence":
                await self._presence.take_presence(panel_id, payload)
            case "telemetry":
                frame = await self._presence.take_telemetry(panel_id, payload)
                self.panels.note_frame(panel_id, frame)
            case "command":
                await self._commands.take(panel_id, payload)
            case "request":
                await self._requests.take(panel_id, payload)
            case "screen":
                self.panels.take_strip(panel_id, payload)
            case _:
                log.info("panel %s asks for what this hub does not know", panel_id)
