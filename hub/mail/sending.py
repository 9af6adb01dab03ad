"""Sends what waits in the outbox, one mail after the other, while the hub runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.clock import Clock
from hub.db.database import Database
from hub.mail import outbox
from hub.mail.mailers import Mailer, NotSent
from hub.mail.outbox import Mail, Writers
from hub.waiting import every

_log = logging.getLogger(__name__)

LOOKS_EVERY_S = 1.0
LAST_WORDS_S = 5.0


async def send_mail(database: Database, clock: Clock, mailer: Mailer, writers: Writers) -> None:
    """Runs until cancelled; a failing database is tried again at the next look."""

    async def send_due() -> None:
        while await _to_its_end(send_next(database, clock, mailer, writers)):
            pass

    await every(LOOKS_EVERY_S, send_due, "send mail")


async def _to_its_end(sending: Coroutine[Any, Any, bool]) -> bool:
    """Cancelled meanwhile, waits for LAST_WORDS_S: a mail that is taken but not marked would go out again."""
    task = asyncio.create_task(sending)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=LAST_WORDS_S)
        raise


async def send_next(database: Database, clock: Clock, mailer: Mailer, writers: Writers) -> bool:
    """Tries the mail that has waited longest; whether there was one."""
    now = clock.now()
    if not await database.read(lambda session: outbox.is_due(session, now)):
        return False
    mail = await database.write(lambda session: outbox.take(session, writers, now))
    if mail is None:
        return False
    try:
        await mailer.send(mail, now)
    except NotSent as error:
        await _failed(database, mail, error, clock.now())
    else:
        await database.write(lambda session: outbox.mark_sent(session, mail, clock.now()))
    return True


async def _failed(database: Database, mail: Mail, error: NotSent, now: datetime) -> None:
    def note(session: Session) -> bool:
        return outbox.mark_failed(session, mail, str(error), now, for_good=error.for_good)

    again = await database.write(note)
    _log.warning("mail %s was not sent, %s: %s", mail.id, "tries again" if again else "gives up", error)
