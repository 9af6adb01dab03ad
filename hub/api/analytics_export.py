"""Reports as files: the numbers are those of the JSON, to the last digit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Annotated, Literal

from litestar import Response, get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream
from sqlalchemy.orm import Session

from hub.accounts.service import Account
from hub.analytics import records, service
from hub.analytics.export import as_csv, table
from hub.analytics.records import Bucket, Metric
from hub.analytics.service import Scope
from hub.api.analytics import SCOPED, InScope, reported
from hub.api.context import Asking, Hub

Reported = Literal["kpis", "utilization", "ghosting", "capacity", "heatmap", "trends", "comparison", "peak"]
By = Literal["room", "department"]
Language = Literal["de", "en", "es", "fr"]

_printer = ThreadPoolExecutor(1, thread_name_prefix="printer")
"""One PDF at a time: each keeps a core busy for a while."""


@get("/analytics/{report:str}/export", dependencies=SCOPED, tags=["analytics"], media_type="text/csv")
async def export(
    hub: Hub,
    request: Asking,
    asked: InScope,
    report: FromPath[Reported],
    form: Annotated[Literal["csv", "pdf"], QueryParameter(name="format")],
    by: FromQuery[By] = "room",
    metric: FromQuery[Metric] = "usedUtilization",
    bucket: FromQuery[Bucket] = "week",
    language: Annotated[Language, QueryParameter(description="Of a PDF")] = "en",
) -> Response[bytes] | Stream:
    """The report's items as CSV (RFC 4180), streamed, their number in the header `X-Total-Rows`; or with charts and
    definitions as PDF. Numbers have the digits of the JSON. In CSV, what a spreadsheet would take for a formula
    gets a `'` before it."""

    def make(session: Session, seen: Scope, who: Account, now: datetime) -> records.Report:
        return _report(session, report, seen, who, now, by, metric, bucket)

    made = await reported(hub, request, asked, make)
    name = f"circletime-{report}-{asked.from_day}-{asked.to_day}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    if form == "pdf":
        pdf = await asyncio.get_running_loop().run_in_executor(_printer, _printed, made, language)
        return Response(pdf, media_type="application/pdf", headers=headers)
    found = table(made)
    headers |= {"X-Total-Rows": str(len(found.cells)), "X-Definitions-Version": made.definitions_version}
    return Stream(as_csv(found), media_type="text/csv; charset=utf-8", headers=headers)


def _printed(report: records.Report, language: Language) -> bytes:
    from hub.analytics.paper import as_pdf  # noqa: PLC0415  fpdf2 takes half a second to load; most hubs never print

    return as_pdf([report], language)


def _report(
    session: Session,
    report: Reported,
    seen: Scope,
    who: Account,
    now: datetime,
    by: By,
    metric: Metric,
    bucket: Bucket,
) -> records.Report:
    if report == "ghosting":
        return service.ghosting(session, seen, by, who, now)
    if report == "trends":
        return service.trends(session, seen, metric, bucket, now)
    return PLAIN[report](session, seen, now)


PLAIN: dict[str, Callable[[Session, Scope, datetime], records.Report]] = {
    "kpis": service.kpis,
    "utilization": service.utilization,
    "capacity": service.capacity,
    "heatmap": service.heatmap,
    "comparison": service.comparison,
    "peak": service.peak_rooms,
}

ROUTES = [export]
