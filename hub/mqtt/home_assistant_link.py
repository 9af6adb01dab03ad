"""The link to Home Assistant's broker: tells it of every room, and again of each that has changed.

Nothing is kept of what it knows but while the link is there: each new link begins with all rooms, and takes away
the devices of rooms that are gone.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from contextlib import suppress
from datetime import datetime

import aiomqtt
from sqlalchemy.orm import Session

from hub.clock import Clock
from hub.db.base import new_id
from hub.db.database import Database
from hub.db.leadership import Leadership
from hub.events import Missed, PanelChanged, RoomChanged, Stream
from hub.mqtt import home_assistant as told
from hub.mqtt.broker_address import BrokerAddress
from hub.mqtt.outside_broker import Link, reason_of
from hub.panel import room_view
from hub.panel import service as panels
from hub.panel.health import Vitals
from hub.rooms import service as rooms
from hub.rooms.service import RoomFilter

log = logging.getLogger(__name__)

LOOKS_AT_ALL_EVERY_S = 60.0
"""Other processes write to the same database; telemetry is no event."""
PATIENCE_S = 3.0
"""Then it is asked whether this hub still leads."""
GATHERS_FOR_S = 0.3
ECHO_S = 5.0
RETRY_S = 5.0
KEEPALIVE_S = 30
MOST_ROOMS = 100_000


class HomeAssistantLink:
    """`run` holds it until cancelled, at one of the hubs on a database."""

    def __init__(
        self, address: BrokerAddress, database: Database, clock: Clock, leadership: Leadership, url: str
    ) -> None:
        """`url`: where people find the hub."""
        self._address, self._database, self._clock, self._url = address, database, clock, url
        self._leadership = leadership
        self._said: dict[str, bytes] = {}
        """Since the link is there, by topic."""
        self._there: set[str] = set()
        """The rooms that Home Assistant has a device of."""
        self._echoed = False
        """Brokers drop in silence what somebody may not publish."""

    async def run(self) -> None:
        for host, port in itertools.cycle(self._address.hosts):
            await self._leadership.gain()
            try:
                await self._session(host, port)
            except* (aiomqtt.MqttError, OSError) as errors:
                log.warning("no link to Home Assistant's broker: %s", reason_of(errors))
            except* Exception:
                log.exception("the link to Home Assistant's broker ended")
            finally:
                await self._leadership.release()
            await asyncio.sleep(RETRY_S)

    async def _session(self, host: str, port: int) -> None:
        address = self._address
        async with Link(
            host,
            port,
            username=address.username,
            password=address.password,
            tls_context=address.tls,
            identifier=f"circletime-{new_id()}",
            will=aiomqtt.Will(told.AVAILABILITY, told.OFFLINE, qos=1, retain=True),
            keepalive=KEEPALIVE_S,
        ) as client:
            self._said, self._there, self._echoed = {}, set(), False
            log.info("linked to Home Assistant's broker at %s:%d", host, port)
            with self._database.events.listen() as stream:
                async with asyncio.TaskGroup() as tasks:
                    listening = tasks.create_task(self._listen(client, stream))
                    try:
                        await self._tell(client, stream)
                    finally:
                        listening.cancel()
                        with suppress(aiomqtt.MqttError):
                            await client.publish(told.AVAILABILITY, told.OFFLINE, qos=1, retain=True)

    async def _listen(self, client: aiomqtt.Client, stream: Stream) -> None:
        """What Home Assistant says is news as a room's is."""
        await client.subscribe(
            [(topic, 1) for topic in (told.BIRTH, told.AVAILABILITY, f"{told.DISCOVERY}+/config")]
        )
        async for message in client.messages:
            topic, payload = str(message.topic), bytes(message.payload or b"")
            room_id = told.room_of(topic)
            if topic == told.AVAILABILITY and payload == told.ONLINE and not message.retain:
                self._echoed = True
            if topic == told.BIRTH and payload == told.ONLINE:
                self._said.clear()
                stream.put(Missed())
            elif room_id and payload and room_id not in self._there:
                self._there.add(room_id)
                stream.put(Missed())

    async def _tell(self, client: aiomqtt.Client, stream: Stream) -> None:
        """Until this hub leads no more."""
        loop = asyncio.get_running_loop()
        await self._say(client, None)
        await client.publish(told.AVAILABILITY, told.ONLINE, qos=1, retain=True)
        said_all = loop.time()
        loop.call_later(ECHO_S, self._look_for_echo)
        while await self._leadership.held():
            changed = await _changed(stream)
            if changed is None or loop.time() - said_all > LOOKS_AT_ALL_EVERY_S:
                await self._say(client, None)
                said_all = loop.time()
            elif changed:
                await self._say(client, changed)

    def _look_for_echo(self) -> None:
        if not self._echoed:
            log.warning(
                "Home Assistant's broker takes nothing from this hub: let it publish and read %s#, %s# and %s",
                told.ROOT,
                told.DISCOVERY,
                told.BIRTH,
            )

    async def _say(self, client: aiomqtt.Client, only: set[str] | None) -> None:
        """What these rooms are now, as far as it was not said; None: all rooms, and which are gone."""
        now = self._clock.now()
        found = await self._database.read(lambda session: _rooms(session, only, now, self._url))
        for room_id in sorted((self._there if only is None else only) - found.keys()):
            await self._send(client, told.discovery_topic(room_id), b"")
            await self._send(client, told.values_topic(room_id), b"")
            self._there.discard(room_id)
        self._there |= found.keys()
        for each in found.values():
            for topic, payload in each:
                await self._send(client, topic, payload)

    async def _send(self, client: aiomqtt.Client, topic: str, payload: bytes) -> None:
        if self._said.get(topic) != payload:
            await client.publish(topic, payload, qos=1, retain=True)
            self._said[topic] = payload


async def _changed(stream: Stream) -> set[str] | None:
    """The rooms that may have, some moments after the first of them; None: any may have."""
    found: set[str] = set()
    everything = False
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S) as patience:
            while True:
                event = await stream.get()
                soon = asyncio.get_running_loop().time() + GATHERS_FOR_S
                if not (found or everything) and isinstance(event, RoomChanged | PanelChanged | Missed):
                    patience.reschedule(soon)
                if isinstance(event, RoomChanged | PanelChanged) and event.room_id:
                    found.add(event.room_id)
                everything = everything or isinstance(event, Missed)
    if stream.overflowed:
        stream.overflowed, everything = False, True
    return None if everything else found


def _rooms(
    session: Session, only: set[str] | None, now: datetime, url: str
) -> dict[str, list[tuple[str, bytes]]]:
    """Each room's messages by its id, without those that are gone."""
    some = rooms.matching_rooms(session, RoomFilter(), MOST_ROOMS)
    wanted = [room for room in some if only is None or room.id in only]
    vitals: dict[str, list[Vitals]] = {room.id: [] for room in wanted}
    for panel in panels.panels(session):
        if panel.room and panel.room.id in vitals:
            vitals[panel.room.id].append(panel.vitals)
    states = room_view.states(session, wanted, now)
    return {room.id: list(told.messages(states[room.id], vitals[room.id], url)) for room in wanted}
