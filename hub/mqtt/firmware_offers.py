"""Offers firmware to the panels whose turn it is, and hears what became of it."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from hub.clock import Clock
from hub.db.database import Database
from hub.mqtt.client import Broker
from hub.mqtt.payloads import storable
from hub.panel import rollouts
from hub.settings import Settings
from hub.waiting import every
from shared import topics
from shared.firmware_offer import encode
from shared.panel_presence import parse_hello

if TYPE_CHECKING:
    from shared.firmware_offer import FirmwareOffer

log = logging.getLogger(__name__)

LOOKS_EVERY_S = 5.0


class FirmwareOffers:
    """Offers are retained: a panel that sleeps finds its own when it comes back."""

    def __init__(self, settings: Settings, database: Database, clock: Clock, broker: Broker) -> None:
        self._settings, self._database, self._clock, self._broker = settings, database, clock, broker
        self._told: dict[str, FirmwareOffer] = {}

    async def run(self) -> None:
        await self.look()
        await every(LOOKS_EVERY_S, self.look, "see to the rollout of firmware")

    async def look(self) -> None:
        """Moves the rollout on, and tells every panel whose offer is another than before."""
        now = self._clock.now()

        def advance(session: Session) -> dict[str, FirmwareOffer]:
            rollouts.advance(session, now)
            return rollouts.offers(session, self._settings.url)

        wanted = await self._database.write(advance)
        for panel_id in {*wanted, *self._told}:
            if wanted.get(panel_id) != self._told.get(panel_id):
                await self._tell(panel_id, wanted.get(panel_id))
        self._told = wanted

    async def take_hello(self, panel_id: str, payload: bytes) -> None:
        """Hears of a firmware that came to nothing; says again what is offered, for an outside broker may have lost
        it."""
        with suppress(ValueError):
            failed = storable(parse_hello(payload))["update"]
            if failed is not None:
                log.warning("panel %s did not take a firmware: %s", panel_id, failed)
                now = self._clock.now()
                await self._database.write(
                    lambda session: rollouts.note_failure(session, panel_id, failed, now)
                )
                await self.look()
        if panel_id in self._told:
            await self._tell(panel_id, self._told[panel_id])

    async def _tell(self, panel_id: str, offer: FirmwareOffer | None) -> None:
        payload = encode(offer).encode() if offer else b""
        await self._broker.publish(topics.panel_down(panel_id, "update"), payload, retain=True)
