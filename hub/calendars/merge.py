"""Who has changed a meeting, and what follows: a function of what both knew, of what each says now, and of who leads.

Nothing here knows a database, a calendar or the time: `decide` is the whole rule of docs/calendars.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.calendars.port import Meeting

HUB, CALENDAR = "hub", "calendar"
"""Who leads a room."""

NOTHING, AGREED, TO_HUB, TO_CALENDAR = "nothing", "agreed", "to_hub", "to_calendar"


@dataclass(frozen=True, slots=True)
class Sides:
    """None: there is no such meeting there, or not any more. `known` is what both said when they last agreed."""

    known: Meeting | None
    remote: Meeting | None
    local: Meeting | None


@dataclass(frozen=True, slots=True)
class Decision:
    """`clash`: both had changed it, and the one that leads has its way."""

    turn: str
    clash: bool = False


def decide(sides: Sides, leads: str, now: datetime) -> Decision:
    """What to do about one meeting. What is over is neither booked nor put into a calendar any more."""
    if sides.remote == sides.local:
        return Decision(NOTHING if sides.known == sides.remote else AGREED)
    theirs, ours = sides.remote != sides.known, sides.local != sides.known
    to_hub = theirs and (not ours or leads == CALENDAR)
    if to_hub and _over(sides.remote, now) and _over(sides.local, now):
        return Decision(NOTHING)
    if not to_hub and sides.remote is None and _over(sides.local, now):
        return Decision(NOTHING)
    return Decision(TO_HUB if to_hub else TO_CALENDAR, clash=theirs and ours)


def _over(one: Meeting | None, now: datetime) -> bool:
    return one is None or one.ends_at <= now
