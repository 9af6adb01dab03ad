"""MQTT 3.1.1 spelled out by hand, so that tests can say what no client library would."""

from __future__ import annotations

import socket
import struct

CONNACK, PUBLISH, PUBACK, PUBREC, PUBCOMP, SUBACK, PINGRESP = 0x20, 0x30, 0x40, 0x50, 0x70, 0x90, 0xD0
PING = b"\xc0\x00"
DISCONNECT = b"\xe0\x00"


def text(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("!H", len(data)) + data


def frame(first: int, body: bytes) -> bytes:
    length, size = bytearray(), len(body)
    while True:
        size, byte = divmod(size, 128)
        length.append(byte | (0x80 if size else 0))
        if not size:
            return bytes([first]) + bytes(length) + body


def connect(
    client_id: str | bytes,
    password: str | bytes | None,
    *,
    username: str | bytes | None = None,
    keepalive_s: int = 60,
    will: tuple[str, bytes] | None = None,
    clean: bool = True,
    level: int = 4,
) -> bytes:
    username = client_id if username is None else username
    flags = 0x80 | (0x02 if clean else 0) | (0x40 if password is not None else 0) | (0x2C if will else 0)
    body = text("MQTT") + bytes([level, flags]) + struct.pack("!H", keepalive_s) + text(client_id)
    if will:
        body += text(will[0]) + text(will[1])
    return frame(0x10, body + text(username) + (b"" if password is None else text(password)))


def publish(
    topic: str | bytes, payload: bytes, *, packet_id: int | None = 1, qos: int = 1, dup: bool = False
) -> bytes:
    head = text(topic) + (struct.pack("!H", packet_id) if qos else b"")
    return frame(PUBLISH | qos << 1 | (8 if dup else 0), head + payload)


def subscribe(*filters: str, packet_id: int = 1, qos: int = 1) -> bytes:
    return frame(0x82, struct.pack("!H", packet_id) + b"".join(text(f) + bytes([qos]) for f in filters))


def puback(packet_id: int) -> bytes:
    return frame(PUBACK, struct.pack("!H", packet_id))


def pubrel(packet_id: int) -> bytes:
    return frame(0x62, struct.pack("!H", packet_id))


class RawClient:
    """A socket to the broker; every wait ends after five seconds."""

    def __init__(self, port: int, *, receive_buffer: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(5)
        self.socket.connect(("127.0.0.1", port))

    def send(self, data: bytes) -> RawClient:
        self.socket.sendall(data)
        return self

    def read(self) -> tuple[int, bytes]:
        """The next packet: its type (flags taken off, but for PUBLISH) and its body. EOFError at the end."""
        first = self._exactly(1)[0]
        size = shift = 0
        while True:
            byte = self._exactly(1)[0]
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return first, self._exactly(size)

    def login(self, panel_id: str, **more: object) -> RawClient:
        self.send(connect(panel_id, f"secret of {panel_id}", **more))  # type: ignore[arg-type]
        assert self.read() == (CONNACK, b"\0\0")
        return self

    def ends(self) -> bool:
        """Whether the broker closes the connection; what it still sends is thrown away."""
        try:
            while self.socket.recv(65536):
                pass
        except TimeoutError:
            return False
        except OSError:
            return True
        return True

    def close(self) -> None:
        self.socket.close()

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data
