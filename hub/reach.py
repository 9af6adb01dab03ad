"""How the hub calls servers whose addresses people have typed in: bounded in size and time, and never where it must not.

Names are resolved here, and the address that was looked at is the one that is called: a name that means another
address a moment later (DNS rebinding) leads nowhere. Redirects are followed by nobody but who asks for it, and each
is looked at again.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

import httpx

logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs whole addresses, and they may be secrets

_TRANSLATED = [IPv6Network("64:ff9b::/96"), IPv6Network("2002::/16"), IPv6Network("2001::/32")]
"""IPv6 addresses that stand for IPv4 ones."""

LONGEST_ADDRESS = 2000

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class NotReached(Exception):
    """Raised when nobody answers, or not in time; the text says what is known of why."""


class NotAllowed(NotReached):
    """Raised when `host` is where the hub does not call."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is inside a private network, or would be called without TLS.")
        self.host = host


class NotTaken(NotReached):
    """Raised when what is answered is more than was wanted, or packed."""


class BadAddress(Exception):
    """Raised for what is no address to call; the text says why."""


def clean_address(url: str, *, of_a_user: str) -> tuple[str, str]:
    """The address as it is called, and its host. `of_a_user`: why it may name none. Raises BadAddress."""
    url = url.strip()
    try:
        at = urlsplit(url)
        port, host = at.port, at.hostname
    except ValueError as error:
        raise BadAddress("It can't be read.") from error
    if at.scheme not in {"https", "http"} or not host or port == 0:
        raise BadAddress("It begins with https://, and names a host.")
    if len(url) > LONGEST_ADDRESS or not url.isprintable() or " " in url or not url.isascii():
        raise BadAddress("It is too long, or has characters that no address has.")
    if at.username is not None or at.password is not None:
        raise BadAddress(of_a_user)
    return url.partition("#")[0], host[:255]


class Reach:
    """What may be called. `inside`: names and networks inside the site that may."""

    def __init__(self, inside: tuple[str, ...] = ()) -> None:
        self._networks = [network for one in inside if (network := _network(one)) is not None]
        self._names = {one.lower().rstrip(".") for one in inside if _network(one) is None}

    async def address(self, scheme: str, host: str, port: int) -> str:
        """The address to call. Without TLS only inside. Raises NotReached."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NotReached(f"There is no host {host}.") from error
        addresses = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
        inside = [one for one in addresses if self._is_inside(host, one)]
        outside = [one for one in addresses if scheme == "https" and _is_public(one)]
        if not inside and not outside:
            raise NotAllowed(host)
        return str((inside or outside)[0])

    def _is_inside(self, host: str, address: Address) -> bool:
        named = host.lower().rstrip(".") in self._names
        return named or any(
            address in network for network in self._networks if network.version == address.version
        )


def _network(words: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    try:
        return ip_network(words, strict=False)
    except ValueError:
        return None


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return _is_public(address.ipv4_mapped)
        if any(address in network for network in _TRANSLATED):
            return False
    return address.is_global and not address.is_multicast


@cache
def trusted() -> ssl.SSLContext:
    """The host's CAs, or those of SSL_CERT_FILE. Read once: it takes longer than all else there is to a call."""
    return httpx.create_ssl_context()


class Guarded(httpx.AsyncBaseTransport):
    """Calls the address that was looked at, by the name that was asked for."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._inner = httpx.AsyncHTTPTransport(verify=trusted(), trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        port = url.port or (443 if url.scheme == "https" else 80)
        at = await self._reach.address(url.scheme, url.host, port)
        there = httpx.Request(
            request.method,
            url.copy_with(host=at),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": url.host},
        )
        return await self._inner.handle_async_request(there)

    async def aclose(self) -> None:
        await self._inner.aclose()


async def ask(
    client: httpx.AsyncClient,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None,
    most_bytes: int,
    patience_s: float,
) -> Answer:
    """Whatever is answered; redirects are not followed. Raises NotReached."""
    try:
        async with asyncio.timeout(patience_s):
            return await _answer(client, method, url, headers, body, most_bytes)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
        raise NotReached("It did not answer, or not in time.") from error


async def _answer(
    client: httpx.AsyncClient,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    most_bytes: int,
) -> Answer:
    async with client.stream(method, url, headers=headers, content=body) as found:
        if found.headers.get("content-encoding", "identity") != "identity":
            raise NotTaken("It packs its answer although it was asked not to.")
        read = bytearray()
        async for chunk in found.aiter_raw():
            read += chunk
            if len(read) > most_bytes:
                raise NotTaken(f"It answers with more than {most_bytes} bytes.")
        return Answer(found.status_code, dict(found.headers), bytes(read))


def client(reach: Reach, patience_s: float, auth: httpx.Auth | None = None) -> httpx.AsyncClient:
    """Calls what `reach` lets it, and leaves answers unpacked."""
    return httpx.AsyncClient(
        transport=Guarded(reach),
        auth=auth,
        trust_env=False,
        follow_redirects=False,
        headers={"User-Agent": "CircleTime", "Accept-Encoding": "identity"},
        timeout=patience_s,
    )


def retry_after(said: str | None, now: datetime) -> timedelta | None:
    """Seconds, or a date (RFC 9110, 10.2.3); None for anything else."""
    if said is None:
        return None
    if said.isascii() and said.isdecimal():
        return timedelta(seconds=min(int(said[:9]), 24 * 60 * 60))
    try:
        return max(parsedate_to_datetime(said) - now, timedelta())
    except (ValueError, TypeError):
        return None
