"""Eight weeks that rooms might have had behind them: departments with habits, a series that nobody comes to.

Each booking is stored as the hub would have stored it, by the rules of `lifecycle`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, insert, select, update
from sqlalchemy.orm import Session

from hub.accounts.models import User
from hub.bookings import lifecycle
from hub.bookings.models import CONFIRMED, Booking
from hub.clock import from_unix, unix
from hub.db.base import new_id
from hub.rooms.models import Room
from shared.room_status import check_in_by
from tests.web.hub_process import PASSWORD, HubProcess

WEEKS = 8
OPENS_S = CLOSES_S = 900

ROOMS = {"Sandbox": 6, "Story Corner": 4, "The Carpet": 12, "Recess": 20, "Nap Nook": 2}
PEOPLE = {
    "Oskar Lindqvist": "Sales",
    "Nadia Kovacs": "Product",
    "Samira Haddad": "Engineering",
    "Tomas Reyes": "People",
}
LEAD = "tomas@example.org"
HABITS: dict[str, list[tuple[str, int, str, str, int]]] = {
    "Sandbox": [("09:30", 30, "Support hand-over", "Samira Haddad", 4), ("14:00", 60, "Roadmap", "Nadia Kovacs", 5)],
    "Story Corner": [("09:00", 45, "Stand-up", "Samira Haddad", 4), ("13:00", 60, "Hiring panel", "Tomas Reyes", 3)],
    "The Carpet": [("10:00", 90, "Sprint demo", "Samira Haddad", 10), ("15:00", 60, "Brown bag", "Nadia Kovacs", 13)],
    "Recess": [("11:00", 60, "Customer call", "Oskar Lindqvist", 5)],
    "Nap Nook": [("16:00", 30, "Phone interview", "Tomas Reyes", 1)],
}  # fmt: skip
"""Room by room: start, minutes, title, organizer, and how many usually come."""


@dataclass
class Past:
    """What was written, for tests to hold pages against."""

    from_day: date
    to_day: date
    room_ids: dict[str, str]
    rows: list[dict[str, Any]] = field(default_factory=list)

    def ghosts(self, room: int | None = None) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["status"] == "no_show" and room in {None, row["room_key"]}]

    @property
    def range(self) -> str:
        return f"from={self.from_day}&to={self.to_day}"


def furnish(hub: HubProcess, folder: Path) -> Past:
    """Whole weeks, up to the Monday of this one."""
    room_ids = {name: hub.room(name, capacity) for name, capacity in ROOMS.items()}
    for name, department in PEOPLE.items():
        email = f"{name.split()[0].lower()}@example.org"
        body = {
            "email": email,
            "name": name,
            "role": "member",
            "department": department,
            "password": PASSWORD,
        }
        user = hub.post("/users", body)
        if email == LEAD:
            assert hub.api.patch(f"/users/{user['id']}", json={"leadsDepartment": True}).is_success
    today = datetime.now(hub.zone).date()
    to_day = today - timedelta(days=today.weekday())
    past = Past(to_day - timedelta(weeks=WEEKS), to_day, room_ids)
    engine = create_engine(f"sqlite:///{folder / 'data/circletime.db'}")
    with Session(engine) as session:
        _live(session, past, hub)
        session.commit()
    engine.dispose()
    return past


def _live(session: Session, past: Past, hub: HubProcess) -> None:
    """Whatever the day, the same things happen."""
    dice = random.Random(7)
    rooms = {name: key for name, key in session.execute(select(Room.name, Room.key))}  # noqa: C416  rows are no pairs
    people = {name: (key, department) for name, key, department in session.execute(select(User.name, User.key, User.department))}  # fmt: skip
    began = datetime.combine(past.from_day, datetime.min.time(), hub.zone).astimezone(UTC)
    session.execute(update(Room).values(created_at=began))
    series = new_id()
    day = past.from_day
    while day < past.to_day:
        for room, habits in HABITS.items() if day.isoweekday() < 6 else ():
            for start, minutes, title, organizer, people_usual in habits:
                if dice.random() < 0.72:
                    row = _booked(hub, day, start, minutes, rooms[room], title, people[organizer])
                    past.rows.append(_lived(dice, row, people_usual))
        if day.isoweekday() == 1:
            for start in ("15:30", "16:30"):
                row = _booked(hub, day, start, 60, rooms["Sandbox"], "Vendor call", people["Oskar Lindqvist"])
                past.rows.append(_swept(row | {"series_id": series}))
        day += timedelta(days=1)
    session.execute(insert(Booking), past.rows)


def _booked(
    hub: HubProcess,
    day: date,
    start: str,
    minutes: int,
    room_key: int,
    title: str,
    who: tuple[int, str | None],
) -> dict[str, Any]:
    hour, minute = map(int, start.split(":"))
    starts = datetime(day.year, day.month, day.day, hour, minute, tzinfo=hub.zone).astimezone(UTC)
    ends, made = starts + timedelta(minutes=minutes), starts - timedelta(days=3)
    by = check_in_by(unix(starts), unix(ends), unix(made), CLOSES_S)
    return {
        "id": new_id(), "room_key": room_key, "title": title, "starts_at": starts, "ends_at": ends,
        "blocks_until": ends, "status": CONFIRMED, "check_in_by": from_unix(by), "created_at": made,
        "created_via": "web", "organizer_key": who[0], "organizer_department": who[1], "series_id": None,
        "actual_attendees": None, "attendance_source": None, "checked_in_at": None, "ended_at": None,
        "released_at": None, "cancelled_at": None, "held_at": None, "next_at": None,
    }  # fmt: skip


def _lived(dice: random.Random, row: dict[str, Any], usual: int) -> dict[str, Any]:
    """Most come, some are counted, some end early; some forget, some cancel."""
    fate = dice.random()
    if fate < 0.08:
        return row | lifecycle.cancelled(row["starts_at"] - timedelta(hours=5))
    if fate < 0.16:
        return _swept(row)
    came = row["starts_at"] + timedelta(minutes=dice.randint(-5, 8))
    row |= lifecycle.checked_in(row["ends_at"], came, 0, came)
    if dice.random() < 0.7:
        row |= {"actual_attendees": max(1, usual + dice.randint(-1, 1)), "attendance_source": "panel"}
    if dice.random() < 0.3:
        row |= lifecycle.ended(row["starts_at"], row["ends_at"] - timedelta(minutes=10), 0)
    return _swept(row)


def _swept(row: dict[str, Any]) -> dict[str, Any]:
    """After its end."""
    names = ("status", "starts_at", "ends_at", "check_in_by")
    standing = lifecycle.Standing(**{name: row[name] for name in names})
    return row | lifecycle.changed_by_time(standing, row["ends_at"] + timedelta(minutes=1), OPENS_S, None)
