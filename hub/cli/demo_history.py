"""A year that the demo's building might have had behind it: departments with habits, seasons, series nobody comes to.

The same seed gives the same year, but for ids. Nothing overlaps: each room's day is filled from the front.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hub.accounts.service import Account
from hub.bookings.past import PastMeeting
from hub.rooms.service import RoomRecord

SEASON = (0.9, 1.0, 1.0, 0.95, 0.95, 0.9, 0.7, 0.55, 1.0, 1.05, 1.1, 0.65)
"""How busy January to December are: holidays in summer, few working days at the year's end."""
WEEKDAY = (0.85, 1.15, 1.1, 1.0, 0.55)
"""Monday to Friday."""
HOUR = {8: 0.35, 9: 0.8, 10: 1.0, 11: 0.9, 12: 0.35, 13: 0.7, 14: 0.95, 15: 0.85, 16: 0.6, 17: 0.25}
"""How likely it is that a meeting begins in that local hour."""
LENGTHS_MIN = (30, 30, 30, 45, 60, 60, 60, 90)
WALK_UPS = 0.12
"""Of all meetings, those that begin at the panel."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How a department meets; the numbers are probabilities, and `fills` the usual part of a room's seats."""

    ghosts: float
    cancels: float
    leaves_early: float
    fills: float
    titles: tuple[str, ...]


HABITS: Mapping[str, Habit] = {
    "Sales": Habit(0.24, 0.12, 0.2, 0.35, ("Customer call", "Partner visit", "Pipeline", "Pricing")),
    "Engineering": Habit(
        0.05, 0.06, 0.35, 0.6, ("Architecture", "Sprint demo", "Pairing", "Incident review")
    ),
    "Design": Habit(0.08, 0.07, 0.15, 0.55, ("Sketching session", "Usability test", "Brand review")),
    "Product": Habit(0.1, 0.14, 0.25, 0.5, ("Roadmap", "Discovery", "Retrospective")),
    "People": Habit(0.12, 0.1, 0.1, 0.3, ("Hiring panel", "One to one", "Phone interview")),
    "Finance": Habit(0.07, 0.05, 0.3, 0.4, ("Budget", "Board preparation", "Audit")),
    "Office": Habit(0.04, 0.05, 0.2, 0.7, ("Morning circle", "All hands", "Facilities")),
}
GHOST_SERIES = ("Vendor call", "Sales", 0, time(15), 60, 0.65)
"""Title, department, weekday, local start, minutes, and how often nobody comes: what a report should find."""


def year(
    rooms: Sequence[RoomRecord],
    people: Sequence[Account],
    zone: ZoneInfo,
    until: date,
    *,
    days: int = 365,
    seed: int = 7,
) -> Iterator[PastMeeting]:
    """The meetings of the `days` local days before `until`, room by room in order of time.

    Every department of HABITS that has people meets; the ghosts' series is in the first room.
    """
    dice = Random(seed)
    some = {name: [one for one in people if one.department == name] for name in HABITS}
    staff = {name: found for name, found in some.items() if found}
    for number, room in enumerate(rooms):
        draw = 0.35 + 0.65 * dice.random()
        for back in range(days, 0, -1):
            day = until - timedelta(days=back)
            if day.isoweekday() <= 5:
                yield from _day(dice, room, staff, zone, day, draw, haunted=number == 0)


def _day(
    dice: Random,
    room: RoomRecord,
    staff: Mapping[str, Sequence[Account]],
    zone: ZoneInfo,
    day: date,
    draw: float,
    *,
    haunted: bool,
) -> Iterator[PastMeeting]:
    """One room's, from the morning on. `draw` is how much people like the room."""
    busy = draw * SEASON[day.month - 1] * WEEKDAY[day.weekday()]
    free_from = _at(day, time(8), zone)
    title, department, weekday, start, minutes, _ = GHOST_SERIES
    kept = _at(day, start, zone) if haunted and day.weekday() == weekday and department in staff else None
    for hour, likely in HOUR.items():
        begins = _at(day, time(hour, dice.choice((0, 0, 0, 15, 30))), zone)
        ends = begins + timedelta(minutes=dice.choice(LENGTHS_MIN))
        if dice.random() > likely * busy or begins < free_from:
            continue
        if kept and begins < kept + timedelta(minutes=minutes) and kept < ends:
            continue
        free_from = ends
        yield _meeting(dice, room, staff, begins, ends)
    if kept:
        yield _haunted(dice, room, staff[department][0], kept, title)


def _at(day: date, local: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, local, zone).astimezone(UTC)


def _meeting(
    dice: Random, room: RoomRecord, staff: Mapping[str, Sequence[Account]], begins: datetime, ends: datetime
) -> PastMeeting:
    department = dice.choice(list(staff))
    habit = HABITS[department]
    seats = max(1, min(room.capacity, round(room.capacity * dice.gauss(habit.fills, 0.2))))
    if dice.random() < WALK_UPS:
        return PastMeeting(
            room=room, title="Walk-up", organizer=None, starts_at=begins, ends_at=ends, booked_at=begins,
            invited=seats, came_at=begins, counted=_counted(dice, seats),
        )  # fmt: skip
    fate = dice.random()
    gone = begins - timedelta(hours=dice.randint(1, 40))
    came = begins + timedelta(minutes=dice.randint(-8, 12))
    ghost, cancelled = fate < habit.ghosts, habit.ghosts <= fate < habit.ghosts + habit.cancels
    comes = not (ghost or cancelled)
    early = comes and dice.random() < habit.leaves_early
    return PastMeeting(
        room=room,
        title=dice.choice(habit.titles),
        organizer=dice.choice(staff[department]),
        starts_at=begins,
        ends_at=ends,
        booked_at=begins - timedelta(hours=dice.randint(41, 500)),
        invited=seats,
        came_at=came if comes else None,
        left_at=begins + (ends - begins) * dice.uniform(0.5, 0.95) if early else None,
        cancelled_at=gone if cancelled else None,
        counted=_counted(dice, seats) if comes else None,
    )


def _counted(dice: Random, invited: int) -> int | None:
    """Seven times in ten somebody told the panel how many are there."""
    return max(1, invited - dice.choice((0, 0, 0, 1, 2))) if dice.random() < 0.7 else None


def _haunted(dice: Random, room: RoomRecord, who: Account, begins: datetime, title: str) -> PastMeeting:
    _, _, _, _, minutes, empty = GHOST_SERIES
    came = None if dice.random() < empty else begins + timedelta(minutes=4)
    return PastMeeting(
        room=room,
        title=title,
        organizer=who,
        starts_at=begins,
        ends_at=begins + timedelta(minutes=minutes),
        booked_at=begins - timedelta(days=30),
        invited=3,
        came_at=came,
        series_id=f"demo-{room.key}",
    )
