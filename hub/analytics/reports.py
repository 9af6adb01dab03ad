"""Each report, from a study: pure functions. `service` reads the study and runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from hub.analytics.figures import Sums, ratio
from hub.analytics.house_digest import added
from hub.analytics.local_time import day_of, weekday_of
from hub.analytics.open_time import OpenTime
from hub.analytics.peak import peak
from hub.analytics.records import (
    Bucket,
    Figures,
    GhostFigures,
    HourCell,
    Kpis,
    Metric,
    RoomFigures,
    TrendPoint,
)
from hub.analytics.study import Study
from hub.rooms.service import RoomHistory


def minutes_of(sums: Sums) -> dict[str, Any]:
    return {
        "available_minutes": sums.available_s / 60,
        "booked_minutes": sums.booked_s / 60,
        "used_minutes": sums.used_s / 60,
        "booked_utilization": ratio(sums.booked_s, sums.available_s),
        "used_utilization": ratio(sums.used_s, sums.available_s),
    }


def figures_of(sums: Sums) -> dict[str, Any]:
    return minutes_of(sums) | {
        "unverified_minutes": sums.unverified_s / 60,
        "outside_minutes": sums.outside_s / 60,
        "bookings": sums.bookings,
        "cancelled": sums.cancelled,
        "cancellation_rate": ratio(sums.cancelled, sums.bookings + sums.cancelled),
        "walk_ups": sums.walk_ups,
        "exempt": sums.exempt,
        "held": sums.held,
        "check_in_required": sums.required,
        "ghosts": sums.ghosts,
        "ghost_rate": ratio(sums.ghosts, sums.required),
        "lost_minutes": sums.lost_s / 60,
        "recovered_minutes": sums.recovered_s / 60,
        "rebooked_minutes": sums.rebooked_s / 60,
        "meetings": sums.meetings,
        "attendance_known": sums.attendance_known,
        "attendance_coverage": ratio(sums.attendance_known, sums.meetings),
        "attendees": sums.attendees,
        "seats": sums.seats,
        "seat_fill": ratio(sums.attendees, sums.seats),
    }


def kpis(study: Study) -> Kpis:
    sums = added(part.whole for part in study.parts)
    sums.available_s = study.available_s()
    most, at = peak(study)
    return Kpis(
        **figures_of(sums),
        peak_rooms=most,
        peak_at=at,
        rooms=sum(1 for one in study.rooms if study.open[one.room.key].total_s),
    )


def room_figures(study: Study, *, every: bool = False) -> list[RoomFigures]:
    """By building, floor and name; rooms with neither available time nor bookings in the range are left out,
    unless `every` is wanted."""
    return [
        RoomFigures(**figures_of(sums), **_room(one), capacity=one.room.capacity, removed=one.room.deleted)
        for one, sums in _by_room(study, every=every)
    ]


def _by_room(study: Study, *, every: bool = False) -> list[tuple[RoomHistory, Sums]]:
    told = []
    for one in study.rooms:
        sums = added(digest.whole for digest in study.digests[one.room.key])
        sums.available_s = study.open[one.room.key].total_s
        if every or sums != Sums():
            told.append((one, sums))
    return told


def _room(one: RoomHistory) -> dict[str, Any]:
    return {
        "room_id": one.room.id,
        "room_name": one.room.name,
        "floor_name": one.room.floor.name,
        "building_name": one.room.building.name,
    }


def ghosts_by_room(study: Study) -> list[GhostFigures]:
    return [GhostFigures(**figures_of(sums), **_room(one), department=None) for one, sums in _by_room(study)]


def ghosts_by_department(study: Study) -> list[GhostFigures]:
    """By name; those of no department come last. Available time is that of all the rooms."""
    found: dict[str | None, Sums] = {}
    for part in study.parts:
        for department, sums in part.departments.items():
            found.setdefault(department, Sums()).add(sums)
    available_s = study.available_s()
    nowhere: dict[str, Any] = {"room_id": None, "room_name": None, "floor_name": None, "building_name": None}
    told = []
    for department in sorted(found, key=lambda name: (name is None, name)):
        sums = found[department]
        sums.available_s = available_s
        told.append(GhostFigures(**figures_of(sums), **nowhere, department=department))
    return told


def heatmap(study: Study) -> list[HourCell]:
    """By weekday and hour."""
    found: dict[tuple[int, int], Sums] = {}
    for day, hour, seconds in _available(study):
        found.setdefault((weekday_of(day), hour), Sums()).available_s += seconds
    for part in study.parts:
        for slot, (booked_s, used_s) in part.hours.items():
            sums = found[slot]
            sums.booked_s += booked_s
            sums.used_s += used_s
    return [
        HourCell(**minutes_of(sums), weekday=weekday, hour=hour)
        for (weekday, hour), sums in sorted(found.items())
    ]


def _available(study: Study) -> Iterator[tuple[int, int, int]]:
    """Local day, hour, and seconds; rooms that share their open time are gone through once."""
    alike: dict[int, list[OpenTime]] = {}
    for one in study.open.values():
        alike.setdefault(id(one), []).append(one)
    for some in alike.values():
        for day, hour, seconds in some[0].all_hours():
            yield day, hour, seconds * len(some)


SIDES: dict[str, tuple[Callable[[Sums], int], Callable[[Sums], int]]] = {
    "bookedUtilization": (lambda sums: sums.booked_s, lambda sums: sums.available_s),
    "usedUtilization": (lambda sums: sums.used_s, lambda sums: sums.available_s),
    "ghostRate": (lambda sums: sums.ghosts, lambda sums: sums.required),
    "cancellationRate": (lambda sums: sums.cancelled, lambda sums: sums.bookings + sums.cancelled),
    "seatFill": (lambda sums: sums.attendees, lambda sums: sums.seats),
    "attendanceCoverage": (lambda sums: sums.attendance_known, lambda sums: sums.meetings),
}
"""Both sides of a ratio. Minutes are told as minutes, so these seconds are divided by 60 first."""


def trend(study: Study, metric: Metric, bucket: Bucket) -> list[TrendPoint]:
    """Every bucket of the range, in order, also where nothing happened."""
    by_day: dict[int, Sums] = {}
    for day, _, seconds in _available(study):
        by_day.setdefault(day, Sums()).available_s += seconds
    for part in study.parts:
        for day, sums in part.days.items():
            by_day.setdefault(day, Sums()).add(sums)
    found: dict[date, Sums] = {}
    for day, sums in by_day.items():
        found.setdefault(bucket_of(day_of(day), bucket), Sums()).add(sums)
    return [
        _point(found.get(start, Sums()), metric, begins, ends)
        for start, begins, ends in buckets(study.scope.from_day, study.scope.to_day, bucket)
    ]


def bucket_of(day: date, bucket: Bucket) -> date:
    """Its first day."""
    if bucket == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if bucket == "month" else day


def buckets(from_day: date, to_day: date, bucket: Bucket) -> Iterable[tuple[date, date, date]]:
    """Each one's first day, and what of it is in the range."""
    start = bucket_of(from_day, bucket)
    while start < to_day:
        after = bucket_of(start + timedelta(days={"day": 1, "week": 7, "month": 31}[bucket]), bucket)
        yield start, max(start, from_day), min(after, to_day)
        start = after


def _point(sums: Sums, metric: Metric, begins: date, ends: date) -> TrendPoint:
    if metric in SIDES:
        above, below = (side(sums) for side in SIDES[metric])
        unit = 60 if metric in {"bookedUtilization", "usedUtilization"} else 1
        return TrendPoint(
            from_=begins, to=ends, value=ratio(above, below), numerator=above / unit, denominator=below / unit
        )
    told = Figures(**figures_of(sums))
    value = getattr(told, _FIELDS[metric])
    return TrendPoint(from_=begins, to=ends, value=value, numerator=None, denominator=None)


_FIELDS = dict(zip(Figures.__struct_encode_fields__, Figures.__struct_fields__, strict=True))
