"""A calendar to subscribe to: one iCalendar file at an address, which can only be read.

It is asked for with what it said of itself last (ETag, Last-Modified), so that a quiet one answers in a line.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hub.calendars import refusals
from hub.calendars.events import items_of
from hub.calendars.port import Elsewise, Meeting, Page, Place
from hub.calendars.reach import Caller
from hub.reach import Answer


class Subscription:
    read_only = True
    polled_every = timedelta(minutes=5)

    def __init__(self, caller: Caller, url: str, zone: ZoneInfo) -> None:
        self._caller, self._url, self._zone = caller, url, zone

    async def changes(self, since: str | None, more: str | None, now: datetime) -> Page:
        answer = await self._caller.follow(self._url, {"Accept": "text/calendar", **_asked(since)})
        if answer.status == 304 and since is not None:
            return Page((), token=since)
        if answer.status == 403:
            raise refusals.login_refused()
        if answer.status in {404, 410}:
            raise refusals.missing()
        if answer.status != 200:
            raise refusals.not_understood(f"It answers {answer.status}.")
        token = _token(answer)
        if token == since:
            return Page((), token=token)
        items = tuple(
            replace(one, remote_id=_short(one.remote_id)) for one in items_of(answer.body, self._zone, now)
        )
        return Page(items, token=token, whole=True)

    async def create(self, origin: str, new: Meeting, now: datetime) -> Place:
        raise Elsewise

    async def change(self, at: Place, to: Meeting, now: datetime) -> Place:
        raise Elsewise

    async def cancel(self, at: Place, now: datetime) -> Place | None:
        raise Elsewise

    async def watch(self, now: datetime) -> datetime | None:
        """A file does not tell; it is asked."""
        return None

    async def close(self) -> None:
        await self._caller.close()


def _asked(since: str | None) -> dict[str, str]:
    said = json.loads(since) if since else {}
    names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
    return {names[name]: value for name, value in said.items() if name in names}


def _token(answer: Answer) -> str:
    kept = {name: answer.headers[name] for name in ("etag", "last-modified") if name in answer.headers}
    return json.dumps(kept | {"sha256": hashlib.sha256(answer.body).hexdigest()})


def _short(uid: str) -> str:
    """A UID may be of any length."""
    return hashlib.sha256(uid.encode()).hexdigest()
