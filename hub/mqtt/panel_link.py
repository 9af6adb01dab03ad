"""One client's connection to the embedded broker, from its CONNECT to its end.

Packets are taken strictly one after another: the next is read only when this one is done and the client
has read what it was sent. So a publish is acknowledged only once the hub has processed it, a clean
DISCONNECT is never overtaken by the end of the connection, and nobody can make us queue without end.
"""

from __future__ import annotations

import asyncio
import logging
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any, NamedTuple

from amqtt.mqtt.connack import (
    CONNECTION_ACCEPTED,
    IDENTIFIER_REJECTED,
    UNACCEPTABLE_PROTOCOL_VERSION,
    ConnackPacket,
)
from amqtt.mqtt.connect import ConnectPacket
from amqtt.mqtt.disconnect import DisconnectPacket
from amqtt.mqtt.pingreq import PingReqPacket
from amqtt.mqtt.pingresp import PingRespPacket
from amqtt.mqtt.puback import PubackPacket
from amqtt.mqtt.pubcomp import PubcompPacket
from amqtt.mqtt.publish import PublishPacket
from amqtt.mqtt.pubrec import PubrecPacket
from amqtt.mqtt.pubrel import PubrelPacket
from amqtt.mqtt.suback import SubackPacket
from amqtt.mqtt.subscribe import SubscribePacket
from amqtt.mqtt.unsuback import UnsubackPacket
from amqtt.mqtt.unsubscribe import UnsubscribePacket

from hub.mqtt.audience import Audience
from hub.mqtt.broker_auth import Access, covers, is_wild
from hub.mqtt.packets import MalformedPacketError, read_packet

MAX_QOS = 1
MAX_FILTERS = 32
MAX_UNACKNOWLEDGED = 256
MAX_UNSENT_BYTES = 256 * 1024
SEND_PATIENCE_S = 10.0
CLOSE_PATIENCE_S = 2.0

_MQTT_3_1_1 = ("MQTT", 4)
_FILTER_REFUSED = 0x80

log = logging.getLogger(__name__)

Deliver = Callable[[str, str, bytes], Awaitable[None]]


class Message(NamedTuple):
    topic: str
    payload: bytes
    qos: int


Retained = Callable[[str], Iterable[Message]]


class RefusedError(Exception):
    """Raised when a CONNECT is turned away; `return_code` is what the client is told (MQTT 3.1.1, 3.2.2.3)."""

    def __init__(self, return_code: int) -> None:
        super().__init__(f"connection refused, return code {return_code}")
        self.return_code = return_code


