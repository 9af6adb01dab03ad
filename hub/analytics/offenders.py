"""Who, and which series, books again and again without coming."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from hub.accounts import service as accounts
from hub.accounts.service import Account
from hub.analytics.digest import Ghosting
from hub.analytics.figures import ratio
from hub.analytics.records import Offender, SeriesOffender
from hub.analytics.study import Study
from hub.bookings import service as bookings

Key = TypeVar("Key", bound=Hashable)

RECURRING = 3
"""Ghosts from which on somebody is named."""
MOST = 100
"""Named at most, the worst first."""


def offenders(session: Session, study: Study, who: Account) -> list[Offender]:
    """A private booking is nobody's here, but for admins."""
    theirs = (
        (key, ghosting)
        for part in study.parts
        for (key, private), ghosting in part.organizers.items()
        if who.is_admin or not private
    )
    found = _worst(theirs)
    people = accounts.accounts_with_keys(session, {key for key, _ in found})
    return [
        Offender(
            organizer_id=people[key].id,
            organizer_name=people[key].name,
            department=people[key].department,
            **_figures(ghosting),
        )
        for key, ghosting in found
    ]


def series(session: Session, study: Study, who: Account, now: datetime) -> list[SeriesOffender]:
    """By the title of the last meeting of the series that starts in the range."""
    found = _worst(one for part in study.parts for one in part.series.items())
    told = bookings.bookings_with_ids(session, [ghosting.last[1] for _, ghosting in found], now)
    return [
        SeriesOffender(
            series_id=key,
            title=told[ghosting.last[1]].shown_to(who).title,
            room_id=told[ghosting.last[1]].room_id,
            **_figures(ghosting),
        )
        for key, ghosting in found
    ]


def _worst(some: Iterable[tuple[Key, Ghosting]]) -> list[tuple[Key, Ghosting]]:
    found: dict[Key, Ghosting] = {}
    for key, ghosting in some:
        found.setdefault(key, Ghosting()).add(ghosting)
    worst = [(key, ghosting) for key, ghosting in found.items() if ghosting.ghosts >= RECURRING]
    return sorted(worst, key=lambda one: (-one[1].ghosts, -one[1].lost_s, str(one[0])))[:MOST]


def _figures(ghosting: Ghosting) -> dict[str, Any]:
    return {
        "check_in_required": ghosting.required,
        "ghosts": ghosting.ghosts,
        "ghost_rate": ratio(ghosting.ghosts, ghosting.required),
        "lost_minutes": ghosting.lost_s / 60,
    }
