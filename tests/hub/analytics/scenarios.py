"""Random days in two rooms: bookings that people check in to, forget, end, cancel; with a sweeper that is late.

Each booking is stored as the hub would have stored it, by the rules of `lifecycle` and no SQL.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert, update

from hub.bookings import lifecycle
from hub.bookings.models import CHECKED_IN, CONFIRMED, PENDING, Booking
from hub.clock import from_unix, unix
from hub.db.base import new_id
from hub.rooms.models import Building, Closure, Contact, OutOfService, Room, Site
from shared.room_status import check_in_by

DAYS = {
    "Europe/Berlin": [date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 10)],
    "America/New_York": [date(2026, 3, 8), date(2026, 11, 1)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],
    "Africa/Cairo": [date(2026, 4, 24), date(2026, 10, 29)],
    "Asia/Kathmandu": [date(2026, 5, 1)],
}
"""Around clock changes: of an hour, of half an hour, at midnight."""
HOURS = [
    [
        (1, "00:00", "24:00"),
        (7, "00:00", "24:00"),
        (6, "01:30", "04:15"),
        (4, "00:00", "24:00"),
        (5, "00:00", "12:00"),
    ],
    [(day, "08:00", "18:00") for day in range(1, 6)],
    [(day, "06:20", "12:00") for day in range(1, 8)] + [(day, "11:00", "23:45") for day in range(1, 8)],
    [],
]
OPENS_S, CLOSES_S = 900, 900


@dataclass
class Scenario:
    """`rows` are the bookings as stored, by the columns' names."""

    zone: ZoneInfo
    from_day: date
    to_day: date
    now: datetime
    hours: list
    rows: list = field(default_factory=list)
    closures: list = field(default_factory=list)
    out_of_service: dict = field(default_factory=dict)
    added: dict = field(default_factory=dict)
    removed: dict = field(default_factory=dict)
    capacity: dict = field(default_factory=dict)
    contact: dict = field(default_factory=dict)
    people: list = field(default_factory=list)


