"""Fetches a file over HTTP/1.1, piece by piece, while nothing else runs."""

import socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

PATIENCE_S = 20
PIECE_BYTES = 2048
_LINE_BYTES = 512
_MAX_LINES = 50


def fetch(url: str, size: int, take: "Callable[[memoryview], None]") -> None:
    """Gives `take` the `size` bytes at `url`. Raises OSError where they can't be had, or are not as many.

    Over https nobody's certificate is looked at: what is fetched is signed.
    """
    scheme, host, port, path = _parts(url)
    stream = _connect(scheme, host, port)
    try:
        stream.write(("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (path, host)).encode())
        _see_that_it_comes(stream, size)
        buffer = memoryview(bytearray(PIECE_BYTES))
        left = size
        while left:
            count = stream.readinto(buffer[: min(left, PIECE_BYTES)])
            if not count:
                raise OSError("the hub broke off")
            take(buffer[:count])
            left -= count
    finally:
        stream.close()


def _parts(url: str) -> "tuple[str, str, int, str]":
    scheme, _, rest = url.partition("://")
    place, _, path = rest.partition("/")
    host, _, port = place.partition(":")
    if scheme not in ("http", "https") or not host:
        raise OSError("not a URL")
    return scheme, host, int(port or (443 if scheme == "https" else 80)), "/" + path


def _connect(scheme: str, host: str, port: int) -> "Any":
    family, kind, proto, _, where = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
    stream: Any = socket.socket(family, kind, proto)
    try:
        stream.settimeout(PATIENCE_S)
        stream.connect(where)
        if scheme == "https":
            import tls

            context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
            context.verify_mode = tls.CERT_NONE
            stream = context.wrap_socket(stream, server_hostname=host)
    except (OSError, ValueError):
        stream.close()
        raise
    return stream


def _see_that_it_comes(stream: "Any", size: int) -> None:
    status = stream.readline(_LINE_BYTES).split(b" ", 2)
    if len(status) < 2 or status[1] != b"200":
        raise OSError("the hub answers %s" % b" ".join(status[:2]).decode())
    for _ in range(_MAX_LINES):
        line = stream.readline(_LINE_BYTES).strip().lower()
        if line.startswith(b"content-length:") and int(line[15:]) != size:
            raise OSError("another length than offered")
        if line.startswith(b"transfer-encoding:"):
            raise OSError("not in one piece")
        if not line:
            return
    raise OSError("too many headers")
