"""Whole, well-formed MQTT packets off a stream of bytes that anybody may have sent.

amqtt's codec reads each field straight from the socket: it trusts the lengths it meets, waits for
bytes that never come, and goes on in the middle of a packet after an error. So the frame is read
here, bounded, and the codec sees one packet's bytes and no more.
"""

from __future__ import annotations

from asyncio import StreamReader
from io import BytesIO
from typing import Any

from amqtt.errors import AMQTTError, MQTTError
from amqtt.mqtt import packet_class
from amqtt.mqtt.packet import (
    CONNECT,
    DISCONNECT,
    PINGREQ,
    PUBACK,
    PUBLISH,
    PUBREL,
    SUBSCRIBE,
    UNSUBSCRIBE,
    MQTTFixedHeader,
)

MAX_PACKET_BYTES = 64 * 1024

# What a client may send us, with the flags it must carry (MQTT 3.1.1, table 2.2). A panel is granted QoS 1
# at most, so the answers to a QoS 2 delivery are not among them.
_FLAGS = {CONNECT: 0, PUBACK: 0, PUBREL: 2, SUBSCRIBE: 2, UNSUBSCRIBE: 2, PINGREQ: 0, DISCONNECT: 0}


class MalformedPacketError(ValueError):
    """Raised when the bytes are no MQTT packet that a client may send here; the connection has to end."""


async def read_packet(stream: StreamReader) -> Any:
    """The next packet, as amqtt's packet object; waits for it for ever.

    Raises MalformedPacketError, and EOFError or OSError when the connection ended.
    """
    first = (await stream.readexactly(1))[0]
    kind, flags = first >> 4, first & 0x0F
    if kind != PUBLISH and _FLAGS.get(kind) != flags:
        raise MalformedPacketError(f"no client may send packet {first:#04x}")
    body = await stream.readexactly(await _remaining_length(stream))
    return await _decode(MQTTFixedHeader(kind, flags, len(body)), body)


async def _remaining_length(stream: StreamReader) -> int:
    length = 0
    for shift in (0, 7, 14, 21):
        byte = (await stream.readexactly(1))[0]
        length |= (byte & 0x7F) << shift
        if length > MAX_PACKET_BYTES:
            break
        if not byte & 0x80:
            return length
    raise MalformedPacketError(f"packet over {MAX_PACKET_BYTES} bytes")


async def _decode(header: Any, body: bytes) -> Any:
    rest = _Body(body)
    try:
        packet = await packet_class(header).from_stream(rest, fixed_header=header)
    except (AMQTTError, MQTTError, ValueError) as error:
        raise MalformedPacketError("unreadable packet") from error
    if rest.left():
        raise MalformedPacketError("bytes left over in a packet")
    if header.packet_type == PUBLISH and (packet.qos > 2 or packet.packet_id == 0):
        raise MalformedPacketError("no such QoS or packet id")
    return packet


class _Body:
    """One packet's bytes, behind the reader interface that amqtt's codec asks for."""

    def __init__(self, body: bytes) -> None:
        self._bytes = BytesIO(body)
        self._size = len(body)

    async def read(self, n: int = -1) -> bytes:
        data = self._bytes.read(n)
        if len(data) < n:
            raise MalformedPacketError("a field ends outside its packet")
        return data

    def left(self) -> int:
        return self._size - self._bytes.tell()
