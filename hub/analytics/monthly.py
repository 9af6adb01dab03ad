"""The monthly report by mail: to whoever may see reports and asked for it, once, whatever stops and starts meanwhile.

A month is over everywhere half a day into the next one (UTC-12); its report goes out a day into it. Of several hubs
the one that takes a report makes it; where that hub dies meanwhile, another does after LEASE. That it is queued is kept
in the transaction that queues its mail.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.accounts import mail_kinds, preferences
from hub.accounts.service import Account
from hub.analytics import service
from hub.analytics.models import MonthlyReport
from hub.analytics.monthly_letter import letter
from hub.analytics.records import KpiReport
from hub.analytics.scope import Scope
from hub.analytics.service import Question, ReportName
from hub.analytics.wording import wording
from hub.clock import Clock
from hub.db.database import Database
from hub.errors import Forbidden
from hub.mail import outbox
from hub.mail.outbox import Attachment
from hub.waiting import every

_log = logging.getLogger(__name__)

LOOKS_EVERY_S = 60.0
READY = timedelta(days=1)
"""After a month's end in UTC: by then it has ended in every zone, and its last meetings are settled."""
LEASE = timedelta(minutes=10)
REPORTS: tuple[ReportName, ...] = ("kpis", "utilization", "ghosting", "capacity", "heatmap", "trends")


@dataclass(frozen=True, slots=True)
class Due:
    to: Account
    scope: Scope

    @property
    def month(self) -> date:
        """Its first day."""
        return self.scope.from_day


async def send_monthly_reports(database: Database, clock: Clock, url: str) -> None:
    """Runs until cancelled."""
    await every(LOOKS_EVERY_S, lambda: send_due(database, clock, url), "send the monthly report")


async def send_due(database: Database, clock: Clock, url: str) -> None:
    """Makes each report that is due, one after the other in a thread beside the loop, and queues it."""
    now = clock.now()
    for one in await database.read(lambda session: due(session, now)):
        await _send(database, one, url, now)


async def _send(database: Database, one: Due, url: str, now: datetime) -> None:
    try:
        if not await database.write(lambda session: take(session, one, now)):
            return
    except IntegrityError:
        _log.info("another hub makes the report of %s for %s", one.month, one.to.id)
        return
    kpis, pdf = await database.compute(partial(made, one=one, now=now))
    await database.write(lambda session: queue(session, one, kpis, pdf, url, now))


def last_month(now: datetime) -> Scope:
    """The last month that is over, and ready to be told of."""
    after = (now.astimezone(UTC) - READY).date().replace(day=1)
    return Scope(from_day=(after - timedelta(days=1)).replace(day=1), to_day=after)


def due(session: Session, now: datetime) -> list[Due]:
    """Of what each may see. Whoever asks for it later gets that of the last month, too."""
    scope = last_month(now)
    sent = select(MonthlyReport.user_key).where(
        MonthlyReport.month == scope.from_day, MonthlyReport.queued_at.is_not(None)
    )
    done = set(session.scalars(sent))
    readers = [
        one for one in preferences.who_wants(session, mail_kinds.MONTHLY_REPORT) if one.key not in done
    ]
    return [found for one in readers if (found := _allowed(session, one, scope)) is not None]


def _allowed(session: Session, who: Account, scope: Scope) -> Due | None:
    try:
        return Due(who, service.seen_by(session, who, scope))
    except Forbidden:
        return None


def take(session: Session, one: Due, now: datetime) -> bool:
    """Whether it is ours to make. Raises IntegrityError where another hub takes it at this moment."""
    found = session.get(MonthlyReport, (one.to.key, one.month), with_for_update=True)
    if found is None:
        session.add(MonthlyReport(user_key=one.to.key, month=one.month, taken_until=now + LEASE))
        session.flush()
        return True
    if found.queued_at is not None or found.taken_until > now:
        return False
    found.taken_until = now + LEASE
    return True


def made(session: Session, one: Due, now: datetime) -> tuple[KpiReport, bytes]:
    """The month's numbers, and all its reports as a PDF."""
    questions = [Question(report=name, scope=one.scope, bucket="day") for name in REPORTS]
    pdf = service.on_paper(session, questions, one.to, now, one.to.language)
    return service.kpis(session, one.scope, now), pdf


def queue(session: Session, one: Due, kpis: KpiReport, pdf: bytes, url: str, now: datetime) -> None:
    """Once; and not to who has left, or wants it no more, since it was begun."""
    found = session.get(MonthlyReport, (one.to.key, one.month), with_for_update=True)
    reader = preferences.reachable(session, one.to.key)
    if found is None or found.queued_at is not None:
        return
    if reader is None or mail_kinds.MONTHLY_REPORT not in reader.mail:
        session.delete(found)
        return
    found.queued_at = now
    speech, month = wording(reader.language), f"{one.month:%Y-%m}"
    outbox.queue(
        session,
        recipient=reader.email,
        subject=speech.say("subject", title=speech.say("monthly"), month=month),
        body=letter(speech, reader.name, kpis, url),
        now=now,
        attachment=Attachment(f"circletime-{month}.pdf", "application/pdf", pdf),
    )
