"""The MQTT 3.1.1 broker inside the hub, for up to about 300 panels.

MQTT is spoken by amqtt's codec (pinned, hidden behind `packets` and `panel_link`). Its `Broker` and
`BrokerProtocolHandler` of 0.12.1 are not used: they touch sessions before they authenticate, replay
retained messages to all, acknowledge before they process, and start a task and an unbounded queue for
whatever a client sends. Each promise below would have replaced another of their methods until
nothing of them was left.

Panels never talk to each other, which keeps this small: what a panel publishes goes to `on_message` and
nowhere else (so its retain flag has nothing to act on), and what panels receive is published by the hub.
"""

from __future__ import annotations

import asyncio
import logging
from asyncio import Server, StreamReader, StreamWriter
from collections.abc import Iterable
from ssl import SSLContext

from amqtt.mqtt.connack import NOT_AUTHORIZED, SERVER_UNAVAILABLE

from hub.mqtt.audience import Audience
from hub.mqtt.broker_auth import Access, Decide, covers, is_wild
from hub.mqtt.client import OnMessage, Tell
from hub.mqtt.packets import MalformedPacketError
from hub.mqtt.panel_link import Message, PanelLink, RefusedError

MAX_CONNECTIONS = 2000
CONNECT_PATIENCE_S = 10.0
STOP_PATIENCE_S = 5.0

# After a power cut every panel of the building connects within the same two seconds.
_BACKLOG = 2048
_READ_BUFFER_BYTES = 16 * 1024

log = logging.getLogger(__name__)


