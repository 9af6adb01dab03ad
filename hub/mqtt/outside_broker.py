"""The hub at a broker of its own (mosquitto, a NATS cluster, EMQX and kin): one link, made anew whenever it is lost.

The broker outlives the hub and may have forgotten everything, so each new link begins by telling it
everything. Who is connected is known from what panels say: nothing is read back but each panel's presence.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiomqtt
import paho.mqtt.client as paho

from hub.mqtt.broker_address import BrokerAddress
from hub.mqtt.client import OnMessage, Tell
from shared import topics
from shared.panel_presence import ONLINE, parse_presence

log = logging.getLogger(__name__)

KEEPALIVE_S = 10
CONNECT_PATIENCE_S = 5.0
ANSWER_PATIENCE_S = 10.0
RETRY_MAX_S = 2.0
"""Hubs are few: nobody is trampled, and the sooner one is back, the sooner doors say the truth."""
LANES = 64
"""A panel's messages are taken one after another, those of different panels beside each other."""
LANE_LENGTH = 200
UNREAD = 20_000
"""What a crowd says at once, and is not lost."""
IN_FLIGHT = 100
"""Of the hub's own publishes, that the broker has not yet acknowledged."""
MAX_PAYLOAD_BYTES = 64 * 1024
QOS_REFUSED = 0x80


async def _always() -> bool:
    return True


