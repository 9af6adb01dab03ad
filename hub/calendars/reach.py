"""How calendars are called: by `hub.reach`, and every answer that holds whatever was asked is a Trouble."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import httpx

from hub import reach
from hub.calendars import refusals
from hub.calendars.vault import Credentials
from hub.reach import Answer, NotAllowed, NotReached, NotTaken, Reach, retry_after

PATIENCE_S = 30.0
MOST_BYTES = 16 * 1024 * 1024
MOST_REDIRECTS = 3
_REDIRECTS = {301, 302, 303, 307, 308}


class Caller:
    """Calls one server with these credentials."""

    def __init__(self, may: Reach, credentials: Credentials) -> None:
        auth = None
        if credentials.username is not None:
            auth = httpx.BasicAuth(credentials.username, credentials.password or "")
        self._client = reach.client(may, PATIENCE_S, auth)

    async def close(self) -> None:
        await self._client.aclose()

    async def call(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """Raises Trouble where there is no answer, too much of one, or one that holds for whatever was asked."""
        try:
            answer = await reach.ask(
                self._client,
                method,
                url,
                headers=headers or {},
                body=body,
                most_bytes=MOST_BYTES,
                patience_s=PATIENCE_S,
            )
        except NotAllowed as error:
            raise refusals.not_allowed(error.host) from error
        except NotTaken as error:
            raise refusals.not_understood(str(error)) from error
        except NotReached as error:
            raise refusals.unreachable(str(error)) from error
        _refuse(answer)
        return answer

    async def follow(self, url: str, headers: Mapping[str, str]) -> Answer:
        """GET, past a few redirects. Credentials go no further than the first server."""
        answer = await self.call("GET", url, headers=headers)
        for _ in range(MOST_REDIRECTS):
            if answer.status not in _REDIRECTS:
                return answer
            there = httpx.URL(url).join(answer.headers.get("location", ""))
            same = (there.scheme, there.host, there.port) == _origin(url)
            if not same:
                self._client.auth = None  # type: ignore[assignment]  # httpx takes None
            url = str(there)
            answer = await self.call("GET", url, headers=headers)
        raise refusals.not_understood("It sends the hub from one address to another and on.")


def _origin(url: str) -> tuple[str, str, int | None]:
    found = httpx.URL(url)
    return found.scheme, found.host, found.port


def _refuse(answer: Answer) -> None:
    if answer.status == 401:
        raise refusals.login_refused()
    if answer.status in {429, 503}:
        raise refusals.busy(retry_after(answer.headers.get("retry-after"), datetime.now(UTC)))
    if answer.status >= 500 and answer.status != 507:
        raise refusals.unreachable(f"It answers {answer.status}.")
