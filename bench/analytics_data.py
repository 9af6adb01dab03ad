"""A million bookings in 200 rooms, seeded, in any of the hub's databases: days of meetings side by side, some of them ghosts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert, text
from sqlalchemy.orm import Session

from hub.accounts import service as accounts
from hub.bookings.models import Booking
from hub.rooms import service as rooms
from hub.rooms.models import Room
from hub.rooms.service import NewRoom

ZONE = ZoneInfo("Europe/Berlin")
DEPARTMENTS = ("Sales", "Engineering", "Design", "Product", "People", "Finance", "Office")
UNTIL = date(2026, 10, 1)
"""The day after the last one with bookings."""
FLOORS, PEOPLE = 10, 300


def furnish(session: Session, count: int, now: datetime) -> None:
    hq = rooms.add_building(
        session, name="HQ", time_zone=ZONE.key, floors=[str(number) for number in range(FLOORS)]
    )
    for number in range(count):
        floor = hq.floors[number % FLOORS].id
        rooms.add_room(
            session,
            NewRoom(name=f"Room {number:03}", floor_id=floor, capacity=(2, 4, 6, 8, 12)[number % 5]),
            now,
        )
    for number in range(PEOPLE):
        name, department = f"Person {number:03}", DEPARTMENTS[number % len(DEPARTMENTS)]
        accounts.add_user(
            session, email=f"p{number}@example.org", name=name, role="member", department=department, now=now
        )
    accounts.add_user(session, email="ada@example.org", name="Ada", role="admin", now=now)
    session.query(Room).update({"created_at": now})


def bookings(room_keys: list[int], user_keys: list[int], count: int) -> Iterator[dict[str, Any]]:
    """From UNTIL back, day by day, about eight a day in each room; all are over, and settled."""
    dice, number = Random(7), 0
    day = UNTIL
    while True:
        day -= timedelta(days=1)
        if day.isoweekday() > 5:
            continue
        for room_key in room_keys:
            at = datetime.combine(day, time(8, 0), ZONE) + timedelta(minutes=15 * dice.randrange(4))
            while at.hour < 18:
                ends = at + timedelta(minutes=dice.choice((30, 30, 45, 60, 60, 90)))
                yield _booking(dice, number, room_key, user_keys, at.astimezone(UTC), ends.astimezone(UTC))
                number += 1
                at = ends + timedelta(minutes=15 * dice.choice((0, 0, 1, 2)))
        if number >= count:
            return


def _booking(
    dice: Random, number: int, room_key: int, user_keys: list[int], starts: datetime, ends: datetime
) -> dict[str, Any]:
    place = dice.randrange(len(user_keys))
    fate = dice.random()
    row: dict[str, Any] = {
        "id": f"{number:016x}", "room_key": room_key, "title": "Roadmap", "organizer_key": user_keys[place],
        "organizer_department": DEPARTMENTS[place % len(DEPARTMENTS)], "booked_by_key": user_keys[place],
        "starts_at": starts, "ends_at": ends, "buffer_s": 0, "blocks_until": ends, "attendees": None,
        "actual_attendees": None, "attendance_source": None, "private": dice.random() < 0.1,
        "series_id": f"s{number % 400}" if dice.random() < 0.2 else None, "check_in_exempt": False,
        "check_in_by": starts + timedelta(minutes=15), "created_at": starts - timedelta(days=2),
        "created_via": "web", "revision": 1, "ended_at": None, "released_at": None, "cancelled_at": None,
        "checked_in_at": None, "checked_in_via": None, "status": "completed",
    }  # fmt: skip
    if fate < 0.07:
        cancelled = starts - timedelta(hours=3)
        return row | {"status": "cancelled", "cancelled_at": cancelled, "blocks_until": None}
    if fate < 0.19:
        released = row["check_in_by"] + timedelta(seconds=1)
        return row | {"status": "no_show", "released_at": released, "blocks_until": released}
    left = ends - timedelta(minutes=dice.choice((0, 0, 0, 5, 10)))
    row |= {"checked_in_at": starts, "checked_in_via": "panel", "ended_at": left, "blocks_until": left}
    return row | (
        {"actual_attendees": dice.randint(1, 8), "attendance_source": "panel"} if fate > 0.6 else {}
    )


def store(engine: Engine, count: int) -> int:
    """How many there are then: whole days."""
    with engine.begin() as connection:
        room_keys = list(connection.scalars(text("SELECT key FROM rooms ORDER BY key")))
        user_keys = list(connection.scalars(text("SELECT key FROM users WHERE role = 'member' ORDER BY key")))
    stored, rows = 0, bookings(room_keys, user_keys, count)
    while chunk := list(islice(rows, 20_000)):
        with engine.begin() as connection:
            connection.execute(insert(Booking), chunk)
        stored += len(chunk)
    return stored