class Link(aiomqtt.Client):
    """Mends two things of aiomqtt (2.5.1).

    A connect is given up as soon as its socket ends, not when patience is over. A cancel that comes together with a
    broker's answer is heeded: `asyncio.wait_for` of Python 3.11 forgets it, and the hub would never stop.
    """

    def _on_disconnect(self, client: paho.Client, userdata: Any, *reason: Any) -> None:
        if not self._connected.done():
            self._connected.set_exception(
                aiomqtt.MqttError("the connection ended before the broker answered")
            )
            return
        super()._on_disconnect(client, userdata, *reason)

    async def _wait_for(self, fut: Awaitable[Any], timeout: float | None) -> Any:  # noqa: ASYNC109
        patience_s = self.timeout if timeout is None else timeout
        try:
            async with asyncio.timeout(None if patience_s == math.inf else patience_s):
                return await fut
        except TimeoutError:
            raise aiomqtt.MqttError("the broker did not answer in time") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Who the hub is at the broker. `may_connect` is asked before each connect: a hub that leads no more stays away."""

    client_id: str
    will: tuple[str, bytes] | None = None
    hears: tuple[str, ...] = ("#",)
    """Below `panels/+/up/`."""
    qos: int = 1
    """At which it subscribes."""
    may_connect: Callable[[], Awaitable[bool]] = _always


class OutsideBroker:
    """Holds the link between `start` and `stop`. `on_message` gets what panels say from now on, never what is retained.

    `aside` are further topics, with who takes what comes on them.
    """

    def __init__(self, address: BrokerAddress, membership: Membership, on_message: OnMessage) -> None:
        self._address, self._membership, self._on_message = address, membership, on_message
        self._client: aiomqtt.Client | None = None
        self._lost: asyncio.Future[None] | None = None
        self._here: set[str] = set()
        self._task: asyncio.Task[None] | None = None
        self._tell: Tell | None = None
        self._tries = self._failures = self._links = 0
        self.aside: dict[str, Callable[[bytes], None]] = {}

    async def start(self, tell: Tell | None = None) -> None:
        """Returns at once: a broker that is away now is there later. `tell` runs on each new link."""
        self._tell = tell
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Says goodbye, so that the last will is not sent."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    @property
    def link(self) -> int:
        """The number of the link that there is now; 0: none."""
        return self._links if self._client is not None else 0

    def connected(self) -> frozenset[str]:
        """The panels that are there, as far as they or their wills have said."""
        return frozenset(self._here)

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 1) -> None:
        """Returns after the broker's PUBACK. Raises ConnectionError where the link is lost before it."""
        client, lost = self._client, self._lost
        if client is None or lost is None:
            raise ConnectionError("there is no link to the broker")
        sending = asyncio.ensure_future(
            client.publish(topic, payload, qos=qos, retain=retain, timeout=ANSWER_PATIENCE_S)
        )
        try:
            await asyncio.wait({sending, lost}, return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                raise ConnectionError("the link to the broker was lost")
            sending.result()
        except aiomqtt.MqttError as error:
            raise ConnectionError(f"the broker did not take it: {error}") from error
        finally:
            sending.cancel()

    async def _run(self) -> None:
        while True:
            try:
                if await self._membership.may_connect():
                    await self._session(*self._address.hosts[self._tries % len(self._address.hosts)])
            except* (aiomqtt.MqttError, OSError) as errors:
                log.warning("no link to the broker: %s", reason_of(errors))
            except* Exception:
                log.exception("the link to the broker ended")
            self._tries += 1
            self._failures += 1
            await asyncio.sleep(random.uniform(0.1, min(RETRY_MAX_S, 0.2 * 2 ** min(self._failures, 6))))

    async def _session(self, host: str, port: int) -> None:
        """One link, from its connect to its end."""
        async with self._new_client(host, port) as client:
            await self._subscribe(client)
            self._here.clear()
            self._lost = asyncio.get_running_loop().create_future()
            self._client, self._failures, self._links = client, 0, self._links + 1
            log.info("linked to the broker at %s:%d as %s", host, port, self._membership.client_id)
            try:
                async with asyncio.TaskGroup() as tasks:
                    lanes = [asyncio.Queue[tuple[str, str, bytes]](LANE_LENGTH) for _ in range(LANES)]
                    workers = [tasks.create_task(self._work(lane)) for lane in lanes]
                    workers.append(tasks.create_task(self._begin()))
                    await self._listen(client, lanes)
                    for task in workers:
                        task.cancel()
            finally:
                self._client = None
                self._lost.set_result(None)
                self._here.clear()

    async def _begin(self) -> None:
        if self._tell is not None:
            await self._tell()

    def _new_client(self, host: str, port: int) -> aiomqtt.Client:
        address, membership = self._address, self._membership
        will = membership.will and aiomqtt.Will(*membership.will, qos=1, retain=True)
        link = Link(
            host,
            port,
            username=address.username,
            password=address.password,
            identifier=membership.client_id,
            clean_session=True,
            will=will,
            keepalive=KEEPALIVE_S,
            timeout=CONNECT_PATIENCE_S,
            tls_context=address.tls,
            max_queued_incoming_messages=UNREAD,
            max_inflight_messages=IN_FLIGHT,
        )
        link.pending_calls_threshold = (
            IN_FLIGHT  # beyond it aiomqtt warns at each publish; it is no trouble here
        )
        return link

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        heard = [topics.panel_up("+", leaf) for leaf in self._membership.hears]
        wanted = [(one, self._membership.qos) for one in (*heard, *self.aside)]
        codes = await client.subscribe(wanted, timeout=ANSWER_PATIENCE_S)
        if any(getattr(code, "value", code) == QOS_REFUSED for code in codes):
            raise ConnectionError(
                "the broker does not let the hub hear its panels: see the hub's access there"
            )

    async def _listen(
        self, client: aiomqtt.Client, lanes: list[asyncio.Queue[tuple[str, str, bytes]]]
    ) -> None:
        async for message in client.messages:
            topic, payload = str(message.topic), bytes(message.payload or b"")
            if topic in self.aside:
                self.aside[topic](payload)
                continue
            address = topics.parse(topic)
            if address is None or address[0] != "up" or not 0 < len(payload) <= MAX_PAYLOAD_BYTES:
                continue  # empty: what was retained is cleared
            _, panel_id, leaf = address
            self._note(panel_id, leaf, payload)
            if not message.retain:
                await lanes[zlib.crc32(panel_id.encode()) % LANES].put((panel_id, topic, payload))

    def _note(self, panel_id: str, leaf: str, payload: bytes) -> None:
        there = True
        if leaf == "presence":
            try:
                there = parse_presence(payload)["status"] == ONLINE
            except ValueError:
                return
        if there:
            self._here.add(panel_id)
        else:
            self._here.discard(panel_id)

    async def _work(self, lane: asyncio.Queue[tuple[str, str, bytes]]) -> None:
        while True:
            panel_id, topic, payload = await lane.get()
            try:
                await self._on_message(panel_id, topic, payload)
            except Exception:
                log.exception("message of panel %s on %s was not processed", panel_id, topic)


def reason_of(errors: BaseException) -> BaseException:
    """The first of a group's."""
    while isinstance(errors, BaseExceptionGroup):
        errors = errors.exceptions[0]
    return errors
