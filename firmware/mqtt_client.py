"""MQTT 3.1.1 over asyncio streams: the part of it that a panel needs.

QoS 0 and 1 both ways, a last will, keepalive, TLS, and a clean session: retained state is the session.
Packets are read one at a time, through one small buffer; what is long goes to flash piece by piece, since
no heap of 200 KB has 16 KB in one piece for long. Whatever breaks the protocol or a bound ends the
connection; nothing the broker sends can do more than that.
"""

import asyncio
import errno
import select
import socket
import struct

from firmware import ticks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable
    from typing import Any

    Bytes = bytes | bytearray | memoryview
    OnMessage = Callable[[str, memoryview, bool], None]
    FileFor = Callable[[str], str | None]

_CONNACK = 0x20
_PUBLISH = 0x30
_PUBACK = 0x40
_SUBSCRIBE = 0x82
_SUBACK = 0x90
_PINGREQ = 0xC0
_PINGRESP = 0xD0
_DISCONNECT = 0xE0

BUFFER_BYTES = 1024
"""The longest topic, and the longest payload that does not go to a file."""

MAX_FILE_BYTES = 16 * 1024

CONNECT_S = 10
"""How long the broker may take to accept the connection, and then to answer CONNECT."""

ANSWER_S = 20
"""How long it may take to acknowledge anything else."""

REFUSED_FILTER = 0x80


class LinkLost(Exception):
    """Raised when the connection to the broker has ended, or the broker broke the protocol."""


