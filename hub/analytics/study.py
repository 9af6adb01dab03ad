"""What a report is made from: its rooms, when each could be used, and what became of the bookings in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from hub.analytics.local_time import day_number, stretches
from hub.analytics.open_time import DayClosures, OpenTime, Span, WeeklyHours, less, opening
from hub.analytics.scope import Scope, checked
from hub.bookings.facts import Asked, booking_facts, longest_s
from hub.clock import unix
from hub.errors import not_found
from hub.rooms import service as rooms
from hub.rooms.service import ClosureRecord, RoomHistory

FOREVER = 1 << 40
Fact = Row[Any]
"""Of `booking_facts`."""


@dataclass(frozen=True, slots=True)
class Study:
    """`rooms` in the order of building, floor and name; `open` by the room's key. `facts` by room and start:
    those of the scope's department; `everybodys` are the same of every department."""

    scope: Scope
    now: int
    rooms: Sequence[RoomHistory]
    open: dict[int, OpenTime]
    everybodys: Sequence[Fact]
    facts: Sequence[Fact]

    @property
    def by_key(self) -> dict[int, RoomHistory]:
        return {one.room.key: one for one in self.rooms}

    def available_s(self, found: Iterable[RoomHistory] | None = None) -> int:
        """Of these rooms, or of all."""
        return sum(self.open[one.room.key].total_s for one in (self.rooms if found is None else found))


def study(session: Session, scope: Scope, now: datetime) -> Study:
    """Raises Refused for a range that is none, NotFound for what it is narrowed to."""
    checked(scope)
    found = _rooms(session, scope)
    closed = rooms.closures(session, scope.building_id, scope.from_day, scope.to_day)
    longest = longest_s(session)
    open_time = {one.room.key: _open_time(one, closed, scope) for one in found}
    everybodys = _facts(session, found, open_time, now, longest)
    theirs = (
        everybodys
        if scope.department is None
        else [fact for fact in everybodys if fact.department == scope.department]
    )
    return Study(scope, unix(now), found, open_time, everybodys, theirs)


def _rooms(session: Session, scope: Scope) -> list[RoomHistory]:
    if scope.building_id is not None:
        rooms.building(session, scope.building_id)
    if scope.floor_id is not None:
        rooms.floor_row(session, scope.floor_id)
    found = rooms.histories(
        session, building_id=scope.building_id, floor_id=scope.floor_id, room_ids=scope.room_ids
    )
    for room_id in scope.room_ids:
        if scope.building_id is None is scope.floor_id and all(one.room.id != room_id for one in found):
            raise not_found("room", room_id)
    return found


def _open_time(one: RoomHistory, closed: Sequence[ClosureRecord], scope: Scope) -> OpenTime:
    within = stretches(one.room.building.zone, scope.from_day, scope.to_day)
    hours = opening(within, _hours(one), _closures(one, closed))
    return less(hours, _away(one))


def _hours(one: RoomHistory) -> WeeklyHours:
    return tuple(
        (hours.weekday, _minutes(hours.opens), _minutes(hours.closes))
        for hours in one.room.policy.opening_hours
    )


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


def _facts(
    session: Session,
    found: Sequence[RoomHistory],
    open_time: dict[int, OpenTime],
    now: datetime,
    longest: int,
) -> Sequence[Fact]:
    within = [stretch for one in open_time.values() for stretch in one.stretches]
    if not within:
        return []
    asked = Asked(
        {one.room.key: one for one in found},
        min(one.begins for one in within),
        max(one.ends for one in within),
    )
    facts = booking_facts(asked, now, longest)
    return session.execute(select(facts).order_by(facts.c.room_key, facts.c.starts, facts.c.key)).all()
