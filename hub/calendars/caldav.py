"""A CalDAV calendar, both ways (RFC 4791): each event or series is a resource with an etag, and a PUT says which it saw.

Changes are asked for by sync-token (RFC 6578); where the server has none, everything is read again when its ctag, or
else the list of its etags, has changed.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from hub.calendars import dav_xml, refusals
from hub.calendars.dav_xml import Multistatus, Resource
from hub.calendars.edits import changed_event, new_event, without_occurrence
from hub.calendars.events import item_of
from hub.calendars.port import BACK, LONGEST_ID, Elsewise, Item, Meeting, Page, Place, TokenLost
from hub.calendars.reach import Caller
from hub.reach import Answer

AT_ONCE = 50
"""Resources in one answer."""
MOST_REPORTS = 100
_XML = {"Content-Type": "application/xml; charset=utf-8"}
_TEXT = {"Content-Type": "text/calendar; charset=utf-8"}


class CalDav:
    read_only = False
    polled_every = timedelta(minutes=1)

    def __init__(self, caller: Caller, url: str, zone: ZoneInfo) -> None:
        """`url` is the calendar collection's."""
        self._caller, self._zone = caller, zone
        at = urlsplit(url)
        self._server = f"{at.scheme}://{at.netloc}"
        self._home = dav_xml.path_of(at.path if at.path.endswith("/") else f"{at.path}/")

    async def changes(self, since: str | None, more: str | None, now: datetime) -> Page:
        if more is not None:
            return await self._fetched(json.loads(more), (), now)
        state = await self._state()
        kind, _, last = (since or "").partition(":")
        if since is not None and since == state:
            return Page((), token=state)
        if state is not None and state.startswith("sync:") and kind == "sync":
            return await self._changed(last, now)
        return await self._everything(state, since, now)

    async def _state(self) -> str | None:
        """Where the calendar stands: another one means that something has changed. None: it does not say."""
        found = await self._dav("PROPFIND", dav_xml.ask_state(), depth="0")
        own = next(iter(found.resources), None)
        if own is None:
            raise refusals.missing()
        if own.token:
            return f"sync:{own.token}"
        return f"ctag:{own.ctag}" if own.ctag else None

    async def _changed(self, token: str, now: datetime) -> Page:
        hrefs: dict[str, bool] = {}
        for _ in range(MOST_REPORTS):
            answer = await self._call("REPORT", self._home, _XML, dav_xml.ask_since(token))
            if answer.status in {400, 403, 409, 412, 415, 501}:
                raise TokenLost
            found = _multistatus(answer)
            hrefs |= {one.href: one.status == 404 for one in found.resources if one.href != self._home}
            cut_short = any(one.href == self._home and one.status == 507 for one in found.resources)
            token = found.token or token
            if not cut_short:
                break
        gone = tuple(Item(href) for href, is_gone in hrefs.items() if is_gone)
        wanted = [href for href, is_gone in hrefs.items() if not is_gone]
        return await self._fetched([f"sync:{token}", False, wanted], gone, now)

    async def _everything(self, state: str | None, since: str | None, now: datetime) -> Page:
        found = await self._dav("REPORT", dav_xml.ask_all(now - BACK), depth="1")
        there = [one for one in found.resources if one.href != self._home and one.status == 200]
        state = state or _stamp(there)
        if state == since:
            return Page((), token=state)
        return await self._fetched([state, True, [one.href for one in there]], (), now)

    async def _fetched(
        self, rest: tuple[str, bool, list[str]] | list[object], gone: tuple[Item, ...], now: datetime
    ) -> Page:
        token, whole, hrefs = str(rest[0]), bool(rest[1]), [str(one) for one in rest[2]]  # type: ignore[attr-defined]
        some, others = hrefs[:AT_ONCE], hrefs[AT_ONCE:]
        items = (*gone, *(await self._items(some, now) if some else ()))
        if others:
            return Page(items, more=json.dumps([token, whole, others]), whole=whole)
        return Page(items, token=token, whole=whole)

    async def _items(self, hrefs: list[str], now: datetime) -> list[Item]:
        found = await self._dav("REPORT", dav_xml.ask_for(hrefs), depth="1")
        there = {one.href: one for one in found.resources if one.status == 200 and one.data is not None}
        return [self._item(href, there.get(href), now) for href in hrefs if len(href) <= LONGEST_ID]

    def _item(self, href: str, found: Resource | None, now: datetime) -> Item:
        if found is None or found.data is None:
            return Item(href)
        return item_of(href, found.etag[:255], found.data, self._zone, now)

    async def create(self, origin: str, new: Meeting, now: datetime) -> Place:
        href = f"{self._home}circletime-{origin}.ics"
        return await self._put(Place(href), new_event(origin, new, now), {"If-None-Match": "*"})

    async def change(self, at: Place, to: Meeting, now: datetime) -> Place:
        raw = await self._as_seen(at)
        return await self._put(
            at, changed_event(raw, at.occurrence, to, self._zone, now), {"If-Match": at.etag}
        )

    async def cancel(self, at: Place, now: datetime) -> Place | None:
        left = (
            without_occurrence(await self._as_seen(at), at.occurrence, self._zone, now)
            if at.occurrence
            else None
        )
        if left is not None:
            return await self._put(at, left, {"If-Match": at.etag})
        answer = await self._call("DELETE", at.remote_id, {"If-Match": at.etag})
        if answer.status not in {200, 204, 404, 410}:
            raise _not_done(answer)
        return None

    async def watch(self, now: datetime) -> datetime | None:  # noqa: ARG002  the port's
        """CalDAV servers do not tell; they are asked."""
        return None

    async def close(self) -> None:
        await self._caller.close()

    async def _as_seen(self, at: Place) -> bytes:
        answer = await self._call("GET", at.remote_id, {})
        if answer.status != 200 or answer.headers.get("etag", at.etag) != at.etag:
            raise Elsewise
        return answer.body

    async def _put(self, at: Place, text: bytes, condition: dict[str, str]) -> Place:
        answer = await self._call("PUT", at.remote_id, _TEXT | condition, text)
        if answer.status not in {200, 201, 204}:
            raise _not_done(answer)
        etag = answer.headers.get("etag")
        if not etag:  # the server has written it otherwise (RFC 4791, 5.3.4)
            found = await self._dav("PROPFIND", dav_xml.ask_state(), depth="0", href=at.remote_id)
            etag = next((one.etag for one in found.resources), "")
        return Place(at.remote_id, at.occurrence, etag)

    async def _dav(self, method: str, body: bytes, *, depth: str, href: str | None = None) -> Multistatus:
        return _multistatus(await self._call(method, href or self._home, _XML | {"Depth": depth}, body))

    async def _call(
        self, method: str, href: str, headers: dict[str, str], body: bytes | None = None
    ) -> Answer:
        return await self._caller.call(method, self._server + href, headers=headers, body=body)


def _multistatus(answer: Answer) -> Multistatus:
    if answer.status == 403:
        raise refusals.login_refused()
    if answer.status in {404, 405, 410}:
        raise refusals.missing()
    if answer.status != 207:
        raise refusals.not_understood(f"It answers {answer.status} where CalDAV servers answer 207.")
    return dav_xml.multistatus(answer.body)


def _not_done(answer: Answer) -> Exception:
    if answer.status == 403:
        return refusals.login_refused()
    if answer.status in {404, 409, 410, 412}:
        return Elsewise()
    return refusals.not_understood(f"It answers {answer.status} to a change.")


def _stamp(there: list[Resource]) -> str:
    words = "\n".join(sorted(f"{one.href} {one.etag}" for one in there))
    return f"etags:{hashlib.sha256(words.encode()).hexdigest()}"
