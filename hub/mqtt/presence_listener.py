"""Which panels are there: takes `hello`, presence and telemetry, and keeps the record of contact."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from hub.clock import Clock, unix
from hub.db.database import Database
from hub.db.together import Gathering, Together
from hub.errors import DomainError, NotFound
from hub.mqtt.client import Broker
from hub.mqtt.panel_settings import PanelSettings
from hub.mqtt.payloads import storable
from hub.mqtt.state_publisher import StatePublisher
from hub.panel import service
from hub.panel.service import PanelRecord
from hub.rooms import service as rooms
from hub.rooms.service import Policy, RoomRecord
from hub.waiting import every
from shared import checked, topics
from shared.panel_presence import HEARTBEAT_S, ONLINE, parse_hello, parse_presence, welcome

if TYPE_CHECKING:
    from shared.panel_presence import Hello, Presence

log = logging.getLogger(__name__)

LOOKS_EVERY_S = 1.0
CONTACT_BEAT_S = 30.0
TELEMETRY_BYTES = 2048


class PresenceListener:
    """Answers `hello` with whatever the panel lacks, and then with `welcome`."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        broker: Broker,
        publisher: StatePublisher,
        panel_settings: PanelSettings,
    ) -> None:
        self._database, self._clock = database, clock
        self._together = Together(database)
        self._hellos = Gathering[tuple[str, "Hello"], tuple[PanelRecord, Policy]](self._greet)
        self._presences = Gathering[tuple[str, "Presence"], None](self._note)
        self._broker, self._publisher, self._panel_settings = broker, publisher, panel_settings
        self._here: set[str] = set()
        self._heard: dict[str, datetime] = {}
        """What is not yet stored of when each panel gave a sign of life."""

    async def begin(self) -> None:
        """Before the broker starts: whatever the last run left open is closed as of its last sign of life."""
        await self._database.write(service.lose_all)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(every(LOOKS_EVERY_S, self.miss_the_lost, "see which panels are gone"))
            tasks.create_task(every(CONTACT_BEAT_S, self.keep_contact, "keep the record of contact"))
            tasks.create_task(every(HEARTBEAT_S, self.welcome_all, "welcome the panels again"))

    async def end(self) -> None:
        """After the broker has stopped: the hub leaves its panels on purpose."""
        now, heard = self._clock.now(), self._take_heard()

        def leave(session: Session) -> None:
            service.note_heard(session, heard)
            rooms.heartbeat_contacts(session, now)
            service.lose_all(session)

        await self._database.write(leave)

    async def take_hello(self, panel_id: str, payload: bytes) -> None:
        try:
            hello = storable(parse_hello(payload))
            panel, site = await self._hellos.put((panel_id, hello))
        except (ValueError, NotFound) as error:
            log.warning("hello of panel %s is not taken: %s", panel_id, error)
            return
        self._here.add(panel_id)
        await self._panel_settings.tell_door(panel_id, panel.room, site)
        room = panel.room
        if room is not None and hello["roomId"] == room.id and hello["revision"] != room.revision:
            await self._publisher.publish_again(room.id)
        await self._welcome(panel.id, room)

    async def _greet(
        self, hellos: Sequence[tuple[str, Hello]]
    ) -> list[tuple[PanelRecord, Policy] | DomainError]:
        now = self._clock.now()

        def greet(session: Session) -> list[tuple[PanelRecord, Policy] | DomainError]:
            site = rooms.site_policy(session)
            answers = service.greet_all(session, hellos, now)
            return [one if isinstance(one, DomainError) else (one, site) for one in answers]

        return await self._database.write(greet)

    async def _note(self, said: Sequence[tuple[str, Presence]]) -> list[NotFound | None]:
        now = self._clock.now()
        return await self._database.write(lambda session: service.set_presences(session, said, now))

    async def take_presence(self, panel_id: str, payload: bytes) -> None:
        try:
            said = parse_presence(payload)
            await self._presences.put((panel_id, said))
        except (ValueError, NotFound) as error:
            log.warning("presence of panel %s is not taken: %s", panel_id, error)
            return
        if said["status"] == ONLINE:
            self._here.add(panel_id)

    async def take_telemetry(self, panel_id: str, payload: bytes) -> int | None:
        """The number of the picture on the glass, where it tells."""
        try:
            told = _telemetry(payload)
            now = self._clock.now()
            panel = await self._together.write(
                lambda session: service.note_telemetry(session, panel_id, told, now)
            )
        except (ValueError, NotFound) as error:
            log.warning("telemetry of panel %s is not taken: %s", panel_id, error)
            return None
        return panel.frame

    async def welcome_all(self) -> None:
        """The heartbeat: the panels' clock, and what each should be showing."""
        there = self._here & self._broker.connected()
        for panel_id, room in (await self._database.read(service.rooms_of_panels)).items():
            if panel_id in there:
                await self._welcome(panel_id, room)

    async def _welcome(self, panel_id: str, room: RoomRecord | None) -> None:
        said = welcome(unix(self._clock.now()), room.id if room else None, room.revision if room else 0)
        await self._broker.publish(topics.panel_down(panel_id, "welcome"), said.encode())

    async def keep_contact(self) -> None:
        """Whoever is here still is; the beat is well under `rooms.contact.GRACE`."""
        now, heard = self._clock.now(), self._take_heard()
        heard |= dict.fromkeys(self._here & self._broker.connected(), now)

        def keep(session: Session) -> None:
            service.note_heard(session, heard)
            rooms.heartbeat_contacts(session, now)

        await self._database.write(keep)

    def hear(self, panel_id: str) -> None:
        """Whatever it said, it is alive. Stored with the next beat."""
        self._heard[panel_id] = self._clock.now()

    def _take_heard(self) -> dict[str, datetime]:
        heard, self._heard = self._heard, {}
        return heard

    async def miss_the_lost(self) -> None:
        """A panel whose connection ended without its will: it had none, or said goodbye."""
        lost = self._here - self._broker.connected()
        if not lost:
            return
        now = self._clock.now()

        def lose(session: Session) -> None:
            service.lose_each(
                session, lost - self._broker.connected(), now
            )  # one may have come back while we waited

        await self._database.write(lose)
        self._here -= lost - self._broker.connected()


def _telemetry(payload: bytes) -> dict[str, Any]:
    told = checked.json_object(payload, TELEMETRY_BYTES)
    checked.optional_integer(told, "frame", 0, 2**31 - 1)
    checked.optional_text(told, "screen", 32)
    if told.get("revision") is None:
        told.pop("revision", None)
    else:
        checked.integer(told, "revision", 0, 2**31 - 1)
    if not _plain(told):
        raise ValueError("it holds what telemetry does not")
    return storable(told)


def _plain(value: Any, levels: int = 3) -> bool:
    """Whether any JSON reader takes it: finite numbers of 53 bits, no lists, and no depths."""
    if isinstance(value, dict):
        return levels > 0 and all(_plain(one, levels - 1) for one in value.values())
    if isinstance(value, int | float):
        return abs(value) <= 2**53
    return value is None or isinstance(value, str)