class PanelLink:
    """A client's session, which is always clean and ends with the connection."""

    def __init__(self, reader: StreamReader, writer: StreamWriter, audience: Audience) -> None:
        """`audience` is told what the client has asked for, until `leave`."""
        self.client_id = ""
        self._audience = audience
        self.will: Message | None = None
        self.gone = asyncio.Event()
        self._access = Access((), ())
        self._reader, self._writer = reader, writer
        self._patience_s: float | None = None
        self._cut = False
        self._exact: dict[str, int] = {}
        self._wild: dict[str, int] = {}
        self._packet_id = 0
        self._unacknowledged: set[int] = set()
        self._received: set[int] = set()

    async def greet(self) -> tuple[str | None, str | None]:
        """Read the CONNECT; return its user name and password.

        Raises RefusedError, and what `read_packet` raises.
        """
        packet = await read_packet(self._reader)
        if not isinstance(packet, ConnectPacket) or packet.reserved_flag:
            raise MalformedPacketError("the first packet is no CONNECT")
        if (packet.proto_name, packet.proto_level) != _MQTT_3_1_1:
            raise RefusedError(UNACCEPTABLE_PROTOCOL_VERSION)
        if packet.client_id_is_random:
            raise RefusedError(IDENTIFIER_REJECTED)
        self.client_id = packet.client_id
        self._patience_s = packet.keep_alive * 1.5 or None
        if packet.will_flag:
            self.will = Message(packet.will_topic, bytes(packet.will_message), packet.will_qos)
        return packet.username, packet.password

    def welcome(self, access: Access) -> None:
        """From here on the client may do what `access` says; a will outside of it is forgotten."""
        self._access = access
        if self.will is not None and not access.may_publish(self.will.topic):
            log.warning("panel %s has a will on a topic that is not its own", self.client_id)
            self.will = None
        self._write(ConnackPacket.build(0, CONNECTION_ACCEPTED))

    def restrict(self, access: Access) -> None:
        """From here on `access` is what the client may do; subscriptions beyond it are dropped."""
        self._access = access
        for filters in (self._wild, self._exact):
            for topic_filter in [one for one in filters if not access.may_subscribe(one)]:
                del filters[topic_filter]
                self._audience.leave(topic_filter, self)

    def refuse(self, return_code: int) -> None:
        self._write(ConnackPacket.build(0, return_code))

    async def attend(self, deliver: Deliver, retained: Retained) -> None:
        """Do as the client asks until it says goodbye or is cut.

        Raises TimeoutError when it was silent for 1.5 times its keep-alive or reads nothing, and what
        `read_packet` raises.
        """
        while not self._cut:
            async with asyncio.timeout(self._patience_s):
                packet = await read_packet(self._reader)
            if isinstance(packet, DisconnectPacket):
                self.will = None
                return
            await self._handle(packet, deliver, retained)
            async with asyncio.timeout(SEND_PATIENCE_S):
                await self._writer.drain()
            await asyncio.sleep(0)  # one who floods shares the loop with the others

    def send(self, message: Message, *, retain: bool = False) -> None:
        """Queue it to the client, which is cut when it leaves too much unread or unacknowledged."""
        qos = self._granted_qos(message)
        if qos is None:
            return
        packet_id = self._next_packet_id() if qos else None
        self._write(PublishPacket.build(message.topic, message.payload, packet_id, False, qos, retain))

    def cut(self) -> None:
        """End the connection now: nothing more is taken from it or given to it. Its will stands."""
        self._cut = True
        self._writer.transport.abort()

    @property
    def is_cut(self) -> bool:
        return self._cut

    def leave(self) -> None:
        """It hears nothing more."""
        for topic_filter in (*self._exact, *self._wild):
            self._audience.leave(topic_filter, self)

    async def close(self) -> None:
        """Send what is queued, then close; a client that does not read is not waited for."""
        try:
            self._writer.close()
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(CLOSE_PATIENCE_S):
                    await self._writer.wait_closed()
        finally:
            self._writer.transport.abort()

    async def _handle(self, packet: Any, deliver: Deliver, retained: Retained) -> None:
        match packet:
            case PublishPacket():
                await self._take(packet, deliver)
            case PubackPacket():
                self._unacknowledged.discard(packet.packet_id)
            case PubrelPacket():
                self._received.discard(packet.packet_id)
                self._write(PubcompPacket.build(packet.packet_id))
            case SubscribePacket():
                self._subscribe(packet, retained)
            case UnsubscribePacket():
                self._unsubscribe(packet)
            case PingReqPacket():
                self._write(PingRespPacket.build())
            case _:
                raise MalformedPacketError("a second CONNECT")

    async def _take(self, packet: Any, deliver: Deliver) -> None:
        """Deliver a publish, then acknowledge it; one the rules forbid is acknowledged and dropped."""
        if packet.qos == 2 and not self._first_time(packet.packet_id):
            pass
        elif self._access.may_publish(packet.topic_name):
            await deliver(self.client_id, packet.topic_name, bytes(packet.data))
        else:
            log.info("panel %s may not publish to %r", self.client_id, packet.topic_name)
        if packet.qos:
            self._write((PubackPacket, PubrecPacket)[packet.qos - 1].build(packet.packet_id))

    def _first_time(self, packet_id: int) -> bool:
        """Remember a QoS 2 publish until its PUBREL, so that a repeat is not delivered again."""
        if packet_id in self._received:
            return False
        if len(self._received) >= MAX_UNACKNOWLEDGED:
            raise MalformedPacketError("too many QoS 2 publishes without their PUBREL")
        self._received.add(packet_id)
        return True

    def _subscribe(self, packet: Any, retained: Retained) -> None:
        asked: list[tuple[str, int]] = packet.payload.topics
        if not asked or any(qos > 2 for _, qos in asked):
            raise MalformedPacketError("no filter, or no such QoS")
        codes = [self._add_filter(topic_filter, qos) for topic_filter, qos in asked]
        self._write(SubackPacket.build(packet.variable_header.packet_id, codes))
        for (topic_filter, _), code in zip(asked, codes, strict=True):
            for message in retained(topic_filter) if code != _FILTER_REFUSED else ():
                self.send(message, retain=True)

    def _add_filter(self, topic_filter: str, qos: int) -> int:
        """The granted QoS, or 0x80."""
        filters = self._wild if is_wild(topic_filter) else self._exact
        full = len(self._wild) + len(self._exact) >= MAX_FILTERS and topic_filter not in filters
        if full or not self._access.may_subscribe(topic_filter):
            log.info("panel %s may not subscribe to %r", self.client_id, topic_filter)
            return _FILTER_REFUSED
        filters[topic_filter] = min(qos, MAX_QOS)
        self._audience.join(topic_filter, self)
        return filters[topic_filter]

    def _unsubscribe(self, packet: Any) -> None:
        for topic_filter in packet.payload.topics:
            self._exact.pop(topic_filter, None)
            self._wild.pop(topic_filter, None)
            self._audience.leave(topic_filter, self)
        self._write(UnsubackPacket.build(packet.variable_header.packet_id))

    def _granted_qos(self, message: Message) -> int | None:
        """The QoS at which this client gets it, or None if it did not ask for it."""
        granted = [qos for wild, qos in self._wild.items() if covers(wild, message.topic)]
        if message.topic in self._exact:
            granted.append(self._exact[message.topic])
        return min(message.qos, max(granted)) if granted else None

    def _next_packet_id(self) -> int:
        if len(self._unacknowledged) >= MAX_UNACKNOWLEDGED:
            log.warning("panel %s acknowledges nothing and is cut", self.client_id)
            self.cut()
        self._packet_id = self._packet_id % 0xFFFF + 1
        while self._packet_id in self._unacknowledged:
            self._packet_id = self._packet_id % 0xFFFF + 1
        self._unacknowledged.add(self._packet_id)
        return self._packet_id

    def _write(self, packet: Any) -> None:
        transport = self._writer.transport
        if transport.is_closing():
            return
        self._writer.write(packet.to_bytes())
        if transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            log.warning("panel %s reads nothing and is cut", self.client_id)
            self.cut()
