"""Server-sent events for the web app: what has changed, so that it asks again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
from litestar import get
from litestar.response import ServerSentEvent, ServerSentEventMessage

from hub.accounts import service as accounts
from hub.accounts.service import Account
from hub.accounts.tokens import secret_hash
from hub.api.context import Asking, Hub, caller
from hub.events import Closing, Event, IssueChanged, Missed, PanelChanged, RoomChanged, SessionEnded, Stream

HEARTBEAT_S = 15.0


@get("/events", tags=["events"], opt={"sent_as_is": True})
async def events(hub: Hub, request: Asking) -> ServerSentEvent:
    """`hello` once the stream is open, then `room` and, for managers, `panel` and `issue`; a comment at least every 15 s.

    It ends when the session does, and when something may have been missed: the listener then asks for everything again.
    """
    return ServerSentEvent(_told(hub, caller(request), request.auth or ""))


async def _told(hub: Hub, who: Account, token: str) -> AsyncIterator[ServerSentEventMessage]:
    now_s = asyncio.get_running_loop().time
    with hub.events.listen() as stream:
        yield ServerSentEventMessage(event="hello", data="{}")
        beat_at = now_s() + HEARTBEAT_S
        while not stream.overflowed:
            event = await _next(stream, beat_at)
            if event is None:
                still = await _owner(hub, token)
                if still is None:
                    return
                who, beat_at = still, now_s() + HEARTBEAT_S
                yield ServerSentEventMessage(comment="heartbeat", data=None)
            elif isinstance(event, Closing | Missed):
                return
            elif isinstance(event, SessionEnded):
                if event.user_id == who.id and event.token_hash in {None, secret_hash(token)}:
                    return
            elif isinstance(event, RoomChanged) or who.manages:
                yield _message(event)


async def _next(stream: Stream, until_s: float) -> Event | None:
    """None where nothing came until then, by the loop's clock."""
    try:
        async with asyncio.timeout_at(until_s):
            return await stream.get()
    except TimeoutError:
        return None


async def _owner(hub: Hub, token: str) -> Account | None:
    """None once the token has run out, or was revoked, perhaps in another process."""
    now = hub.clock.now()
    return await hub.database.read(lambda session: accounts.account_with_token(session, token, now))


def _message(event: RoomChanged | PanelChanged | IssueChanged) -> ServerSentEventMessage:
    if isinstance(event, RoomChanged):
        name, data = "room", {"type": "room", "roomId": event.room_id, "revision": event.revision}
    elif isinstance(event, IssueChanged):
        name = "issue"
        data = {
            "type": "issue",
            "issueId": event.issue_id,
            "roomId": event.room_id,
            "status": event.status,
        }
    else:
        name = "panel"
        data = {
            "type": "panel",
            "panelId": event.panel_id,
            "roomId": event.room_id,
            "status": event.status,
            "frame": event.frame,
        }
    return ServerSentEventMessage(event=name, data=msgspec.json.encode(data))


ROUTES = [events]
