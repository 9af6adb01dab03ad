"""How the hub calls its OpenID provider: by TLS, following nobody elsewhere, bounded in size and time."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx

from hub.sign_in import refusals

PATIENCE_S = 10.0
MOST_BYTES = 256 * 1024


@cache
def _trusted() -> ssl.SSLContext:
    """The host's CAs, or those of SSL_CERT_FILE. Read once: it takes longer than a call."""
    return httpx.create_ssl_context()


async def call(
    method: str,
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    auth: httpx.Auth | None = None,
) -> tuple[int, dict[str, Any]]:
    """Status, and the JSON object that came. Raises Unavailable where none does."""
    try:
        async with asyncio.timeout(PATIENCE_S), _client() as client:
            body = dict(form) if form is not None else None
            async with client.stream(method, url, data=body, headers=headers, auth=auth) as answer:
                return answer.status_code, _object(await _bounded(answer))
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
        raise refusals.unreachable("It did not answer, or not in time. Try again in a minute.") from error


def _client() -> httpx.AsyncClient:
    headers = {"User-Agent": "CircleTime", "Accept": "application/json", "Accept-Encoding": "identity"}
    return httpx.AsyncClient(
        verify=_trusted(), trust_env=False, follow_redirects=False, headers=headers, timeout=PATIENCE_S
    )


async def _bounded(answer: httpx.Response) -> bytes:
    read = bytearray()
    async for chunk in answer.aiter_raw():
        read += chunk
        if len(read) > MOST_BYTES:
            raise refusals.unreachable(f"It answers with more than {MOST_BYTES} bytes.")
    return bytes(read)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise refusals.unreachable("Its answer is no JSON.") from error
    if not isinstance(found, dict):
        raise refusals.unreachable("Its answer is no JSON object.")
    return found
