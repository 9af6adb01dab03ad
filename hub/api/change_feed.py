"""Tells this process what other processes and the clock alone have changed.

A hub hears its own commits at once. An import, `user add` or a hub beside it write to the same database
unheard; and when a meeting starts nothing is written at all. So this looks, once a second.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from hub.clock import Clock, unix
from hub.db.database import Database
from hub.errors import NotFound
from hub.events import IssueChanged, RoomChanged, Stream
from hub.panel import issues, room_view
from hub.rooms import service as rooms
from shared.room_status import next_change_at

log = logging.getLogger(__name__)

LOOKS_EVERY_S = 1.0
AT_ONCE = 50
"""Rooms worked out in one transaction."""


class ChangeFeed:
    """Publishes RoomChanged and IssueChanged for what nobody in this process has told since `begin`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._told: dict[str, int] = {}
        """The last revision told, by room."""
        self._noted: dict[str, int] = {}
        """The revision from which `_next` was worked out."""
        self._next: dict[str, int | None] = {}
        """The second at which the clock alone next changes the room."""
        self._looked_at: datetime | None = None
        self._marks: dict[str, tuple[str, int, bool]] = {}
        """Of each unresolved issue, when it was last looked at."""
        self._issues_told: set[str] = set()
        """Told by this process since then."""
        self._echoes: list[IssueChanged] = []
        """Told by this feed, and not heard back yet."""

    async def begin(self) -> None:
        """Takes note of what there is."""
        self._told = await self._database.read(rooms.revisions)
        self._marks = await self._database.read(issues.marks)

    async def run(self) -> None:
        """Looks each second, until cancelled."""
        with self._database.events.listen() as stream:
            while True:
                try:
                    await self.look()
                    await self.look_at_issues()
                except Exception:
                    log.exception("could not look for changes")
                await self._hear(stream)

    async def _hear(self, stream: Stream) -> None:
        """For a second, takes note of what this process tells by itself."""
        try:
            async with asyncio.timeout(LOOKS_EVERY_S):
                while True:
                    event = await stream.get()
                    if isinstance(event, RoomChanged):
                        self._told[event.room_id] = max(event.revision, self._told.get(event.room_id, 0))
                    elif event in self._echoes:
                        self._echoes.remove(event)
                    elif isinstance(event, IssueChanged):
                        self._issues_told.add(event.issue_id)
        except TimeoutError:
            return

    async def look(self) -> None:
        now = self._clock.now()
        revisions = await self._database.read(rooms.revisions)
        news = {room_id for room_id, revision in revisions.items() if revision > self._told.get(room_id, 0)}
        by_clock = {room_id for room_id, at in self._next.items() if at is not None and at <= unix(now)}
        if self._looked_at is not None and now < self._looked_at:
            by_clock = set(revisions)
        stale = {room_id for room_id, revision in revisions.items() if revision != self._noted.get(room_id)}
        await self._work_out(sorted(stale | by_clock), revisions, now)
        self._told, self._looked_at = revisions, now
        for room_id in sorted(news | by_clock):
            self._database.events.publish(RoomChanged(room_id, revisions[room_id]))

    async def look_at_issues(self) -> None:
        told, self._issues_told = self._issues_told, set()
        marks = await self._database.read(issues.marks)
        changed = {one for one in marks.keys() | self._marks.keys() if marks.get(one) != self._marks.get(one)}
        self._marks = marks
        if news := sorted(changed - told):
            self._echoes = await self._database.read(partial(issues.changes_of, issue_ids=news))
            for event in self._echoes.copy():
                self._database.events.publish(event)

    async def _work_out(self, room_ids: list[str], revisions: dict[str, int], now: datetime) -> None:
        for first in range(0, len(room_ids), AT_ONCE):
            found = await self._database.read(partial(_next_changes, room_ids[first : first + AT_ONCE], now))
            self._next |= found
            self._noted |= {room_id: revisions[room_id] for room_id in found}


def _next_changes(room_ids: list[str], now: datetime, session: Session) -> dict[str, int | None]:
    return {room_id: _next_change(session, room_id, now) for room_id in room_ids}


def _next_change(session: Session, room_id: str, now: datetime) -> int | None:
    try:
        return next_change_at(room_view.room_state(session, room_id, now), unix(now))
    except NotFound:
        return None
    except Exception:
        log.exception("room %s has no state", room_id)
        return None
