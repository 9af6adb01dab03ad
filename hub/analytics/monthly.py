"""The monthly report by mail: to managers who asked for it, once, whatever stops and starts meanwhile.

A month is over everywhere half a day into the next one (UTC-12); its report goes out a day into it. What was sent is
kept in the transaction that queues the mail, so that of several hubs one sends it, and after a restart none again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.accounts import mail_kinds, preferences
from hub.accounts.service import Account
from hub.analytics import service
from hub.analytics.models import MonthlyReport
from hub.analytics.records import Kpis, Report
from hub.analytics.scope import Scope
from hub.analytics.wording import Wording, wording
from hub.clock import Clock
from hub.db.database import Database
from hub.mail import outbox
from hub.mail.outbox import Attachment
from hub.waiting import every

_log = logging.getLogger(__name__)

LOOKS_EVERY_S = 60.0
AFTER = timedelta(days=1)
"""The end of a month in UTC: by then it has ended in every zone, and the sweeper has decided about its last meetings."""


@dataclass(frozen=True, slots=True)
class Due:
    to: Account
    month: date
    """Its first day."""
    language: str | None


async def send_monthly_reports(database: Database, clock: Clock, url: str) -> None:
    """Runs until cancelled."""
    await every(LOOKS_EVERY_S, lambda: send_due(database, clock, url), "send the monthly report")


async def send_due(database: Database, clock: Clock, url: str) -> None:
    """Makes each report that is due, in a thread of its own, and queues it."""
    now = clock.now()
    for one in await database.read(lambda session: due(session, now)):
        reports = await database.report(lambda session, one=one: reports_of(session, one, now))  # type: ignore[misc]
        pdf = await asyncio.to_thread(_printed, reports, one.language)
        try:
            await database.write(
                lambda session, one=one, reports=reports, pdf=pdf: queue(session, one, reports, pdf, url, now)  # type: ignore[misc]
            )
        except IntegrityError:
            _log.info("another hub has sent %s the report of %s", one.to.id, one.month)


def last_month(now: datetime) -> date:
    """The first day of the last month that is over, and ready to be told of."""
    ready = (now.astimezone(UTC) - AFTER).date().replace(day=1)
    return (ready - timedelta(days=1)).replace(day=1)


def due(session: Session, now: datetime) -> list[Due]:
    """Whoever asks for it later gets that of the last month, too."""
    month = last_month(now)
    sent = set(session.scalars(select(MonthlyReport.user_key).where(MonthlyReport.month == month)))
    return [
        Due(one, month, preferences.language(session, one))
        for one in preferences.managers(session)
        if mail_kinds.MONTHLY_REPORT in one.mail and one.key not in sent
    ]


def reports_of(session: Session, one: Due, now: datetime) -> list[Report]:
    after = (one.month + timedelta(days=32)).replace(day=1)
    scope = Scope(from_day=one.month, to_day=after)
    return [
        service.kpis(session, scope, now),
        service.utilization(session, scope, now),
        service.ghosting(session, scope, "room", one.to, now),
        service.heatmap(session, scope, now),
        service.trends(session, scope, "usedUtilization", "day", now),
    ]


def _printed(reports: Sequence[Report], language: str | None) -> bytes:
    from hub.analytics.paper import as_pdf  # noqa: PLC0415  fpdf2 takes half a second to load; most hubs never print

    return as_pdf(reports, language)


def queue(
    session: Session, one: Due, reports: Sequence[Report], pdf: bytes, url: str, now: datetime
) -> None:
    """Raises IntegrityError where another hub was first."""
    if session.get(MonthlyReport, (one.to.key, one.month)) is not None:
        return
    session.add(MonthlyReport(user_key=one.to.key, month=one.month, queued_at=now))
    session.flush()
    speech = wording(one.language)
    month = f"{one.month:%Y-%m}"
    outbox.queue(
        session,
        recipient=one.to.email,
        subject=speech.say("subject", title=speech.say("monthly"), month=month),
        body=letter(speech, one, reports, url),
        now=now,
        attachment=Attachment(f"circletime-{month}.pdf", "application/pdf", pdf),
    )


def letter(speech: Wording, one: Due, reports: Sequence[Report], url: str) -> str:
    """The month in four sentences; the rest is in the PDF."""
    found: Kpis = reports[0].items[0]  # type: ignore[attr-defined]
    name = " ".join(one.to.name.split())
    month = f"{one.month:%Y-%m}"
    days = f"from={reports[0].from_}&to={reports[0].to}"
    return "\n\n".join(
        [
            speech.say("hello", name=name),
            speech.say("attached", month=month),
            _sentences(speech, found),
            speech.say("more", url=f"{url}/admin/dashboard?{days}"),
            "-- \n" + speech.say("why", url=f"{url}/account"),
        ]
    )


def _sentences(speech: Wording, found: Kpis) -> str:
    used = speech.say("usedNothing")
    if found.used_utilization is not None and found.booked_utilization is not None:
        used = speech.say(
            "used",
            used=speech.percent(found.used_utilization),
            booked=speech.percent(found.booked_utilization),
        )
    if found.ghost_rate is None:
        return f"{used}\n{speech.say('ghostsNothing')}"
    rate = speech.percent(found.ghost_rate)
    ghosts = speech.say("ghosts", ghosts=found.ghosts, required=found.check_in_required, rate=rate)
    lost, recovered, rebooked = (
        speech.number(minutes / 60)
        for minutes in (found.lost_minutes, found.recovered_minutes, found.rebooked_minutes)
    )
    return f"{used}\n{ghosts}\n{speech.say('lost', lost=lost, recovered=recovered, rebooked=rebooked)}"
