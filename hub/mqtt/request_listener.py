"""Answers what panels ask: which rooms nearby are free."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from hub.bookings import service as bookings
from hub.clock import Clock, unix
from hub.db.database import Database
from hub.errors import NotFound
from hub.mqtt.client import Broker
from hub.panel import service
from shared import panel_request, topics
from shared.room_state import cut

if TYPE_CHECKING:
    from shared.panel_request import FreeRoom

log = logging.getLogger(__name__)

BETWEEN = timedelta(seconds=2)
"""A panel that asks again sooner gets no answer: nobody presses a key that fast and reads what it says."""


class RequestListener:
    def __init__(self, database: Database, clock: Clock, broker: Broker) -> None:
        self._database, self._clock, self._broker = database, clock, broker
        self._answered: dict[str, datetime] = {}

    async def take(self, panel_id: str, payload: bytes) -> None:
        now = self._clock.now()
        last = self._answered.get(panel_id)
        if last is not None and last <= now < last + BETWEEN:
            return
        try:
            asked = panel_request.parse_request(payload)
            rooms = await self._database.read(lambda session: _free_rooms(session, panel_id, now))
        except (ValueError, NotFound) as error:
            log.warning("request of panel %s is not answered: %s", panel_id, error)
            return
        self._answered = {one: at for one, at in self._answered.items() if at <= now < at + BETWEEN}
        self._answered[panel_id] = now
        said = panel_request.reply(asked["id"], rooms).encode()
        await self._broker.publish(topics.panel_down(panel_id, "reply"), said)


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
