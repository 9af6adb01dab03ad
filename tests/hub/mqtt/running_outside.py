"""The hub's end at a broker of its own, on a loop of its own thread; the test speaks to it as the hub would.

One runs for all tests: each has a `Building` of its own, and leaves nothing retained behind.
"""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from hub.mqtt.broker_address import broker_address
from hub.mqtt.broker_auth import Access, panel_access
from hub.mqtt.dynamic_security import DynamicSecurity
from hub.mqtt.nats_callout import NatsCallout
from hub.mqtt.outside_broker import Membership, OutsideBroker
from shared import topics
from tests.hub.mqtt.running_broker import PATIENCE_S, Building, wait_until
from tests.mosquitto import HUB, Mosquitto
from tests.nats_cluster import NatsCluster


class RunningOutside:
    def __init__(self, server: Mosquitto | NatsCluster) -> None:
        self.server = server
        self.building = Building()
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self._retained: set[str] = set()
        self.run(self._start())
        wait_until(lambda: self.broker.link)

    async def _start(self) -> None:
        self.broker = OutsideBroker(
            broker_address(self.server.url), Membership(client_id="circletime-hub"), self._take
        )
        if isinstance(self.server, NatsCluster):
            self._keeper: Any = NatsCallout(self.server.servers, self.server.seed, self._decide)
            await self._keeper.start()
        else:
            self._keeper = DynamicSecurity(self.broker, HUB)
        await self.broker.start()

    @property
    def port(self) -> int:
        """On NATS another node than the hub's."""
        return self.server.mqtt_ports[1] if isinstance(self.server, NatsCluster) else self.server.port

    async def _take(self, client_id: str, topic: str, payload: bytes) -> None:
        await self.building.on_message(client_id, topic, payload)

    async def _decide(self, client_id: str, username: str | None, password: str | None) -> Access | None:
        return await self.building.decide(client_id, username, password)

    def move_in(self, building: Building) -> RunningOutside:
        self.building = building
        self.keep(anew=True)
        return self

    def keep(self, *, anew: bool = False) -> None:
        """Brings the building's rules to the broker; where that cut the hub's own link, once more."""
        there = self.building.rooms.keys() - self.building.revoked
        wanted = {one: panel_access(one, self.building.rooms[one]) for one in there}
        secrets = {one: f"secret of {one}" for one in wanted} if anew else {}

        def kept() -> bool:
            try:
                self.run(self._keeper.keep(wanted, secrets))
            except ConnectionError:
                return False
            return True

        wait_until(kept)
        wait_until(lambda: self.broker.link)

    def run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE_S * 2)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        if retain:
            self._retained.add(topic)
        self.run(self.broker.publish(topic, payload, retain=retain))

    def move(self, panel_id: str, room_id: str | None) -> None:
        self.building.rooms[panel_id] = room_id
        self.keep()

    def revoke(self, panel_id: str) -> None:
        self.building.revoked.add(panel_id)
        self.keep()

    def move_out(self) -> None:
        for topic in self._retained | {topics.panel_up(f"p{n}", "presence") for n in range(1, 4)}:
            self.run(self.broker.publish(topic, b"", retain=True))
        self._retained.clear()

    def close(self) -> None:
        self.run(self.broker.stop())
        if isinstance(self._keeper, NatsCallout):
            self.run(self._keeper.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE_S)
        self.loop.close()
