"""Makes permanent what time has decided: no-shows, completions, holds.

A late or dead sweeper never changes an answer: every read derives the status, and every write settles its
room first. It looks once a second, so a step of the clock is followed at once.
"""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy.orm import Session

from hub.bookings import service
from hub.clock import Clock
from hub.db.database import Database
from hub.errors import DomainError

_log = logging.getLogger(__name__)

LOOKS_EVERY_S = 1.0


async def sweep(database: Database, clock: Clock) -> None:
    """Runs until cancelled; a failing database is tried again at the next look."""
    while True:
        try:
            await sweep_once(database, clock)
        except DomainError as error:
            _log.warning("could not settle bookings: %s", error)
        except Exception:
            _log.exception("could not settle bookings")
        await asyncio.sleep(LOOKS_EVERY_S)


async def sweep_once(database: Database, clock: Clock) -> None:
    now = clock.now()
    deadline = await database.read(service.next_deadline)
    if deadline is not None and deadline <= now:

        def settle(session: Session) -> None:
            service.settle_due(session, now)

        await database.write(settle)
