"""Sends every room's RoomState to the broker, retained, whenever it has changed (design, "State, not events").

A room is sent while its published revision is not its revision, and marked once the broker has it. So a
crash at any point heals by itself: what was not marked is sent again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from hub import journal
from hub.clock import Clock
from hub.db.database import Database
from hub.db.together import Gathering
from hub.errors import NotFound
from hub.events import Event, RoomChanged
from hub.measures import PUBLISH_S
from hub.mqtt.client import Broker
from hub.panel import room_view
from hub.rooms import service as rooms
from hub.spans import span
from hub.trail import Cause
from hub.waiting import woken_by
from shared import topics
from shared.room_state import encode

log = logging.getLogger(__name__)

LOOKS_EVERY_S = 1.0
"""Other processes write to the same database: an import, a hub without a broker."""
RETRY_MAX_S = 30.0
MOST_CAUSES = 20
"""Kept of a room; a broker that is away makes it no longer."""
BATCH = 20
"""Rooms read, and marked, in one transaction."""


class _Outgoing(NamedTuple):
    room_id: str
    revision: int
    payload: bytes
    """Empty: the room is gone."""
    due_at: datetime | None


class _News:
    """Which revisions wait for the broker, and what made each. For the log and the measures: nothing relies on it."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[tuple[int, Cause]]] = {}

    def put(self, event: Event) -> None:
        if isinstance(event, RoomChanged) and event.cause:
            told = self._waiting.setdefault(event.room_id, [])
            told.append((event.revision, event.cause))
            del told[:-MOST_CAUSES]

    def arrived(self, room_id: str, revision: int) -> list[Cause]:
        """What the broker has now of that room."""
        told = self._waiting.pop(room_id, [])
        if later := [one for one in told if one[0] > revision]:
            self._waiting[room_id] = later
        return [cause for known, cause in told if known <= revision]


class StatePublisher:
    """The one that publishes room states: a room's revisions go out in order, and never backwards."""

    def __init__(self, database: Database, clock: Clock, broker: Broker) -> None:
        self._database, self._clock, self._broker = database, clock, broker
        self._sending = asyncio.Lock()
        self._again = Gathering[str, None](self._publish_all)
        self._news = _News()

    async def seed(self) -> None:
        """Tells a broker that knows nothing everything."""
        await self._database.write(rooms.unpublish_all)
        await self.publish_due()

    async def run(self) -> None:
        """Publishes what is due until cancelled, at once where this process changed it."""
        with self._database.events.heard_by(self._news):
            await self._run()

    async def _run(self) -> None:
        retry_s = LOOKS_EVERY_S
        while True:
            with self._database.events.listen() as stream:
                try:
                    await self.publish_due()
                except ConnectionError as error:  # a new link begins with all of them
                    log.warning("room states wait for the broker: %s", error)
                    await asyncio.sleep(LOOKS_EVERY_S)
                except Exception:
                    log.exception("could not publish room states; next try in %d s", retry_s)
                    await asyncio.sleep(retry_s)
                    retry_s = min(retry_s * 2, RETRY_MAX_S)
                else:
                    retry_s = LOOKS_EVERY_S
                    await woken_by(RoomChanged, stream, LOOKS_EVERY_S)

    async def publish_due(self) -> None:
        now = self._clock.now()
        due = list(await self._database.read(lambda session: rooms.unpublished(session, now)))
        for first in range(0, len(due), BATCH):
            await self.publish(due[first : first + BATCH])

    async def publish_again(self, room_id: str) -> None:
        """As `publish`; asked for by many panels of the room at once, it is done once."""
        await self._again.put(room_id)

    async def _publish_all(self, room_ids: Sequence[str]) -> list[None]:
        each = list(dict.fromkeys(room_ids))
        for first in range(0, len(each), BATCH):
            await self.publish(each[first : first + BATCH])
        return [None] * len(room_ids)

    async def publish(self, room_ids: Sequence[str]) -> None:
        """Sends these rooms as they are now, changed or not."""
        async with self._sending:
            now = self._clock.now()
            outgoing = await self._database.read(lambda session: _outgoing(session, room_ids, now))
            await asyncio.gather(*(self._send(one) for one in outgoing))
            await self._database.write(lambda session: _mark(session, outgoing))

    async def _send(self, one: _Outgoing) -> None:
        with span("publish", room=one.room_id, revision=one.revision):
            await self._broker.publish(topics.room_state(one.room_id), one.payload, retain=True)
        causes = self._news.arrived(one.room_id, one.revision)
        asked = {cause.request_id for cause in causes if cause.request_id}
        journal.note("published", room=one.room_id, revision=one.revision, requests=sorted(asked))
        for cause in causes:
            PUBLISH_S.observe(time.monotonic() - cause.committed_s)


def _outgoing(session: Session, room_ids: Sequence[str], now: datetime) -> list[_Outgoing]:
    """A room that can't be shown is logged and left for the next look: it must not hold up the others."""
    found = []
    for room_id in room_ids:
        try:
            state, due_at = room_view.view(session, room_id, now)
            found.append(_Outgoing(room_id, state["revision"], encode(state).encode(), due_at))
        except NotFound:
            found.append(_Outgoing(room_id, rooms.revisions(session)[room_id], b"", None))
        except Exception:
            log.exception("room %s has no state", room_id)
    return found


def _mark(session: Session, sent: Sequence[_Outgoing]) -> None:
    for one in sent:
        rooms.mark_published(session, one.room_id, one.revision, one.due_at)