def scenario(random, rooms, people):
    """`rooms`: three keys, of which the last one's has panels."""
    zone = ZoneInfo(random.choice(list(DAYS)))
    middle = random.choice(DAYS[zone.key])
    from_day = middle - timedelta(days=random.randint(0, 2))
    to_day = from_day + timedelta(days=random.randint(1, 4))
    begins = datetime(from_day.year, from_day.month, from_day.day, tzinfo=UTC) - timedelta(hours=20)
    length_min = int((to_day - from_day).days * 1440 + 2400)
    now = begins + timedelta(minutes=random.randint(length_min // 3, length_min + 3000))
    found = Scenario(zone, from_day, to_day, now, random.choice(HOURS), people=people)
    for key in rooms:
        found.added[key] = begins + timedelta(
            minutes=random.choice([-9000, -9000, random.randint(0, length_min)])
        )
        found.removed[key] = random.choice([None, None, now - timedelta(minutes=random.randint(0, 900))])
        if found.removed[key] and found.removed[key] <= found.added[key]:
            found.removed[key] = None
        found.capacity[key] = random.randint(2, 9)
        found.contact[key] = _contact(random, begins, length_min) if key == rooms[-1] else None
        found.out_of_service[key] = list(_intervals(random, begins, length_min))
        _bookings(random, found, key, begins, length_min)
    for _ in range(random.randint(0, 2)):
        day = from_day + timedelta(days=random.randint(-1, 3))
        closes, opens = random.choice([(0, 1440), (720, 1440), (75, 180), (0, 150)])
        found.closures.append((day, day + timedelta(days=random.randint(1, 2)), closes, opens))
    return found


def _contact(random, begins, length_min):
    at, found = unix(begins), []
    while at < unix(begins) + length_min * 60:
        ends = at + random.randint(1, 300) * 60
        found.append([at, ends])
        at = ends + random.randint(1, 400) * 60
    return found


def _intervals(random, begins, length_min):
    at = begins + timedelta(minutes=random.randint(0, length_min))
    for _ in range(random.choice([0, 0, 1, 2])):
        ends = at + timedelta(minutes=random.randint(1, 700))
        yield at, ends
        at = ends + timedelta(minutes=random.randint(1, 300))


def _bookings(random, found, room_key, begins, length_min):
    at, end = begins, begins + timedelta(minutes=length_min)
    while at < end and len(found.rows) < 60:
        at += timedelta(minutes=random.choice([0, 0, 15, 60, random.randint(0, 600)]))
        length = random.choice([15, 30, 60, 90, random.randint(1, 300), random.choice([5, 2000])])
        row, at = _booking(random, found, room_key, at, at + timedelta(minutes=length))
        found.rows.append(row)


def _booking(random, found, room_key, starts_at, ends_at):
    """The row, and the moment from which its room can be had again."""
    now, kind = found.now, random.choice(["walk-up", "exempt", "pending", *["usual"] * 6])
    created_at = starts_at - timedelta(minutes=0 if kind == "walk-up" else random.choice([-10, 0, 60, 4000]))
    created_at = min(created_at, now, ends_at - timedelta(seconds=1))
    status = PENDING if kind == "pending" else CONFIRMED
    if kind == "walk-up":
        created_at = min(starts_at, now)
        status = CHECKED_IN if starts_at <= now else CONFIRMED
    by = None
    if kind != "exempt":
        by = from_unix(check_in_by(unix(starts_at), unix(ends_at), unix(created_at), CLOSES_S))
    row = {
        "id": new_id(), "room_key": room_key, "title": "Roadmap", "starts_at": starts_at, "ends_at": ends_at,
        "buffer_s": 0, "blocks_until": ends_at, "status": status, "check_in_exempt": kind == "exempt",
        "check_in_by": by, "created_at": created_at, "created_via": "panel" if status == CHECKED_IN else "web",
        "checked_in_at": created_at if status == CHECKED_IN else None, "private": random.random() < 0.2,
        "organizer_key": None, "organizer_department": None, "series_id": random.choice([None, None, "s1", "s2"]),
        "actual_attendees": None, "attendance_source": None, "ended_at": None, "released_at": None,
        "cancelled_at": None, "held_at": None,
    }  # fmt: skip
    if status != CHECKED_IN:
        key, department = random.choice(found.people)
        row |= {"organizer_key": key, "organizer_department": department}
    row["next_at"] = _next(row)
    for moment in sorted(_moments(random, row)):
        if moment <= now:
            _happens(random, found, row, moment)
    if random.random() < 0.6:
        _sweep(found, row, now - timedelta(minutes=random.choice([0, 0, 3, 400])))
    freed = row["released_at"] or row["cancelled_at"] or row["ended_at"] or ends_at
    return row, row["blocks_until"] or max(freed, starts_at)


def _next(row):
    return lifecycle.next_deadline(_standing(row))


def _standing(row):
    names = ("status", "starts_at", "ends_at", "check_in_by")
    return lifecycle.Standing(**{name: row[name] for name in names})


def _moments(random, row):
    length = (row["ends_at"] - row["starts_at"]).total_seconds()
    for _ in range(random.choice([0, 1, 1, 2])):
        yield row["starts_at"] + timedelta(
            seconds=random.choice([-600, 0, 61, random.randint(-900, int(length))])
        )


def _sweep(found, row, at):
    become = lifecycle.changed_by_time(_standing(row), at, OPENS_S, found.contact[row["room_key"]])
    row |= become


def _happens(random, found, row, at):
    """Somebody checks in, ends, counts or cancels; every write settles first."""
    if at < row["created_at"]:
        return
    _sweep(found, row, at)
    last = row["check_in_by"] or row["ends_at"] - lifecycle.SECOND
    what = random.choice(["come", "come", "come", "cancel", "end"])
    in_window = row["starts_at"] - timedelta(seconds=OPENS_S) <= at <= last
    if what == "come" and row["status"] == CONFIRMED and in_window:
        row |= lifecycle.checked_in(row["ends_at"], at, 0, at)
        if random.random() < 0.6:
            row |= {"actual_attendees": random.randint(0, 12), "attendance_source": "panel"}
    elif what == "cancel" and (
        row["status"] in {PENDING, CONFIRMED} or (row["status"] == CHECKED_IN and at < row["starts_at"])
    ):
        row |= lifecycle.cancelled(at)
    elif what == "end" and row["status"] in {CONFIRMED, CHECKED_IN} and at >= row["starts_at"]:
        row |= lifecycle.ended(row["starts_at"], at, 0)


def store(session, found):
    """All of it; whoever reads it throws the transaction away."""
    building = session.query(Building).one()
    building.time_zone = found.zone.key
    hours = [{"weekday": day, "opens": opens, "closes": closes} for day, opens, closes in found.hours]
    session.execute(update(Site).values(policy={"openingHours": hours}))
    for key in found.added:
        session.execute(
            update(Room).where(Room.key == key).values(
                created_at=found.added[key], deleted_at=found.removed[key], capacity=found.capacity[key],
                has_panels=found.contact[key] is not None,
            )
        )  # fmt: skip
        for began, last in found.contact[key] or ():
            session.execute(
                insert(Contact).values(
                    room_key=key, panel_id="p", began_at=from_unix(began), last_at=from_unix(last),
                    ended_at=from_unix(last),
                )
            )  # fmt: skip
        for began, ended in found.out_of_service[key]:
            session.execute(insert(OutOfService).values(room_key=key, began_at=began, ended_at=ended))
    for from_day, to_day, closes, opens in found.closures:
        session.execute(
            insert(Closure).values(
                id=new_id(), building_key=building.key, name="Closed", from_day=from_day, to_day=to_day,
                closes=closes, opens=opens,
            )
        )  # fmt: skip
    session.flush()
    if found.rows:
        session.execute(insert(Booking), found.rows)
