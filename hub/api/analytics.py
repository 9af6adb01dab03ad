"""Reports, and the bookings behind their numbers: for managers and admins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Annotated, Any, Literal, TypeVar

from litestar import get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, QueryParameter
from msgspec import Meta
from sqlalchemy.orm import Session

from hub.analytics import records, service
from hub.analytics.records import Bucket, Measure, Metric
from hub.analytics.service import Behind, Question, Scope
from hub.api.booking_record import Booking, booking_record
from hub.api.context import Asking, Hub, Parts, caller
from hub.api.paging import LARGEST, Cursor, Key, Limit, cursor_at, position_of
from hub.api.schema import Record
from hub.db.apart import Gone
from hub.errors import Unavailable

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


async def computed(hub: Parts, work: Callable[[Session], Result]) -> Result:
    """In the process for reports. Raises Unavailable where that dies of it, or the hub stops."""
    try:
        return await hub.database.compute(work)
    except Gone as error:
        raise Unavailable(
            "no-report",
            "This report could not be made",
            "The hub is stopping, or had not the memory for it: ask again.",
        ) from error


async def answered(hub: Parts, request: Asking, question: Question) -> Any:
    """Of what the caller may see. Raises Forbidden."""
    return await computed(
        hub, partial(service.answer, question=question, who=caller(request), now=hub.clock.now())
    )


@get("/analytics/kpis", dependencies=SCOPED, tags=["analytics"])
async def kpis(hub: Hub, request: Asking, asked: InScope) -> records.KpiReport:
    """Every number over the whole range, in one item, and the same of the range before."""
    found: records.KpiReport = await answered(hub, request, Question(report="kpis", scope=asked))
    return found


@get("/analytics/utilization", dependencies=SCOPED, tags=["analytics"])
async def utilization(hub: Hub, request: Asking, asked: InScope) -> records.UtilizationReport:
    """Room by room."""
    found: records.UtilizationReport = await answered(
        hub, request, Question(report="utilization", scope=asked)
    )
    return found


@get("/analytics/ghosting", dependencies=SCOPED, tags=["analytics"])
async def ghosting(
    hub: Hub, request: Asking, asked: InScope, by: FromQuery[Literal["room", "department"]] = "room"
) -> records.GhostingReport:
    """Who did not come, what that cost, and what of it was rebooked; with those who do it again and again."""
    found: records.GhostingReport = await answered(
        hub, request, Question(report="ghosting", scope=asked, by=by)
    )
    return found


@get("/analytics/capacity", dependencies=SCOPED, tags=["analytics"])
async def capacity(hub: Hub, request: Asking, asked: InScope) -> records.CapacityReport:
    """Whether rooms have the seats that people need, over meetings whose people were counted."""
    found: records.CapacityReport = await answered(hub, request, Question(report="capacity", scope=asked))
    return found


@get("/analytics/heatmap", dependencies=SCOPED, tags=["analytics"])
async def heatmap(hub: Hub, request: Asking, asked: InScope) -> records.HeatmapReport:
    """By weekday and hour, local to each building."""
    found: records.HeatmapReport = await answered(hub, request, Question(report="heatmap", scope=asked))
    return found


@get("/analytics/trends", dependencies=SCOPED, tags=["analytics"])
async def trends(
    hub: Hub,
    request: Asking,
    asked: InScope,
    metric: FromQuery[Metric] = "usedUtilization",
    bucket: FromQuery[Bucket] = "week",
) -> records.TrendReport:
    """One number over time, and over the range before."""
    found: records.TrendReport = await answered(
        hub, request, Question(report="trends", scope=asked, metric=metric, bucket=bucket)
    )
    return found


@get("/analytics/comparison", dependencies=SCOPED, tags=["analytics"])
async def comparison(hub: Hub, request: Asking, asked: InScope) -> records.ComparisonReport:
    """Up to six rooms, named by `roomId`, side by side."""
    found: records.ComparisonReport = await answered(hub, request, Question(report="comparison", scope=asked))
    return found


@get("/analytics/peak", dependencies=SCOPED, tags=["analytics"])
async def peak(hub: Hub, request: Asking, asked: InScope) -> records.PeakReport:
    """How many rooms were used at once, at most, day by day."""
    found: records.PeakReport = await answered(hub, request, Question(report="peak", scope=asked))
    return found


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
    found, total, minutes, last = await computed(
        hub,
        partial(
            service.answer_behind,
            scope=asked,
            wanted=wanted,
            who=who,
            after=after,
            limit=limit,
            now=hub.clock.now(),
        ),
    )
    return BookingsBehind(
        items=[
            CountedBooking(booking=booking_record(one.booking, who), minutes=one.minutes) for one in found
        ],
        next_cursor=cursor_at(last) if last else None,
        total=total,
        minutes=minutes,
    )


ROUTES = [
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
