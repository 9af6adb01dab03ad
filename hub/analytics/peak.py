"""How many rooms were used at the same moment, at most."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hub.analytics.local_time import DAY_S, day_number, day_of
from hub.analytics.records import PeakDay
from hub.analytics.study import Study
from hub.clock import from_unix


def peak(study: Study) -> tuple[int, datetime | None]:
    """The most rooms at once in the whole range, and the first moment of that."""
    return _highest(
        (piece.begins, piece.ends)
        for fact in study.facts
        for piece in study.open[fact.room_key].clipped(fact.starts, fact.used_until)
    )


def peak_days(study: Study) -> list[PeakDay]:
    """For each local day of the range."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for fact in study.facts:
        for piece in study.open[fact.room_key].clipped(fact.starts, fact.used_until):
            at, until = piece.begins + piece.offset_s, piece.ends + piece.offset_s
            while at < until:
                step = min(until, at - at % DAY_S + DAY_S)
                spans.setdefault(at // DAY_S, []).append((at - piece.offset_s, step - piece.offset_s))
                at = step
    open_rooms = _open_rooms(study)
    first, last = day_number(study.scope.from_day), day_number(study.scope.to_day)
    told = []
    for day in range(first, last):
        most, at_unix = _highest(spans.get(day, []))
        told.append(
            PeakDay(date=day_of(day), peak_rooms=most, peak_at=at_unix, open_rooms=open_rooms.get(day, 0))
        )
    return told


def _open_rooms(study: Study) -> dict[int, int]:
    alike: dict[int, list[int]] = {}
    for one in study.open.values():
        alike.setdefault(id(one), []).append(1)
    found: dict[int, int] = {}
    for open_time in {id(one): one for one in study.open.values()}.values():
        for day in {(piece.begins + piece.offset_s) // DAY_S for piece in open_time.pieces}:
            found[day] = found.get(day, 0) + len(alike[id(open_time)])
    return found


def _highest(spans: Iterable[tuple[int, int]]) -> tuple[int, datetime | None]:
    changes: dict[int, int] = {}
    for begins, ends in spans:
        changes[begins] = changes.get(begins, 0) + 1
        changes[ends] = changes.get(ends, 0) - 1
    most, at, now = 0, None, 0
    for moment in sorted(changes):
        now += changes[moment]
        if now > most:
            most, at = now, moment
    return most, None if at is None else from_unix(at)
