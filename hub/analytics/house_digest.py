"""The digests of all rooms of a report, for the same days, added up: each sum when it is first asked for."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from itertools import accumulate, chain

from hub.analytics.digest import Digest, Ghosting
from hub.analytics.figures import Sums
from hub.clock import from_unix

Peak = tuple[int, datetime | None]
"""The most rooms that were in use at once, and the first moment of that."""


def added(some: Iterable[Sums]) -> Sums:
    whole = Sums()
    for one in some:
        whole.add(one)
    return whole


class HouseDigest:
    """Of these digests, which do not change any more."""

    def __init__(self, digests: Sequence[Digest]) -> None:
        self.digests = digests

    @cached_property
    def whole(self) -> Sums:
        return added(one.whole for one in self.digests)

    @cached_property
    def departments(self) -> dict[str | None, Sums]:
        found: dict[str | None, Sums] = {}
        for one in self.digests:
            for department, sums in one.departments.items():
                found.setdefault(department, Sums()).add(sums)
        return found

    @cached_property
    def organizers(self) -> dict[tuple[int, bool], Ghosting]:
        found: dict[tuple[int, bool], Ghosting] = {}
        for one in self.digests:
            for key, ghosting in one.organizers.items():
                found.setdefault(key, Ghosting()).add(ghosting)
        return found

    @cached_property
    def series(self) -> dict[str, Ghosting]:
        found: dict[str, Ghosting] = {}
        for one in self.digests:
            for key, ghosting in one.series.items():
                found.setdefault(key, Ghosting()).add(ghosting)
        return found

    @cached_property
    def days(self) -> dict[int, Sums]:
        found: dict[int, Sums] = {}
        for one in self.digests:
            for day, sums in one.days.items():
                found.setdefault(day, Sums()).add(sums)
        return found

    @cached_property
    def hours(self) -> dict[tuple[int, int], tuple[int, int]]:
        found: dict[tuple[int, int], tuple[int, int]] = {}
        for one in self.digests:
            for slot, (booked_s, used_s) in one.hours.items():
                before = found.get(slot, (0, 0))
                found[slot] = before[0] + booked_s, before[1] + used_s
        return found

    @cached_property
    def used(self) -> dict[int, list[array[int]]]:
        found: dict[int, list[array[int]]] = {}
        for one in self.digests:
            for day, some in one.used.items():
                found.setdefault(day, []).append(some)
        return found

    @cached_property
    def peaks(self) -> dict[int, Peak]:
        """By local day."""
        return {day: highest(some) for day, some in self.used.items()}


def highest(used: Iterable[array[int]]) -> Peak:
    """`used` as in `Digest`: sorted, ends come before begins of the same moment."""
    changes = sorted(chain.from_iterable(used))
    if not changes:
        return 0, None
    rooms = list(accumulate(1 if change & 1 else -1 for change in changes))
    most = max(rooms)
    return most, from_unix(changes[rooms.index(most)] >> 1)
