"""How many rooms were used at the same moment, at most."""

from __future__ import annotations

from itertools import chain

from hub.analytics.house_digest import Peak, highest
from hub.analytics.local_time import DAY_S, day_number, day_of
from hub.analytics.records import PeakDay
from hub.analytics.study import Study


def peak(study: Study) -> Peak:
    """The most rooms at once in the whole range, and the first moment of that."""
    if len(study.zones) > 1:  # days of several zones overlap
        return highest(some for part in study.parts for some in chain.from_iterable(part.used.values()))
    days = chain.from_iterable(part.peaks.values() for part in study.parts)
    return min((one for one in days if one[1]), key=lambda one: (-one[0], one[1]), default=(0, None))


def peak_days(study: Study) -> list[PeakDay]:
    """For each local day of the range."""
    peaks = {day: found for part in study.parts for day, found in part.peaks.items()}
    open_rooms = _open_rooms(study)
    first, last = day_number(study.scope.from_day), day_number(study.scope.to_day)
    told = []
    for day in range(first, last):
        most, at = peaks.get(day, (0, None))
        told.append(PeakDay(date=day_of(day), peak_rooms=most, peak_at=at, open_rooms=open_rooms.get(day, 0)))
    return told


def _open_rooms(study: Study) -> dict[int, int]:
    alike: dict[int, int] = {}
    for one in study.open.values():
        alike[id(one)] = alike.get(id(one), 0) + 1
    found: dict[int, int] = {}
    for open_time in {id(one): one for one in study.open.values()}.values():
        for day in {(piece.begins + piece.offset_s) // DAY_S for piece in open_time.pieces}:
            found[day] = found.get(day, 0) + alike[id(open_time)]
    return found
