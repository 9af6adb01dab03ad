"""Who, and which series, books again and again without coming."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from hub.accounts import service as accounts
from hub.accounts.service import Account
from hub.analytics.figures import Sums, ratio, tally
from hub.analytics.records import Offender, SeriesOffender
from hub.analytics.study import Fact, Study
from hub.bookings import service as bookings

RECURRING = 3
"""Ghosts from which on somebody is named."""
MOST = 100
"""Named at most, the worst first."""


def offenders(session: Session, study: Study, who: Account) -> list[Offender]:
    """A private booking is nobody's here, but for admins."""
    found = _worst(study, lambda fact: None if fact.private and not who.is_admin else fact.organizer_key)
    people = accounts.accounts_with_keys(session, {key for key, _ in found})
    return [
        Offender(
            organizer_id=people[key].id,
            organizer_name=people[key].name,
            department=people[key].department,
            **_figures(sums),
        )
        for key, sums in found
    ]


def series(session: Session, study: Study, who: Account, now: Any) -> list[SeriesOffender]:
    """By the title of the last meeting of the series that starts in the range."""
    found = _worst(study, lambda fact: fact.series_id)
    last = {fact.series_id: fact.id for fact in sorted(study.facts, key=lambda one: one.starts)}
    told = bookings.bookings_with_ids(session, [last[key] for key, _ in found], now)
    return [
        SeriesOffender(
            series_id=key,
            title=told[last[key]].shown_to(who).title,
            room_id=told[last[key]].room_id,
            **_figures(sums),
        )
        for key, sums in found
    ]


def _worst(study: Study, key_of: Callable[[Fact], Any]) -> list[tuple[Any, Sums]]:
    found = [(key, sums) for key, sums in tally(study, key_of).items() if key is not None]
    found = [(key, sums) for key, sums in found if sums.ghosts >= RECURRING]
    return sorted(found, key=lambda one: (-one[1].ghosts, -one[1].lost_s, str(one[0])))[:MOST]


def _figures(sums: Sums) -> dict[str, Any]:
    return {
        "check_in_required": sums.required,
        "ghosts": sums.ghosts,
        "ghost_rate": ratio(sums.ghosts, sums.required),
        "lost_minutes": sums.lost_s / 60,
    }
