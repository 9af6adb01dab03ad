"""Answers what panels ask: which rooms nearby are free, and how words in another script are drawn."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from hub.bookings import service as bookings
from hub.clock import Clock, unix
from hub.db.database import Database
from hub.errors import NotFound
from hub.mqtt.client import Broker
from hub.panel import scripts, service
from shared import panel_request, text_strip, topics
from shared.room_state import cut

if TYPE_CHECKING:
    from shared.panel_request import FreeRoom, Request

log = logging.getLogger(__name__)

BETWEEN = timedelta(seconds=2)
"""A panel that asks again sooner gets no answer: nobody presses a key that fast and reads what it says."""

STRIPS_AT_ONCE = 2
"""Pictures of words that are drawn at the same time, for all panels: the others wait."""


class RequestListener:
    def __init__(self, database: Database, clock: Clock, broker: Broker) -> None:
        self._database, self._clock, self._broker = database, clock, broker
        self._answered: dict[str, datetime] = {}
        self._drawing: set[str] = set()
        self._room_to_draw = asyncio.Semaphore(STRIPS_AT_ONCE)
        self._unwritable: set[str] = set()

    async def take(self, panel_id: str, payload: bytes) -> None:
        try:
            asked = panel_request.parse_request(payload)
            said = await self._answer(panel_id, asked)
        except (ValueError, NotFound) as error:
            log.warning("request of panel %s is not answered: %s", panel_id, error)
            return
        if said is not None:
            await self._broker.publish(topics.panel_down(panel_id, "reply"), said.encode())

    async def _answer(self, panel_id: str, asked: Request) -> str | None:
        if asked["kind"] == text_strip.STRIP:
            return await self._strip(panel_id, asked)
        now = self._clock.now()
        last = self._answered.get(panel_id)
        if last is not None and last <= now < last + BETWEEN:
            return None
        rooms = await self._database.read(lambda session: _free_rooms(session, panel_id, now))
        self._answered = {one: at for one, at in self._answered.items() if at <= now < at + BETWEEN}
        self._answered[panel_id] = now
        return panel_request.reply(asked["id"], rooms)

    async def _strip(self, panel_id: str, asked: Request) -> str | None:
        """One at a time for each panel; what it asks meanwhile it asks again."""
        if panel_id in self._drawing:
            return None
        self._drawing.add(panel_id)
        try:
            async with self._room_to_draw:
                width, height, dots = await asyncio.to_thread(scripts.picture, asked["style"], asked["text"])
        except scripts.Unwritable as error:
            self._note_unwritable(str(error))
            width, height, dots = 0, 0, b""
        finally:
            self._drawing.discard(panel_id)
        return text_strip.strip_reply(asked["id"], width, height, dots)

    def _note_unwritable(self, script: str) -> None:
        if script not in self._unwritable:
            self._unwritable.add(script)
            log.warning("panels show boxes: no font for %s (docs/operating.md, Fonts)", script)


def _free_rooms(session: Session, panel_id: str, now: datetime) -> list[FreeRoom]:
    """Names and times only: whoever stands at one door reads no titles of another."""
    room = service.panel(session, panel_id).room
    if room is None:
        return []
    return [
        {
            "name": cut(one.name, panel_request.NAME_BYTES),
            "floor": cut(one.floor.name, panel_request.FLOOR_BYTES),
            "capacity": one.capacity,
            "untilUnix": unix(until),
        }
        for one, until in bookings.free_nearby(session, room, now, panel_request.MOST_ROOMS)
    ]
