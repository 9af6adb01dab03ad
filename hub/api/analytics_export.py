"""Reports as files: the numbers are those of the JSON, to the last digit."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from litestar import Response, get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream

from hub.analytics import service
from hub.analytics.export import as_csv, table
from hub.analytics.records import Bucket, Metric
from hub.analytics.service import Question, ReportName
from hub.api.analytics import SCOPED, InScope, answered, computed
from hub.api.context import Asking, Hub, caller

By = Literal["room", "department"]
Language = Literal["de", "en", "es", "fr"]


@get("/analytics/{report:str}/export", dependencies=SCOPED, tags=["analytics"], media_type="text/csv")
async def export(
    hub: Hub,
    request: Asking,
    asked: InScope,
    report: FromPath[ReportName],
    form: Annotated[Literal["csv", "pdf"], QueryParameter(name="format")],
    by: FromQuery[By] = "room",
    metric: FromQuery[Metric] = "usedUtilization",
    bucket: FromQuery[Bucket] = "week",
    language: Annotated[Language, QueryParameter(description="Of a PDF")] = "en",
) -> Response[bytes] | Stream:
    """The report's items as CSV (RFC 4180), streamed, their number in the header `X-Total-Rows`; or with charts and
    definitions as PDF. Numbers have the digits of the JSON. In CSV, what a spreadsheet would take for a formula
    gets a `'` before it."""
    question = Question(report=report, scope=asked, by=by, metric=metric, bucket=bucket)
    name = f"circletime-{report}-{asked.from_day}-{asked.to_day}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    if form == "pdf":
        printed = partial(
            service.on_paper,
            questions=[question],
            who=caller(request),
            now=hub.clock.now(),
            language=language,
        )
        return Response(await computed(hub, printed), media_type="application/pdf", headers=headers)
    made = await answered(hub, request, question)
    found = table(made)
    headers |= {"X-Total-Rows": str(len(found.cells)), "X-Definitions-Version": made.definitions_version}
    return Stream(as_csv(found), media_type="text/csv; charset=utf-8", headers=headers)


ROUTES = [export]
