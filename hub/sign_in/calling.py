"""How the hub calls its OpenID provider: by TLS, following nobody elsewhere, bounded in size and time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx

from hub import reach
from hub.sign_in import refusals

PATIENCE_S = 10.0
MOST_BYTES = 256 * 1024


async def call(
    method: str,
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    auth: httpx.Auth | None = None,
) -> tuple[int, dict[str, Any]]:
    """Status, and the JSON object that came. Raises Unavailable where none does."""
    content = None if form is None else urlencode(form).encode()
    typed = {} if form is None else {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        async with _client(auth) as client:
            answer = await reach.ask(
                client,
                method,
                url,
                headers={**typed, **(headers or {})},
                body=content,
                most_bytes=MOST_BYTES,
                patience_s=PATIENCE_S,
            )
    except reach.NotTaken as error:
        raise refusals.unreachable(str(error)) from error
    except reach.NotReached as error:
        raise refusals.unreachable("It did not answer, or not in time. Try again in a minute.") from error
    return answer.status, _object(answer.body)


def _client(auth: httpx.Auth | None) -> httpx.AsyncClient:
    """Where it calls is the operator's word, so it may be inside."""
    headers = {"User-Agent": "CircleTime", "Accept": "application/json", "Accept-Encoding": "identity"}
    return httpx.AsyncClient(
        verify=reach.trusted(),
        auth=auth,
        trust_env=False,
        follow_redirects=False,
        headers=headers,
        timeout=PATIENCE_S,
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise refusals.unreachable("Its answer is no JSON.") from error
    if not isinstance(found, dict):
        raise refusals.unreachable("Its answer is no JSON object.")
    return found
