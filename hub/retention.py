"""Takes people out of bookings that are older than the operator wants to know whose they were."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from hub.bookings import service
from hub.clock import Clock
from hub.db.database import Database
from hub.waiting import every

LOOKS_EVERY_S = 3600.0
MONTH = timedelta(days=30.4375)


async def forget(database: Database, clock: Clock, months: int) -> None:
    """Runs until cancelled."""
    await every(
        LOOKS_EVERY_S, lambda: forget_once(database, clock, months), "take people out of old bookings"
    )


async def forget_once(database: Database, clock: Clock, months: int) -> None:
    """All that is due, a few at a time."""
    now = clock.now()
    before = now - months * MONTH

    def some(session: Session) -> int:
        return service.forget_old(session, before, now)

    while await database.write(some):
        pass
