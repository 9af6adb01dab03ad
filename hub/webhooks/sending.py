"""Sends what waits, while the hub runs: to each webhook one after the other, to all at the same time."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from hub import reach
from hub.clock import Clock, unix
from hub.db.database import Database
from hub.reach import Reach, retry_after
from hub.vault import SealedOtherwise, Vault
from hub.waiting import every
from hub.webhooks import outbox, signing
from hub.webhooks.outbox import DeliveryRecord, Parcel

log = logging.getLogger(__name__)

LOOKS_EVERY_S = 1.0
PATIENCE_S = 15.0
LAST_WORDS_S = 5.0
"""For what is under way when the hub stops: taken but not marked it would go out again."""
MOST_BYTES = 64 * 1024
"""Of an answer: nothing in it is read."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """`problem` None: it was taken."""

    problem: str | None
    answered: int | None = None
    wait: timedelta | None = None


class Courier:
    """Delivers. `vault` and `may` are the site's."""

    def __init__(self, database: Database, clock: Clock, vault: Vault, may: Reach) -> None:
        self.vault = vault
        self._database, self._clock, self._may = database, clock, may
        self._busy: dict[int, asyncio.Task[None]] = {}
        """By webhook: a slow one holds up no other."""
        self._closing = False

    async def run(self) -> None:
        """Until cancelled; what is under way comes to its end first."""
        try:
            await every(LOOKS_EVERY_S, self._look, "send webhooks")
        finally:
            self._closing = True
            if tasks := set(self._busy.values()):
                await asyncio.wait(tasks, timeout=LAST_WORDS_S)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _look(self) -> None:
        now = self._clock.now()
        for key in await self._database.read(lambda session: outbox.due(session, now)) - self._busy.keys():
            self._busy[key] = asyncio.create_task(self._drain(key))

    async def _drain(self, key: int) -> None:
        """Until one fails, or none is due."""
        try:
            while not self._closing and await self.deliver_next(key):
                pass
        except Exception:
            log.exception("could not send webhooks")
        finally:
            del self._busy[key]

    async def deliver_next(self, key: int) -> bool:
        """Whether one was due, and was taken by its receiver."""
        now = self._clock.now()
        parcel = await self._database.write(lambda session: outbox.take(session, key, now))
        return parcel is not None and await self._deliver(parcel)

    async def ping(self, webhook_id: str) -> DeliveryRecord:
        """Tries it now. Raises NotFound."""
        now = self._clock.now()

        def begin(session: Session) -> Parcel:
            return outbox.parcel(session, outbox.queue_ping(session, webhook_id, now).id, now)

        parcel = await self._database.write(begin)
        await self._deliver(parcel)
        return await self._database.read(lambda session: outbox.delivery(session, parcel.id))

    async def _deliver(self, parcel: Parcel) -> bool:
        outcome = await self._try(parcel)
        now = self._clock.now()

        def note(session: Session) -> None:
            if outcome.problem is None:
                outbox.mark_delivered(session, parcel.id, outcome.answered or 0, now)
            else:
                outbox.mark_failed(
                    session, parcel.id, outcome.problem, now, answered=outcome.answered, wait=outcome.wait
                )

        await self._database.write(note)
        return outcome.problem is None

    async def _try(self, parcel: Parcel) -> _Outcome:
        try:
            url = self.vault.open_words(parcel.sealed_url)
            secrets = [self.vault.open_words(one) for one in parcel.sealed_secrets]
        except SealedOtherwise:
            return _Outcome("Its address was sealed with another key: give it again.")
        signed = signing.headers(parcel.id, unix(self._clock.now()), parcel.body, secrets)
        try:
            async with reach.client(self._may, PATIENCE_S) as client:
                answer = await reach.ask(
                    client,
                    "POST",
                    url,
                    headers={"Content-Type": "application/json", **signed},
                    body=parcel.body,
                    most_bytes=MOST_BYTES,
                    patience_s=PATIENCE_S,
                )
        except reach.NotReached as error:
            return _Outcome(str(error))
        if 200 <= answer.status < 300:
            return _Outcome(None, answer.status)
        wait = retry_after(answer.headers.get("retry-after"), self._clock.now())
        return _Outcome(f"It answered {answer.status}.", answer.status, wait)
