"""Which panels may do what at a broker that is elsewhere, and that this stays so."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from sqlalchemy.orm import Session

from hub.db.database import Database
from hub.events import PanelChanged
from hub.mqtt.broker_auth import Access, panel_access
from hub.mqtt.client import KeptBroker
from hub.panel import broker_logins, service
from hub.waiting import sparing, woken_by
from shared import topics

log = logging.getLogger(__name__)

LOOKS_EVERY_S = 1.0


class RuleKeeper(Protocol):
    """Carries the hub's rules to one kind of broker."""

    async def keep(self, wanted: Mapping[str, Access], secrets: Mapping[str, str]) -> set[str]:
        """From now on exactly these panels may do exactly this; who is connected and may no more is cut off.

        `secrets` are those that the broker may not know yet, by panel; returns whose it knows now.
        """


class NoRules:
    """A broker that asks the hub at each login (EMQX and kin). Who is connected stays until it connects again."""

    async def keep(self, _wanted: Mapping[str, Access], _secrets: Mapping[str, str]) -> set[str]:
        return set()


class OutsideDoors:
    """Compares what the database wants with what was last kept: whichever process changed it."""

    def __init__(self, database: Database, broker: KeptBroker, keeper: RuleKeeper) -> None:
        self._database, self._broker, self._keeper = database, broker, keeper
        self._kept: dict[str, int | None] | None = None
        """The key of each panel's room as the broker was last told; None: nothing is known yet."""
        self._link = 0

    async def run(self, tell_to_move: Callable[[str], Awaitable[None]]) -> None:
        """Looks whenever a panel changes, and each second, until cancelled."""
        while True:
            with self._database.events.listen() as stream:
                try:
                    async with sparing(LOOKS_EVERY_S):
                        await self._look_if_linked(tell_to_move)
                except (ConnectionError, TimeoutError) as error:
                    log.warning("the broker's rules are not kept: %s", error)
                except Exception:
                    log.exception("could not see whether panels were moved or revoked")
                await woken_by(PanelChanged, stream, LOOKS_EVERY_S)

    async def _look_if_linked(self, tell_to_move: Callable[[str], Awaitable[None]]) -> None:
        if self._broker.link:
            await self.look(tell_to_move)

    async def look(self, tell_to_move: Callable[[str], Awaitable[None]]) -> None:
        """A new link may lead to a broker that has forgotten, so there everything is told."""
        link = self._broker.link
        doors, secrets = await self._database.read(_doors)
        if link == self._link and doors == self._kept and not secrets:
            return
        await self._keep(secrets)
        before, self._kept, self._link = self._kept, doors, link
        for panel_id in (before or {}).keys() - doors.keys():
            log.info("panel %s was revoked", panel_id)
            for topic in _retained_of(panel_id):
                await self._broker.publish(topic, b"", retain=True)
        for panel_id in doors.keys() & (before or {}).keys():
            if before is not None and doors[panel_id] != before[panel_id]:
                await tell_to_move(panel_id)

    async def _keep(self, secrets: dict[str, str]) -> None:
        room_ids = await self._database.read(service.room_ids)
        wanted = {panel_id: panel_access(panel_id, room_id) for panel_id, room_id in room_ids.items()}
        known = await self._keeper.keep(wanted, secrets)
        told = {panel_id: secrets[panel_id] for panel_id in known}
        if told:
            await self._database.write(lambda session: broker_logins.forget(session, told))


def _doors(session: Session) -> tuple[dict[str, int | None], dict[str, str]]:
    return service.doors(session), broker_logins.waiting(session)


def _retained_of(panel_id: str) -> list[str]:
    down = [topics.panel_down(panel_id, leaf) for leaf in topics.RETAINED_DOWN]
    return [*down, topics.panel_up(panel_id, "presence")]
