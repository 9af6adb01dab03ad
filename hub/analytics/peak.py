"""How many rooms were used at the same moment, at most."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from datetime import datetime
from itertools import accumulate, chain

from hub.analytics.local_time import DAY_S, day_number, day_of
from hub.analytics.records import PeakDay
from hub.analytics.study import Study
from hub.clock import from_unix


def peak(study: Study) -> tuple[int, datetime | None]:
    """The most rooms at once in the whole range, and the first moment of that."""
    return _highest(used for digest in study.every_digest() for used in digest.used.values())


def peak_days(study: Study) -> list[PeakDay]:
    """For each local day of the range."""
    used: dict[int, list[array[int]]] = {}
    for digest in study.every_digest():
        for day, some in digest.used.items():
            used.setdefault(day, []).append(some)
    open_rooms = _open_rooms(study)
    first, last = day_number(study.scope.from_day), day_number(study.scope.to_day)
    told = []
    for day in range(first, last):
        most, at = _highest(used.get(day, []))
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


def _highest(used: Iterable[array[int]]) -> tuple[int, datetime | None]:
    """`used` as in `Digest`: sorted, ends come before begins of the same moment."""
    changes = sorted(chain.from_iterable(used))
    if not changes:
        return 0, None
    rooms = list(accumulate(1 if change & 1 else -1 for change in changes))
    most = max(rooms)
    return most, from_unix(changes[rooms.index(most)] >> 1)