class EmbeddedBroker:
    """Lets in whom `decide` knows, and hands `on_message(client_id, topic, payload)` what they may publish.

    A panel's messages, its will included, arrive one at a time and in order; a publish is acknowledged
    after `on_message` returned (or raised, which is logged). No more than `max_connections` are open
    at once, those that have not yet logged in included; whoever comes then takes the place of the one that
    has waited longest without a login, so that rude clients keep no panel out.
    """

    def __init__(
        self,
        *,
        decide: Decide,
        on_message: OnMessage,
        host: str,
        port: int,
        max_connections: int = MAX_CONNECTIONS,
        connect_patience_s: float = CONNECT_PATIENCE_S,
        ssl: SSLContext | None = None,
        tls_host: str | None = None,
        tls_port: int | None = None,
    ) -> None:
        if tls_port is not None and ssl is None:
            raise ValueError("a TLS port needs a certificate")
        self._decide, self._on_message = decide, on_message
        self._host, self._port = host, port
        self._max_connections, self._connect_patience_s = max_connections, connect_patience_s
        self._ssl, self._tls_host, self._tls_port = ssl, tls_host or host, tls_port
        self._servers: list[Server] = []
        self._open: dict[PanelLink, asyncio.Task[None] | None] = {}
        self._greeted: dict[PanelLink, None] = {}
        """Those that have not logged in yet, oldest first."""
        self._connected: dict[str, PanelLink] = {}
        self._audience = Audience()
        self._retained: dict[str, Message] = {}
        self._stopping = False

    async def start(self, tell: Tell | None = None) -> None:
        """Listen. Raises OSError when a port is taken. What was told before is there from the first moment."""
        self._stopping = False
        if tell is not None:
            await tell()
        self._servers = [await self._listen(self._host, self._port, None)]
        if self._tls_port is not None:
            try:
                self._servers.append(await self._listen(self._tls_host, self._tls_port, self._ssl))
            except OSError:
                await self.stop()
                raise

    async def stop(self) -> None:
        """Close all connections and leave no task behind; no will is sent, since no panel went away."""
        self._stopping = True
        for server in self._servers:
            server.close()
        tasks = [task for task in self._open.values() if task is not None]
        for link in self._open:
            link.cut()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=STOP_PATIENCE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for server in self._servers:
            await server.wait_closed()
        self._retained.clear()

    @property
    def port(self) -> int:
        """The port in use, also where 0 was asked for."""
        return _port_of(self._servers[0])

    @property
    def tls_port(self) -> int | None:
        return _port_of(self._servers[1]) if len(self._servers) > 1 else None

    def connected(self) -> frozenset[str]:
        """The client ids that are logged in now."""
        return frozenset(client_id for client_id, link in self._connected.items() if not link.is_cut)

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 1) -> None:
        """Keep it if retained (an empty payload clears), and queue it to each connected client that asked for it."""
        message = Message(topic, payload, qos)
        if retain and payload:
            self._retained[topic] = message
        elif retain:
            self._retained.pop(topic, None)
        for link in self._audience.of(topic):
            link.send(message)

    def restrict(self, client_id: str, access: Access) -> None:
        """The client may do this from now on; subscriptions beyond it are dropped."""
        if client_id in self._connected:
            self._connected[client_id].restrict(access)

    async def disconnect(self, client_id: str) -> None:
        """Cut the client, also one whose login is still being decided; it finds new rules when it comes back."""
        for link in self._open:
            if link.client_id == client_id:
                link.cut()

    async def _listen(self, host: str, port: int, ssl: SSLContext | None) -> Server:
        return await asyncio.start_server(
            self._serve,
            host,
            port,
            limit=_READ_BUFFER_BYTES,
            backlog=_BACKLOG,
            ssl=ssl,
            ssl_handshake_timeout=self._connect_patience_s if ssl else None,
        )

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        if self._stopping or not self._make_room():
            writer.transport.abort()
            return
        link = PanelLink(reader, writer, self._audience)
        self._open[link] = asyncio.current_task()
        self._greeted[link] = None
        try:
            if await self._admit(link):
                await self._attend(link)
        except (MalformedPacketError, EOFError, OSError, TimeoutError) as error:
            log.debug("connection of %r ended: %r", link.client_id, error)
        except Exception:
            log.exception("connection of %r failed", link.client_id)
        finally:
            try:
                await link.close()
            finally:
                self._greeted.pop(link, None)
                del self._open[link]

    def _make_room(self) -> bool:
        """Whether one more may come: one that is cut here is on its way out, and counts no more."""
        if len(self._greeted) + len(self._connected) >= self._max_connections:
            if not self._greeted:
                return False
            oldest = next(iter(self._greeted))
            del self._greeted[oldest]
            oldest.cut()
        return True

    async def _admit(self, link: PanelLink) -> bool:
        """Log the client in, before anything of a session that it claims is touched."""
        async with asyncio.timeout(self._connect_patience_s):
            try:
                access = await self._ask(link)
            except RefusedError as refusal:
                log.info("turned away %r: %s", link.client_id[:64], refusal)
                link.refuse(refusal.return_code)
                return False
            await self._take_over(link)
        if link.is_cut:
            return False
        self._greeted.pop(link, None)
        self._connected[link.client_id] = link
        link.welcome(access)
        return True

    async def _ask(self, link: PanelLink) -> Access:
        username, password = await link.greet()
        try:
            access = await self._decide(link.client_id, username, password)
        except Exception as error:
            log.exception("no decision about %r", link.client_id[:64])
            raise RefusedError(SERVER_UNAVAILABLE) from error
        if access is None:
            raise RefusedError(NOT_AUTHORIZED)
        return access

    async def _take_over(self, link: PanelLink) -> None:
        """Close the connection that this client had, and wait until its will is out and its last message done."""
        while (old := self._connected.get(link.client_id)) is not None:
            old.cut()
            await old.gone.wait()

    async def _attend(self, link: PanelLink) -> None:
        try:
            await link.attend(self._deliver, self._retained_for)
        finally:
            try:
                if link.will is not None and not self._stopping:
                    await self._deliver(link.client_id, link.will.topic, link.will.payload)
            finally:
                link.leave()
                del self._connected[link.client_id]
                link.gone.set()

    async def _deliver(self, client_id: str, topic: str, payload: bytes) -> None:
        try:
            await self._on_message(client_id, topic, payload)
        except Exception:
            log.exception("message of panel %s on %s was not processed", client_id, topic)

    def _retained_for(self, topic_filter: str) -> Iterable[Message]:
        if not is_wild(topic_filter):
            return [self._retained[topic_filter]] if topic_filter in self._retained else []
        return [message for topic, message in self._retained.items() if covers(topic_filter, topic)]


def _port_of(server: Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port
