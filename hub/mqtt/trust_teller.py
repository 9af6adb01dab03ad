"""Tells panels which CAs to trust, so that a CA can follow another without a visit to any of them."""

from __future__ import annotations

from collections.abc import Callable

from hub.mqtt.client import Broker
from hub.waiting import every
from shared import topics

LOOKS_EVERY_S = 5.0


class TrustTeller:
    """`authorities()` gives one or two CAs as DER: they fit into what a panel takes in one piece (1024 bytes)."""

    def __init__(self, authorities: Callable[[], list[bytes]], broker: Broker) -> None:
        self._authorities, self._broker = authorities, broker
        self._now: list[bytes] = []
        """As `look` has read the files: a crowd's hellos need not."""
        self._all_know = True

    async def tell(self, panel_id: str) -> None:
        """Retained, and said at every hello besides, for an outside broker may have lost it."""
        payload = b"".join(self._now or self._authorities())
        await self._broker.publish(topics.panel_down(panel_id, "trust"), payload, retain=True)

    async def run(self) -> None:
        """Tells every panel that is here whenever there is another CA, until cancelled."""
        self._now = self._authorities()
        await every(LOOKS_EVERY_S, self.look, "tell the panels which CA to trust")

    async def look(self) -> None:
        """A hello that comes meanwhile is answered with the new ones already. Where telling fails, all are told next time."""
        found = self._authorities()
        if found != self._now:
            self._now, self._all_know = found, False
        if not self._all_know:
            for panel_id in self._broker.connected():
                await self.tell(panel_id)
            self._all_know = True
