"""Reports, and the bookings behind their numbers: for managers and admins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Literal, TypeVar

from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream
from msgspec import Meta
from sqlalchemy.orm import Session

from hub.accounts.service import Account
from hub.analytics import definitions, paper, records, service
from hub.analytics import export as export_table
from hub.analytics.records import Bucket, Measure, Metric
from hub.analytics.service import Behind, Scope
from hub.api.booking_record import Booking, booking_record
from hub.api.context import Asking, Hub, Parts, caller
from hub.api.paging import LARGEST, Cursor, Key, Limit, cursor_at, position_of
from hub.api.schema import Record

Result = TypeVar("Result")
Word = Annotated[str, Meta(max_length=255)]


def asked_scope(
    from_day: Annotated[date, QueryParameter(name="from", description="The first local date")],
    to_day: Annotated[date, QueryParameter(name="to", description="The local date after the last")],
    building_id: Annotated[str | None, QueryParameter(name="buildingId", max_length=64)] = None,
    floor_id: Annotated[str | None, QueryParameter(name="floorId", max_length=64)] = None,
    room_id: Annotated[
        list[str] | None, QueryParameter(name="roomId", max_items=500, description="Any of these")
    ] = None,
    department: Annotated[
        str | None, QueryParameter(max_length=255, description="That its bookings were made for")
    ] = None,
) -> Scope:
    return Scope(
        from_day=from_day,
        to_day=to_day,
        building_id=building_id,
        floor_id=floor_id,
        room_ids=tuple(room_id or ()),
        department=department,
    )


InScope = NamedDependency[Scope]
SCOPED = {"asked": Provide(asked_scope, sync_to_thread=False)}


async def reported(
    hub: Parts, request: Asking, scope: Scope, make: Callable[[Session, Scope, Account, datetime], Result]
) -> Result:
    """In a thread of its own; of what the caller may see. Raises Forbidden."""
    who, now = caller(request), hub.clock.now()
    return await hub.database.report(
        lambda session: make(session, service.seen_by(session, who, scope), who, now)
    )


@get("/analytics/kpis", dependencies=SCOPED, tags=["analytics"])
async def kpis(hub: Hub, request: Asking, asked: InScope) -> records.KpiReport:
    """Every number over the whole range, in one item, and the same of the range before."""
    return await reported(hub, request, asked, lambda session, seen, _, now: service.kpis(session, seen, now))


@get("/analytics/utilization", dependencies=SCOPED, tags=["analytics"])
async def utilization(hub: Hub, request: Asking, asked: InScope) -> records.UtilizationReport:
    """Room by room."""
    return await reported(
        hub, request, asked, lambda session, seen, _, now: service.utilization(session, seen, now)
    )


@get("/analytics/ghosting", dependencies=SCOPED, tags=["analytics"])
async def ghosting(
    hub: Hub, request: Asking, asked: InScope, by: FromQuery[Literal["room", "department"]] = "room"
) -> records.GhostingReport:
    """Who did not come, what that cost, and what of it was rebooked; with those who do it again and again."""
    return await reported(
        hub, request, asked, lambda session, seen, who, now: service.ghosting(session, seen, by, who, now)
    )


@get("/analytics/capacity", dependencies=SCOPED, tags=["analytics"])
async def capacity(hub: Hub, request: Asking, asked: InScope) -> records.CapacityReport:
    """Whether rooms have the seats that people need, over meetings whose people were counted."""
    return await reported(
        hub, request, asked, lambda session, seen, _, now: service.capacity(session, seen, now)
    )


@get("/analytics/heatmap", dependencies=SCOPED, tags=["analytics"])
async def heatmap(hub: Hub, request: Asking, asked: InScope) -> records.HeatmapReport:
    """By weekday and hour, local to each building."""
    return await reported(
        hub, request, asked, lambda session, seen, _, now: service.heatmap(session, seen, now)
    )


@get("/analytics/trends", dependencies=SCOPED, tags=["analytics"])
async def trends(
    hub: Hub,
    request: Asking,
    asked: InScope,
    metric: FromQuery[Metric] = "usedUtilization",
    bucket: FromQuery[Bucket] = "week",
) -> records.TrendReport:
    """One number over time, and over the range before."""
    return await reported(
        hub, request, asked, lambda session, seen, _, now: service.trends(session, seen, metric, bucket, now)
    )


@get("/analytics/comparison", dependencies=SCOPED, tags=["analytics"])
async def comparison(hub: Hub, request: Asking, asked: InScope) -> records.ComparisonReport:
    """Up to six rooms, named by `roomId`, side by side."""
    return await reported(
        hub, request, asked, lambda session, seen, _, now: service.comparison(session, seen, now)
    )


@get("/analytics/peak", dependencies=SCOPED, tags=["analytics"])
async def peak(hub: Hub, request: Asking, asked: InScope) -> records.PeakReport:
    """How many rooms were used at once, at most, day by day."""
    return await reported(
        hub, request, asked, lambda session, seen, _, now: service.peak_rooms(session, seen, now)
    )


class CountedBooking(Record):
    """`minutes`: what of it is in the number; null where bookings are counted."""

    booking: Booking
    minutes: float | None


class BookingsBehind(Record):
    """`total` bookings make the number in all; `minutes` is their sum, where it is one of minutes."""

    items: list[CountedBooking]
    next_cursor: str | None
    total: int
    minutes: float | None


@get("/analytics/bookings", dependencies=SCOPED, tags=["analytics"])
async def bookings_behind(
    hub: Hub,
    request: Asking,
    asked: InScope,
    measure: FromQuery[Measure],
    weekday: Annotated[int | None, QueryParameter(ge=1, le=7, description="ISO, local")] = None,
    hour: Annotated[int | None, QueryParameter(ge=0, le=23, description="Local")] = None,
    organizer_id: Annotated[str | None, QueryParameter(name="organizerId", max_length=64)] = None,
    series_id: Annotated[str | None, QueryParameter(name="seriesId", max_length=64)] = None,
    limit: Limit = LARGEST,
    cursor: Cursor = None,
) -> BookingsBehind:
    """The bookings behind a number of any report, by start; `weekday` and `hour` are a cell of the heat map."""
    wanted = Behind(
        measure=measure, weekday=weekday, hour=hour, organizer_id=organizer_id, series_id=series_id
    )
    after = position_of(cursor, tuple[Key, Key])
    who = caller(request)
    found, total, minutes, last = await reported(
        hub,
        request,
        asked,
        lambda session, seen, who, now: service.behind(session, seen, wanted, who, after, limit, now),
    )
    return BookingsBehind(
        items=[
            CountedBooking(booking=booking_record(one.booking, who), minutes=one.minutes) for one in found
        ],
        next_cursor=cursor_at(last) if last else None,
        total=total,
        minutes=minutes,
    )


Reported = Literal["kpis", "utilization", "ghosting", "capacity", "heatmap", "trends", "comparison", "peak"]


@get("/analytics/{report:str}/export", dependencies=SCOPED, tags=["analytics"], media_type="text/csv")
async def export(
    hub: Hub,
    request: Asking,
    asked: InScope,
    report: FromPath[Reported],
    form: Annotated[Literal["csv", "pdf"], QueryParameter(name="format")],
    by: FromQuery[Literal["room", "department"]] = "room",
    metric: FromQuery[Metric] = "usedUtilization",
    bucket: FromQuery[Bucket] = "week",
) -> Response[bytes] | Stream:
    """The report's items as CSV (RFC 4180), streamed, their number in the header `X-Total-Rows`; or with chart and
    definitions as PDF. Numbers have the digits of the JSON."""

    def make(session: Session, seen: Scope, who: Account, now: datetime) -> export_table.Table | bytes:
        found = _report(session, report, seen, who, now, by, metric, bucket)
        return export_table.table(found) if form == "csv" else paper.as_pdf(found)

    made = await reported(hub, request, asked, make)
    name = f"circletime-{report}-{asked.from_day}-{asked.to_day}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    if isinstance(made, bytes):
        return Response(made, media_type="application/pdf", headers=headers)
    headers |= {"X-Total-Rows": str(len(made.cells)), "X-Definitions-Version": definitions.VERSION}
    return Stream(
        export_table.as_csv(made), media_type="text/csv; charset=utf-8", headers=headers
    )


def _report(
    session: Session,
    report: Reported,
    seen: Scope,
    who: Account,
    now: datetime,
    by: Literal["room", "department"],
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


ROUTES = [
    export,
    kpis,
    utilization,
    ghosting,
    capacity,
    heatmap,
    trends,
    comparison,
    peak,
    bookings_behind,
]
