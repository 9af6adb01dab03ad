"""What others may ask of analytics: each report over a scope, as of now (issue: numbers people can trust).

Managers and admins see all of it. Who leads a department sees that department's, where the site allows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from hub.accounts.service import Account
from hub.analytics import definitions
from hub.analytics.capacity import capacity as capacities
from hub.analytics.digesting import study
from hub.analytics.drill_down import Behind, BehindIt, behind
from hub.analytics.offenders import offenders, series
from hub.analytics.peak import peak, peak_days
from hub.analytics.records import (
    Bucket,
    CapacityReport,
    ComparisonReport,
    GhostingReport,
    HeatmapReport,
    KpiReport,
    Metric,
    PeakReport,
    Range,
    Report,
    TrendReport,
    UtilizationReport,
)
from hub.analytics.reports import (
    ghosts_by_department,
    ghosts_by_room,
    room_figures,
    trend,
)
from hub.analytics.reports import (
    heatmap as heat_cells,
)
from hub.analytics.reports import (
    kpis as kpi_item,
)
from hub.analytics.scope import Scope
from hub.errors import Forbidden, Refused
from hub.rooms import service as rooms

__all__ = [
    "Behind",
    "BehindIt",
    "Question",
    "ReportName",
    "Scope",
    "answer",
    "answer_behind",
    "behind",
    "capacity",
    "comparison",
    "ghosting",
    "heatmap",
    "kpis",
    "on_paper",
    "peak_rooms",
    "seen_by",
    "trends",
    "utilization",
]

MOST_COMPARED = 6

ReportName = Literal["kpis", "utilization", "ghosting", "capacity", "heatmap", "trends", "comparison", "peak"]


def seen_by(session: Session, who: Account, scope: Scope) -> Scope:
    """What `who` may see of it. Raises Forbidden."""
    if who.manages:
        return scope
    if not (who.leads and who.department and rooms.department_leads_allowed(session)):
        raise Forbidden(
            "analytics-not-yours",
            "Analytics are for managers and admins",
            "Who leads a department sees its own, where the site allows it.",
        )
    if scope.department not in {None, who.department}:
        raise Forbidden(
            "not-your-department", "You may see your own department only", f"Yours is {who.department}."
        )
    return replace(scope, department=who.department)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A report, by name, and what some of them need to know besides."""

    report: ReportName
    scope: Scope
    by: Literal["room", "department"] = "room"
    metric: Metric = "usedUtilization"
    bucket: Bucket = "week"


def answer(session: Session, question: Question, who: Account, now: datetime) -> Report:
    """Of what `who` may see. Raises Forbidden."""
    seen = seen_by(session, who, question.scope)
    if question.report == "ghosting":
        return ghosting(session, seen, question.by, who, now)
    if question.report == "trends":
        return trends(session, seen, question.metric, question.bucket, now)
    return PLAIN[question.report](session, seen, now)


def answer_behind(
    session: Session,
    scope: Scope,
    wanted: Behind,
    who: Account,
    after: tuple[int, int] | None,
    limit: int,
    now: datetime,
) -> tuple[list[BehindIt], int, float | None, tuple[int, int] | None]:
    """As `behind`, of what `who` may see. Raises Forbidden."""
    return behind(session, seen_by(session, who, scope), wanted, who, after, limit, now)


def on_paper(
    session: Session, questions: Sequence[Question], who: Account, now: datetime, language: str | None
) -> bytes:
    """The answers as one PDF."""
    from hub.analytics.paper import as_pdf  # noqa: PLC0415  fpdf2 takes half a second to load; most hubs never print

    return as_pdf([answer(session, one, who, now) for one in questions], language)


def _head(report: str, scope: Scope, now: datetime, *names: str) -> dict[str, Any]:
    return {
        "report": report,
        "from_": scope.from_day,
        "to": scope.to_day,
        "as_of": now,
        "building_id": scope.building_id,
        "floor_id": scope.floor_id,
        "room_ids": list(scope.room_ids),
        "department": scope.department,
        "definitions_version": definitions.VERSION,
        "definitions": definitions.told(*names),
    }


def kpis(session: Session, scope: Scope, now: datetime) -> KpiReport:
    before = scope.before()
    return KpiReport(
        **_head("kpis", scope, now, *definitions.FIGURES, "peakRooms", "previous"),
        items=[kpi_item(study(session, scope, now))],
        previous=Range(from_=before.from_day, to=before.to_day),
        previous_items=[kpi_item(study(session, before, now))],
    )


def utilization(session: Session, scope: Scope, now: datetime) -> UtilizationReport:
    return UtilizationReport(
        **_head("utilization", scope, now, *definitions.FIGURES),
        items=room_figures(study(session, scope, now)),
    )


def comparison(session: Session, scope: Scope, now: datetime) -> ComparisonReport:
    """Of the rooms that the scope names, in that order. Raises Refused for none, or too many."""
    wanted: Sequence[str] = list(dict.fromkeys(scope.room_ids))
    if not 1 <= len(wanted) <= MOST_COMPARED:
        raise Refused(
            "bad-comparison", "These rooms cannot be compared", f"Name 1 to {MOST_COMPARED} rooms by roomId."
        )
    found = {one.room_id: one for one in room_figures(study(session, scope, now), every=True)}
    return ComparisonReport(
        **_head("comparison", scope, now, *definitions.FIGURES),
        items=[found[one] for one in wanted if one in found],
    )


def ghosting(
    session: Session, scope: Scope, by: Literal["room", "department"], who: Account, now: datetime
) -> GhostingReport:
    found = study(session, scope, now)
    return GhostingReport(
        **_head("ghosting", scope, now, *definitions.FIGURES, "offenders"),
        by=by,
        items=ghosts_by_room(found) if by == "room" else ghosts_by_department(found),
        offenders=offenders(session, found, who),
        series=series(session, found, who, now),
    )


def capacity(session: Session, scope: Scope, now: datetime) -> CapacityReport:
    return CapacityReport(
        **_head("capacity", scope, now, *definitions.CAPACITY),
        items=capacities(study(session, scope, now)),
    )


def heatmap(session: Session, scope: Scope, now: datetime) -> HeatmapReport:
    return HeatmapReport(
        **_head("heatmap", scope, now, *definitions.MINUTES),
        items=heat_cells(study(session, scope, now)),
    )


def trends(session: Session, scope: Scope, metric: Metric, bucket: Bucket, now: datetime) -> TrendReport:
    before = scope.before()
    sides = definitions.SIDES.get(metric, ())
    return TrendReport(
        **_head("trends", scope, now, metric, *sides, "value", "previous"),
        metric=metric,
        bucket=bucket,
        items=trend(study(session, scope, now), metric, bucket),
        previous=Range(from_=before.from_day, to=before.to_day),
        previous_items=trend(study(session, before, now), metric, bucket),
    )


def peak_rooms(session: Session, scope: Scope, now: datetime) -> PeakReport:
    found = study(session, scope, now)
    most, at = peak(found)
    return PeakReport(
        **_head("peak", scope, now, *definitions.PEAK),
        items=peak_days(found),
        peak_rooms=most,
        peak_at=at,
    )


PLAIN: dict[str, Callable[[Session, Scope, datetime], Report]] = {
    "kpis": kpis,
    "utilization": utilization,
    "capacity": capacity,
    "heatmap": heatmap,
    "comparison": comparison,
    "peak": peak_rooms,
}
