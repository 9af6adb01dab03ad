"""A hub at a broker elsewhere: one of any number on the same database.

All of them serve the web, ask panels for their glass and press their keys. One leads: it alone publishes, takes
commands and presence, and keeps the broker's rules. It connects with a client id that never changes, so a new
leader's connect is the old one's end, even of one that does not know yet that it leads no more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hub.clock import Clock
from hub.db.base import new_id
from hub.db.database import Database
from hub.db.leadership import Leadership
from hub.mqtt.broker_address import DYNAMIC_SECURITY, BrokerAddress, broker_address, subscription_qos
from hub.mqtt.client import Broker, OnMessage
from hub.mqtt.dynamic_security import DynamicSecurity
from hub.mqtt.nats_callout import NatsCallout
from hub.mqtt.outside_broker import Membership, OutsideBroker
from hub.mqtt.outside_doors import NoRules, OutsideDoors, RuleKeeper
from hub.mqtt.panel_doors import PanelDoors
from hub.mqtt.remote_panels import RemotePanels
from hub.mqtt.switchboard import KeepDoors, Switchboard
from hub.settings import BadSetting, Settings
from shared import checked, topics
from shared.panel_presence import OFFLINE, presence

log = logging.getLogger(__name__)

LEADER = "circletime-hub"
EAR = ("presence", "hello", "telemetry", "screen")
"""What every hub hears."""
LOOKS_EVERY_S = 1.0
LARGEST_REPORT = 2048


class Replica:
    """Serves between `start` and `stop`. Raises BadSetting where the broker can't be meant."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        leadership: Leadership,
        authorities: Callable[[], list[bytes]] | None = None,
    ) -> None:
        """`authorities`: see `Switchboard`."""
        self._settings, self._database, self._clock = settings, database, clock
        self._leadership, self._authorities = leadership, authorities
        self._address: BrokerAddress = broker_address(settings.broker_url or "")
        self._callout = _callout(settings, database)
        self._ear = OutsideBroker(
            self._address,
            Membership(client_id=f"circletime-{new_id()}", hears=EAR, qos=subscription_qos(settings)),
            self._overhear,
        )
        self.panels = RemotePanels(self._ear)
        self._leading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns at once: whatever is away now is there later."""
        if self._callout:
            await self._callout.start()
        await self._ear.start()
        self.panels.open()
        self._leading = asyncio.create_task(self._lead())

    async def stop(self) -> None:
        self.panels.close()
        if self._leading:
            self._leading.cancel()
            await asyncio.gather(self._leading, return_exceptions=True)
        await self._ear.stop()
        if self._callout:
            await self._callout.stop()

    async def _lead(self) -> None:
        while True:
            await self._leadership.gain()
            log.info("this hub leads now")
            try:
                await self._lead_once()
            except Exception:
                log.exception("this hub stops leading")
            finally:
                await self._leadership.release()
            await asyncio.sleep(LOOKS_EVERY_S)

    async def _lead_once(self) -> None:
        """Until it leads no more. A hub that is stopped says goodbye; one that lost its lead leaves all to the next."""
        switchboard = Switchboard(
            self._settings, self._database, self._clock, self._open_broker, self._authorities
        )
        leading = True
        try:
            await switchboard.start()
            while leading := await self._leadership.held():  # noqa: ASYNC110  PostgreSQL has to be asked
                await asyncio.sleep(LOOKS_EVERY_S)
            log.warning("this hub leads no more")
        finally:
            await switchboard.stop(last=leading)

    def _open_broker(self, on_message: OnMessage, boot_id: str) -> tuple[Broker, KeepDoors]:
        will = (topics.HUB_PRESENCE, presence(OFFLINE, boot_id).encode())
        qos = subscription_qos(self._settings)
        member = Membership(client_id=LEADER, will=will, may_connect=self._leadership.held, qos=qos)
        broker = OutsideBroker(self._address, member, on_message)
        doors = OutsideDoors(self._database, broker, self._keeper(broker))
        return broker, doors.run

    def _keeper(self, broker: OutsideBroker) -> RuleKeeper:
        if self._callout:
            self._callout.look_at_everybody()
            return self._callout
        if self._address.access == DYNAMIC_SECURITY:
            return DynamicSecurity(broker, self._address.username or "")
        return NoRules()

    async def _overhear(self, panel_id: str, topic: str, payload: bytes) -> None:
        match topic.rpartition("/")[2]:
            case "hello":
                await self.panels.greet(panel_id)
            case "screen":
                self.panels.take_strip(panel_id, payload)
            case "telemetry":
                self.panels.note_frame(panel_id, _frame(payload))


def _frame(payload: bytes) -> int | None:
    try:
        told: dict[str, Any] = checked.json_object(payload, LARGEST_REPORT)
        checked.optional_integer(told, "frame", 0, 2**31 - 1)
    except ValueError:
        return None
    return told.get("frame")


def _callout(settings: Settings, database: Database) -> NatsCallout | None:
    if settings.nats_url is None:
        return None
    if settings.nats_seed_file is None:
        raise BadSetting("CIRCLETIME_NATS_URL needs CIRCLETIME_NATS_SEED_FILE, the issuer's account seed")
    try:
        seed = Path(settings.nats_seed_file).read_bytes().strip()
        return NatsCallout(settings.nats_url.split(","), seed, PanelDoors(database).decide)
    except (OSError, ValueError) as error:
        raise BadSetting(f"CIRCLETIME_NATS_SEED_FILE holds no account seed: {error}") from error