class MqttClient:
    """One connection at a time; `session` opens it, and has closed it when it returns."""

    def __init__(self, on_message: "OnMessage", file_for: "FileFor") -> None:
        """`on_message(topic, payload, retained)` is called for each PUBLISH, before it is acknowledged;
        `payload` is only good until it returns.

        Where `file_for(topic)` names a file, the payload is written there instead, and may be long.
        """
        self._buffer = memoryview(bytearray(BUFFER_BYTES))
        self._on_message = on_message
        self._file_for = file_for
        self._socket: Any = None
        self._stream: Any = None
        self._writing = asyncio.Lock()
        self._asking = asyncio.Lock()
        self._answered = asyncio.Event()
        self._awaited = (0, 0)
        self._answer = b""
        self._packet_id = 0
        self._heard_ticks = 0

    async def session(
        self,
        address: "tuple[str, int]",
        connect_packet: bytes,
        keepalive_s: int,
        work: "Callable[[], Coroutine[Any, Any, None]]",
        tls: "Any" = None,
    ) -> None:
        """Connects, by the SSLContext `tls` if there is one, and runs `work` until it returns or the link is lost.

        Raises LinkLost, OSError or asyncio.TimeoutError; whatever happens, no socket and no task is left.
        """
        self._writing = asyncio.Lock()
        self._asking = asyncio.Lock()
        try:
            await asyncio.wait_for(self._open(address, tls), CONNECT_S)
            await asyncio.wait_for(self._join(connect_packet), CONNECT_S)
            self._heard_ticks = ticks.now_ms()
            await _first_of(self._read(), self._keep_alive(keepalive_s), work())
            await asyncio.wait_for(self._send(bytes((_DISCONNECT, 0))), 2)
        finally:
            if self._socket is not None:
                self._socket.close()
            self._socket = self._stream = None

    async def publish(self, topic: str, payload: "Bytes", qos: int = 1, retain: bool = False) -> None:  # noqa: FBT001, FBT002
        """Sends one message; with QoS 1, returns once the broker has it."""
        await self.publish_pieces(topic, len(payload), (payload,), qos, retain)

    async def publish_pieces(
        self,
        topic: str,
        length: int,
        pieces: "Iterable[Bytes]",
        qos: int = 1,
        retain: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        """The same for a payload of `length` bytes in pieces, each asked for when the one before has gone."""
        name = _text(topic)
        length += len(name) + (2 if qos else 0)
        head = _header(_PUBLISH | qos << 1 | (1 if retain else 0), length) + name
        if qos:
            await self._ask(_PUBACK, head, pieces)
        else:
            await self._send(head, pieces)

    async def subscribe(self, topics: "list[str]", qos: int) -> "list[str]":
        """Asks for `topics`. Returns those that the broker refused."""
        filters = b"".join([_text(topic) + bytes((qos,)) for topic in topics])
        granted = await self._ask(_SUBACK, _header(_SUBSCRIBE, 2 + len(filters)), (filters,))
        if len(granted) != len(topics):
            raise LinkLost("SUBACK for %d of %d filters" % (len(granted), len(topics)))
        return [topic for topic, code in zip(topics, granted) if code == REFUSED_FILTER]  # noqa: B905  MicroPython's zip has no `strict`

    async def _open(self, address: "tuple[str, int]", tls: "Any") -> None:
        failure = OSError(errno.EHOSTUNREACH)
        for family, kind, proto, _, where in socket.getaddrinfo(
            address[0], address[1], 0, socket.SOCK_STREAM
        ):
            self._socket = socket.socket(family, kind, proto)
            try:
                await connect(self._socket, where)
            except OSError as error:
                self._socket.close()
                failure = error
                continue
            if tls is not None:
                self._socket = tls.wrap_socket(
                    self._socket, server_hostname=address[0], do_handshake_on_connect=False
                )
            self._stream = asyncio.StreamReader(self._socket)
            return
        raise failure

    async def _join(self, connect_packet: bytes) -> None:
        """Sends CONNECT, and before it TLS's handshake, which refuses a certificate by ValueError."""
        try:
            await self._send(connect_packet)
            await self._accepted()
        except ValueError as error:
            raise LinkLost("certificate refused: %s" % error) from error

    async def _accepted(self) -> None:
        if await self._head() != (_CONNACK, 2):
            raise LinkLost("no CONNACK")
        code = (await self._body(2))[1]
        if code:
            raise LinkLost("refused, code %d" % code)

    async def _read(self) -> None:
        while True:
            try:
                acknowledge = await self._take_packet()
            except (IndexError, UnicodeError) as error:
                raise LinkLost("malformed packet") from error
            self._heard_ticks = ticks.now_ms()
            if acknowledge:
                await self._send(struct.pack(">BBH", _PUBACK, 2, acknowledge))

    async def _take_packet(self) -> int:
        """Acts on one packet; returns the id to acknowledge, or 0."""
        kind, length = await self._head()
        if kind & 0xF0 == _PUBLISH:
            return await self._take_publish(kind, length)
        body = await self._body(length)
        if kind in (_PUBACK, _SUBACK):
            if (kind, body[0] << 8 | body[1]) == self._awaited:
                self._answer = bytes(body[2:])
                self._answered.set()
        elif kind != _PINGRESP:
            raise LinkLost("unexpected packet 0x%02x" % kind)
        return 0

    async def _take_publish(self, kind: int, length: int) -> int:
        qos = kind >> 1 & 3
        size = await self._body(2)
        size_bytes = size[0] << 8 | size[1]
        left = length - 2 - size_bytes - (2 if qos else 0)
        if qos > 1 or left < 0:
            raise LinkLost("malformed PUBLISH")
        topic = bytes(await self._body(size_bytes)).decode()
        packet_id = 0
        if qos:
            digits = await self._body(2)
            packet_id = digits[0] << 8 | digits[1]
            if not packet_id:
                raise LinkLost("PUBLISH without an id")
        path = self._file_for(topic)
        payload = await self._body(left) if path is None else await self._to_file(path, left)
        self._on_message(topic, payload, bool(kind & 1))
        return packet_id

    async def _to_file(self, path: str, length: int) -> memoryview:
        """Writes the payload to `path` as it comes; what is left to hand on is nothing."""
        if length > MAX_FILE_BYTES:
            raise LinkLost("a payload of %d bytes" % length)
        with open(path, "wb") as file:  # noqa: ASYNC230  flash has no other way
            while length:
                piece = await self._body(min(length, len(self._buffer)))
                file.write(piece)
                length -= len(piece)
        return self._buffer[:0]

    async def _keep_alive(self, keepalive_s: int) -> None:
        """Pings twice in each keepalive, and gives the broker up once it has been silent for one."""
        while True:
            await asyncio.sleep(keepalive_s / 2)
            await asyncio.wait_for(self._send(bytes((_PINGREQ, 0))), ANSWER_S)
            if ticks.since_ms(self._heard_ticks) > keepalive_s * 1000:
                raise LinkLost("the broker is silent")

    async def _ask(self, answer: int, head: bytes, rest: "Iterable[Bytes]") -> bytes:
        """Sends a packet that has an id, and returns what the answer holds after that id."""
        async with self._asking:
            self._packet_id = self._packet_id % 65535 + 1
            self._awaited = (answer, self._packet_id)
            self._answered.clear()
            await self._send(head + struct.pack(">H", self._packet_id), rest)
            await asyncio.wait_for(self._answered.wait(), ANSWER_S)
            return self._answer

    async def _send(self, head: "Bytes", rest: "Iterable[Bytes]" = ()) -> None:
        async with self._writing:
            self._stream.write(head)
            for piece in rest:
                self._stream.write(piece)
                await self._stream.drain()
            await self._stream.drain()

    async def _head(self) -> "tuple[int, int]":
        """A packet's first byte, and how many bytes follow its length."""
        kind = (await self._body(1))[0]
        length = 0
        for shift in (0, 7, 14, 21):
            digit = (await self._body(1))[0]
            length |= (digit & 0x7F) << shift
            if digit < 0x80:
                return kind, length
        raise LinkLost("malformed length")

    async def _body(self, length: int) -> memoryview:
        """The next `length` bytes, good until the next are read."""
        if length > len(self._buffer):
            raise LinkLost("%d bytes at once" % length)
        body = self._buffer[:length]
        await self._fill(body)
        return body

    async def _fill(self, view: memoryview) -> None:
        at = 0
        while at < len(view):
            count = await self._stream.readinto(view[at:])
            if count == 0:
                raise LinkLost("closed by the broker")
            at += count or 0  # None: TLS has no whole record yet


def connect_packet(client_id: str, secret: str, keepalive_s: int, will_topic: str, will: str) -> bytes:
    """CONNECT with a clean session, a retained last will at QoS 1, and `client_id` as the user name too."""
    flags = 0x80 | 0x40 | 0x20 | 0x08 | 0x04 | 0x02
    body = _text("MQTT") + struct.pack(">BBH", 4, flags, keepalive_s)
    for part in (client_id, will_topic, will, client_id, secret):
        body += _text(part)
    return _header(0x10, len(body)) + body


def _header(kind: int, length: int) -> bytes:
    found = bytearray((kind,))
    while length > 0x7F:
        found.append(length & 0x7F | 0x80)
        length >>= 7
    found.append(length)
    return bytes(found)


def _text(words: str) -> bytes:
    raw = words.encode()
    return struct.pack(">H", len(raw)) + raw


async def connect(sock: "Any", where: "Any") -> None:
    """Raises OSError. `asyncio.open_connection` leaves a socket open where it fails: on a board there are ten of them."""
    sock.setblocking(False)
    try:
        sock.connect(where)
    except OSError as error:
        if error.errno != errno.EINPROGRESS:
            raise
    poller = select.poll()
    poller.register(sock, select.POLLOUT)
    while not poller.poll(0):  # noqa: ASYNC110  the one poll that works on all ports
        await asyncio.sleep(0.02)


async def _first_of(*jobs: "Awaitable[None]") -> None:
    """Runs `jobs` side by side until one ends; then ends the others, and raises what the one raised."""
    ended = asyncio.Event()
    failures: list[Exception] = []

    async def run(job: "Awaitable[None]") -> None:
        try:
            await job
        except asyncio.CancelledError:
            pass
        except Exception as error:
            failures.append(error)
        ended.set()

    tasks = [asyncio.create_task(run(job)) for job in jobs]
    try:
        await ended.wait()
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            await task
    if failures:
        raise failures[0]
