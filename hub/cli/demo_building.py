"""The demo's building: twelve rooms on three floors, the people in them, and their days around now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from hub.accounts.passwords import hash_password
from hub.accounts.service import ADMIN, MANAGER, MEMBER, Account, add_user
from hub.bookings import service as bookings
from hub.bookings.past import store_past
from hub.bookings.service import NewBooking
from hub.cli import demo_history
from hub.cli.demo_plan import draw_plan
from hub.rooms import service as rooms
from hub.rooms.service import NewRoom, RoomRecord

BUILDING = "Schoolhouse"
FLOORS = ("1", "2", "3")
EMAIL = "ada@circletime.example"
PASSWORD = "once-upon-a-time"  # noqa: S105  of the demo alone, on this machine alone; it is printed

ROOMS: tuple[tuple[str, str, int, tuple[str, ...]], ...] = (
    ("Coat Hooks", "1", 2, ("phone",)),
    ("Finger Paint", "1", 6, ("whiteboard", "wheelchair")),
    ("Show and Tell", "1", 16, ("screen", "video", "hearing-loop", "wheelchair")),
    ("Treehouse", "1", 5, ("screen",)),
    ("Story Corner", "2", 4, ("screen", "whiteboard")),
    ("Sandbox", "2", 6, ("screen",)),
    ("The Carpet", "2", 12, ("screen", "video", "hearing-loop")),
    ("Puppet Theatre", "2", 10, ("screen", "video")),
    ("Nap Nook", "3", 2, ("phone",)),
    ("Snack Table", "3", 8, ("whiteboard", "video")),
    ("Building Blocks", "3", 4, ("whiteboard",)),
    ("Recess", "3", 20, ("screen", "video", "hearing-loop", "whiteboard")),
)
"""Name, floor, seats, amenities."""

PEOPLE: tuple[tuple[str, str, str], ...] = (
    ("Ada Osei", ADMIN, "Office"),
    ("Lena Fischer", MANAGER, "Finance"),
    ("Nadia Kovacs", MEMBER, "Product"),
    ("Tomas Reyes", MEMBER, "People"),
    ("Eli Brand", MEMBER, "Design"),
    ("Jun Park", MEMBER, "Engineering"),
    ("Samira Haddad", MEMBER, "Engineering"),
    ("Oskar Lindqvist", MEMBER, "Sales"),
)
"""Name, role, department; the address is the first name."""

PANELS = ("Snack Table", "The Carpet", "Story Corner", "Sandbox")
"""Waiting for check-in, busy, free, and free not for long."""

AROUND_NOW: tuple[tuple[str, int, int, str, str], ...] = (
    ("Snack Table", -5, 60, "Roadmap", "Nadia"),
    ("Snack Table", 120, 30, "Demo rehearsal", "Eli"),
    ("The Carpet", -40, 90, "Quarter planning with everybody who owns a budget", "Lena"),
    ("The Carpet", 80, 60, "Brown bag: how e-ink works", "Jun"),
    ("Story Corner", 140, 60, "Hiring panel", "Tomas"),
    ("Sandbox", 20, 60, "Incident review", "Samira"),
    ("Recess", -70, 180, "Welcome, new colleagues", "Tomas"),
    ("Puppet Theatre", -25, 60, "Customer call", "Oskar"),
    ("Building Blocks", -10, 30, "One to one", "Jun"),
    ("Finger Paint", 45, 45, "Brand review", "Eli"),
    ("Nap Nook", 170, 30, "Phone interview", "Tomas"),
)
"""Room, minutes from now to the start, length in minutes, title, organizer: what the demo opens on.

