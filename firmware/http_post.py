"""One request to the hub's REST API: JSON there and back, small, and over in a bounded time."""

import asyncio
import json
import socket

from firmware.mqtt_client import LinkLost, connect
from shared import checked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_BYTES = 4096
PATIENCE_S = 20


class Refused(Exception):
    """Raised when the hub answers with a problem (RFC 9457); `retry_after_s` is 0 where it does not say."""

    def __init__(self, detail: str, retry_after_s: int) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after_s = retry_after_s


def host_of(url: str) -> str:
    """Host, and port where there is one."""
    return url.split("/")[2] if url.count("/") >= 2 else url


async def post_json(url: str, body: str, ca: "bytes | None" = None) -> "dict[str, Any]":
    """What the hub answers; over https it has to show a certificate of `ca` (as DER) for its name.

    Raises Refused, ValueError for what no hub answers, LinkLost for one that is not believed, OSError or
    asyncio.TimeoutError where nobody answers.
    """
    status, answer = _parsed(await asyncio.wait_for(_exchange(url, body.encode(), ca), PATIENCE_S))
    if status != 200:
        detail = checked.optional_text(answer, "detail", 1000) or "HTTP status %d" % status
        raise Refused(detail, checked.optional_integer(answer, "retryAfterS", 0) or 0)
    return answer


async def _exchange(url: str, body: bytes, ca: "bytes | None") -> bytes:
    scheme, _, _ = url.partition("://")
    if scheme not in ("http", "https"):
        raise ValueError("neither http:// nor https://")
    context = _context(ca) if scheme == "https" else None
    host = host_of(url)
    name, _, port = host.partition(":")
    path = url[len(scheme) + 3 + len(host) :]
    head = "POST %s HTTP/1.0\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    where = socket.getaddrinfo(name, int(port or (443 if context else 80)), 0, socket.SOCK_STREAM)[0]
    line: Any = socket.socket(where[0], where[1], where[2])
    try:
        await connect(line, where[4])
        if context is not None:
            line = context.wrap_socket(line, server_hostname=name, do_handshake_on_connect=False)
        stream: Any = asyncio.StreamReader(line)
        stream.write((head % (path, host, len(body))).encode() + body)
        await _handed_over(stream)
        return await _all_of(stream)
    finally:
        line.close()


def _context(ca: "bytes | None") -> "Any":
    """Raises LinkLost where there is nothing to believe a hub by: then nothing is said to it."""
    if ca is None:
        raise LinkLost("certificate refused: no CA was installed to check it by")
    import tls

    context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    context.verify_mode = tls.CERT_REQUIRED
    context.load_verify_locations(ca)
    return context


async def _handed_over(stream: "Any") -> None:
    """What was written has gone, and before it TLS's handshake, which refuses a certificate by ValueError."""
    try:
        await stream.drain()
    except ValueError as error:
        raise LinkLost("certificate refused: %s" % error) from error


async def _all_of(stream: "Any") -> bytes:
    """Everything until the other side closes, which HTTP/1.0 does after the answer."""
    found = b""
    while len(found) <= MAX_BYTES:
        piece = await stream.read(512)
        if not piece:
            return found
        found += piece
    raise ValueError("more than %d bytes" % MAX_BYTES)


def _parsed(raw: bytes) -> "tuple[int, dict[str, Any]]":
    """Status and body. Raises ValueError for what is not HTTP with a JSON object."""
    head, _, body = raw.partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/1."):
        raise ValueError("not HTTP")
    found = json.loads(body)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return int(words[1]), found
