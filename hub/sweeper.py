"""Makes permanent what time has decided: no-shows, completions, holds.

A late or dead sweeper never changes an answer: every read derives the status, and every write settles its
room first. It looks once a second, so a step of the clock is followed at once.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from hub.bookings import service
from hub.clock import Clock
from hub.db.database import Database
from hub.waiting import every

LOOKS_EVERY_S = 1.0


async def sweep(database: Database, clock: Clock) -> None:
    """Runs until cancelled; a failing database is tried again at the next look."""
    await every(LOOKS_EVERY_S, lambda: sweep_once(database, clock), "settle bookings")


async def sweep_once(database: Database, clock: Clock) -> None:
    now = clock.now()
    deadline = await database.read(service.next_deadline)
    if deadline is not None and deadline <= now:

        def settle(session: Session) -> None:
            service.settle_due(session, now)

        await database.write(settle)
