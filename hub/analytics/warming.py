"""Past months are read before anybody asks about them, a few rooms at a time, in the process for reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from hub.analytics import digesting
from hub.analytics.scope import Scope
from hub.clock import Clock
from hub.db.database import Database
from hub.rooms import service as rooms
from hub.waiting import every

LOOKS_EVERY_S = 300.0
FIRST_AFTER_S = 60.0
MONTHS = 14
"""A year, this month, and the one before that year: a quarter's comparison, and a month's of last year."""
ROOMS = 20
"""At once: half a second's work, which somebody who asks meanwhile waits for."""


async def warm(database: Database, clock: Clock) -> None:
    """Runs until cancelled."""
    await every(LOOKS_EVERY_S, lambda: warm_once(database, clock), "read past months", first_s=FIRST_AFTER_S)


async def warm_once(database: Database, clock: Clock) -> None:
    """What is known already costs a look at its versions."""
    for scope in await database.read(lambda session: list(slices(session, clock.now()))):
        await database.compute(partial(read, scope=scope, now=clock.now()))


def slices(session: Session, now: datetime) -> Iterator[Scope]:
    """The latest month first; no more than half of what is kept."""
    room_ids = [one.room.id for one in rooms.histories(session)]
    most = min(MONTHS, digesting.MOST_KEPT // 2 // max(1, len(room_ids)))
    for month in months(now.astimezone(UTC).date(), most):
        for start in range(0, len(room_ids), ROOMS):
            yield replace(month, room_ids=tuple(room_ids[start : start + ROOMS]))


def months(today: date, count: int) -> Iterator[Scope]:
    after = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    for _ in range(count):
        begins = (after - timedelta(days=1)).replace(day=1)
        yield Scope(from_day=begins, to_day=after)
        after = begins


def read(session: Session, scope: Scope, now: datetime) -> None:
    """So that it is kept."""
    digesting.study(session, scope, now)
