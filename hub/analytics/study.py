"""What a report is made from: its rooms, when each could be used, and what became of the bookings in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from operator import attrgetter

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.analytics.digest import Digest
from hub.analytics.house_digest import HouseDigest
from hub.analytics.local_time import day_number, stretches
from hub.analytics.open_time import DayClosures, OpenTime, Span, WeeklyHours, less, opening
from hub.analytics.scope import Scope, checked
from hub.bookings.facts import Asked, Fact, booking_facts
from hub.clock import unix
from hub.errors import not_found
from hub.rooms import service as rooms
from hub.rooms.service import ClosureRecord, RoomHistory

FOREVER = 1 << 40


@dataclass(frozen=True, slots=True)
class Grounds:
    """A room, and what of it decides when it is open."""

    history: RoomHistory
    hours: WeeklyHours
    closures: DayClosures
    away: tuple[Span, ...]

    @property
    def key(self) -> int:
        return self.history.room.key

    def open_in(self, scope: Scope) -> OpenTime:
        """Rooms that are open alike share it."""
        within = stretches(self.history.room.building.zone, scope.from_day, scope.to_day)
        away = [one for one in self.away if within and one[0] < within[-1].ends and one[1] > within[0].begins]
        return less(opening(within, self.hours, self.closures_in(scope)), away)

    def closures_in(self, scope: Scope) -> DayClosures:
        first, last = day_number(scope.from_day), day_number(scope.to_day)
        return tuple(one for one in self.closures if one[0] < last and one[1] > first)


@dataclass(frozen=True, slots=True)
class Study:
    """`rooms` in the order of building, floor and name; `open` by the room's key, and `digests` too: of days that
    follow each other. `parts` are the same digests, those of the same days together."""

    scope: Scope
    rooms: Sequence[RoomHistory]
    open: dict[int, OpenTime]
    digests: dict[int, list[Digest]]
    parts: Sequence[HouseDigest]

    def available_s(self) -> int:
        return sum(self.open[one.room.key].total_s for one in self.rooms)

    @property
    def zones(self) -> set[str]:
        return {one.room.building.time_zone for one in self.rooms}


def grounds(session: Session, scope: Scope) -> list[Grounds]:
    """Raises Refused for a range that is none, NotFound for what it is narrowed to."""
    checked(scope)
    found = _rooms(session, scope)
    closed = rooms.closures(session, scope.building_id, scope.from_day, scope.to_day)
    return [Grounds(one, _hours(one), _closures(one, closed), tuple(_away(one))) for one in found]


def _rooms(session: Session, scope: Scope) -> list[RoomHistory]:
    if scope.building_id is not None:
        rooms.building(session, scope.building_id)
    if scope.floor_id is not None:
        rooms.floor_row(session, scope.floor_id)
    found = rooms.histories(
        session, building_id=scope.building_id, floor_id=scope.floor_id, room_ids=scope.room_ids
    )
    there = {one.room.id for one in found}
    for room_id in scope.room_ids:
        if scope.building_id is None is scope.floor_id and room_id not in there:
            raise not_found("room", room_id)
    return found


def _hours(one: RoomHistory) -> WeeklyHours:
    return tuple(
        (hours.weekday, _minutes(hours.opens), _minutes(hours.closes))
        for hours in one.room.policy.opening_hours
    )


@cache
def _minutes(local: str) -> int:
    hour, minute = local.split(":")
    return int(hour) * 60 + int(minute)


def _closures(one: RoomHistory, closed: Sequence[ClosureRecord]) -> DayClosures:
    return tuple(
        (day_number(some.from_day), day_number(some.to_day), some.closes, some.opens)
        for some in closed
        if some.building_id == one.room.building.id
    )


def _away(one: RoomHistory) -> list[Span]:
    """When it was not there, or out of service."""
    spans = [(-FOREVER, unix(one.added_at))]
    if one.removed_at is not None:
        spans.append((unix(one.removed_at), FOREVER))
    spans += [(unix(began), FOREVER if ended is None else unix(ended)) for began, ended in one.out_of_service]
    return spans


def facts_of(
    session: Session, some: Sequence[Grounds], scope: Scope, now: datetime, longest_s: int
) -> dict[int, list[Fact]]:
    """By room, in order of start: what has some of its time in the range. Rooms without are left out."""
    if not some:
        return {}
    histories = {one.key: one.history for one in some}
    begins, ends = instants(some, scope)
    facts = booking_facts(Asked(histories, begins, ends), now, longest_s)
    columns = (facts.c[name] for name in Fact._fields)
    rows = session.execute(select(*columns).order_by(facts.c.room_key, facts.c.starts, facts.c.key))
    return {key: list(theirs) for key, theirs in groupby(map(Fact._make, rows), attrgetter("room_key"))}


def instants(some: Sequence[Grounds], scope: Scope) -> tuple[int, int]:
    """From the first of the range in any of these rooms' zones to its end in any."""
    zones = {one.history.room.building.zone for one in some}
    within = [stretch for zone in zones for stretch in stretches(zone, scope.from_day, scope.to_day)]
    return min(one.begins for one in within), max(one.ends for one in within)