What has begun is checked in, but for WAITING. In these rooms nothing else happens within AROUND of now.
"""

WAITING = "Roadmap"
AROUND = (timedelta(hours=-2), timedelta(hours=4))

DAY: tuple[tuple[str, int, int, str, str], ...] = (
    ("Story Corner", 545, 40, "Stand-up", "Jun"),
    ("Story Corner", 780, 85, "Hiring panel", "Tomas"),
    ("Story Corner", 960, 30, "One to one", "Ada"),
    ("Sandbox", 570, 30, "Support hand-over", "Samira"),
    ("Sandbox", 840, 60, "Vendor call", "Oskar"),
    ("The Carpet", 510, 30, "Morning circle", "Ada"),
    ("The Carpet", 720, 60, "Brown bag", "Jun"),
    ("The Carpet", 900, 120, "Board preparation", "Lena"),
    ("Snack Table", 600, 60, "Pricing", "Nadia"),
    ("Snack Table", 810, 30, "Retrospective", "Samira"),
    ("Recess", 570, 120, "Workshop: better meetings", "Tomas"),
    ("Recess", 840, 90, "All hands", "Ada"),
    ("Puppet Theatre", 630, 60, "Usability test", "Eli"),
    ("Puppet Theatre", 870, 60, "Customer call", "Oskar"),
    ("Show and Tell", 600, 90, "Sprint demo", "Jun"),
    ("Show and Tell", 780, 60, "Partner visit", "Oskar"),
    ("Finger Paint", 660, 60, "Sketching session", "Eli"),
    ("Treehouse", 540, 60, "Architecture", "Samira"),
    ("Treehouse", 930, 45, "Budget", "Lena"),
    ("Nap Nook", 690, 30, "Phone interview", "Tomas"),
    ("Building Blocks", 750, 45, "Pairing", "Samira"),
    ("Coat Hooks", 555, 15, "Dentist, sorry", "Nadia"),
)
"""Room, local start in minutes after midnight, length in minutes, title, organizer: every working day."""

HAUNTED = "Sandbox"
"""Where a weekly meeting has been to which hardly anybody comes."""

NOBODY_CAME = {"Vendor call", "Phone interview", "Budget"}
ENDED_EARLY = {"Pricing", "Board preparation"}
PRIVATE = {"Dentist, sorry"}


@dataclass(frozen=True, slots=True)
class _Meeting:
    room: str
    starts_at: datetime
    minutes: int
    title: str
    organizer: str

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


def furnish(session: Session, zone: ZoneInfo, now: datetime) -> None:
    """Everything above, by the same services that people and panels use: what they refuse can't be here.

    A year of history (`demo_history`) lies behind it.
    """
    began = now - timedelta(days=400)
    building = rooms.add_building(session, name=BUILDING, time_zone=zone.key, floors=FLOORS)
    floors = {floor.name: floor.id for floor in building.floors}
    at = {}
    for name, floor, seats, amenities in ROOMS:
        new = NewRoom(name=name, floor_id=floors[floor], capacity=seats, amenities=amenities)
        at[name] = rooms.add_room(session, new, began)
    for name, floor_id in floors.items():
        draw_plan(session, floor_id, [room for room in at.values() if room.floor.name == name])
    people = _people(session, began)
    until = _working_day(now.astimezone(zone).date(), -1)
    past = demo_history.year(sorted(at.values(), key=_haunted_first), list(people.values()), zone, until)
    store_past(session, past)
    for meeting in sorted(_meetings(zone, now), key=lambda one: one.starts_at):
        _hold(session, at[meeting.room], people[meeting.organizer], meeting, now)
    while (deadline := bookings.settle_due(session, now)) is not None and deadline <= now:
        pass


def _haunted_first(room: RoomRecord) -> bool:
    return room.name != HAUNTED


def _people(session: Session, now: datetime) -> dict[str, Account]:
    """By first name; all with the same password, hashed once."""
    password_hash = hash_password(PASSWORD)
    found = {}
    for name, role, department in PEOPLE:
        first = name.partition(" ")[0]
        found[first] = add_user(
            session,
            email=f"{first.lower()}@{EMAIL.partition('@')[2]}",
            name=name,
            role=role,
            department=department,
            password_hash=password_hash,
            now=now,
        )
    return found


def _meetings(zone: ZoneInfo, now: datetime) -> Iterator[_Meeting]:
    """The last working day, today and the next one; today whatever day it is."""
    base = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
    for room, minutes, length, title, organizer in AROUND_NOW:
        yield _Meeting(room, base + timedelta(minutes=minutes), length, title, organizer)
    busy_now = {room for room, *_ in AROUND_NOW}
    today = now.astimezone(zone).date()
    for day in (_working_day(today, -1), today, _working_day(today, 1)):
        for room, minutes, length, title, organizer in DAY:
            local = datetime.combine(day, time(minutes // 60, minutes % 60), zone)
            meeting = _Meeting(room, local.astimezone(UTC), length, title, organizer)
            near = meeting.starts_at < base + AROUND[1] and base + AROUND[0] < meeting.ends_at
            if not (near and room in busy_now):
                yield meeting


def _working_day(today: date, step: int) -> date:
    """The nearest before (-1) or after (1) today."""
    near = (today + timedelta(days=step * days) for days in (1, 2, 3))
    return next(day for day in near if day.isoweekday() <= 5)


def _hold(session: Session, room: RoomRecord, who: Account, meeting: _Meeting, now: datetime) -> None:
    """Books it the day before, and does what its people did since, each thing at its time."""
    booked_at = min(now, meeting.starts_at - timedelta(hours=20))
    wish = NewBooking(
        room_id=room.id,
        title=meeting.title,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        attendees=max(1, room.capacity // 2),
        private=meeting.title in PRIVATE,
    )
    made = bookings.book_room(session, who, wish, booked_at, "web")
    came_at = meeting.starts_at + timedelta(minutes=2)
    if came_at > now or meeting.title == WAITING or meeting.title in NOBODY_CAME:
        return
    bookings.check_in(
        session, made.id, by=who, via="panel", at=came_at, now=came_at, attendees=max(1, room.capacity // 3)
    )
    left_at = meeting.starts_at + timedelta(minutes=meeting.minutes * 2 // 3)
    if meeting.title in ENDED_EARLY and left_at <= now:
        bookings.end_booking(session, made.id, by=who, at=left_at, now=left_at)
