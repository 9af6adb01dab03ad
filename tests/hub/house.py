"""A house to test in: HQ in Berlin with three rooms, and the people who work there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from hub.accounts import service as accounts
from hub.accounts.service import Account
from hub.bookings import availability
from hub.bookings import service as bookings
from hub.bookings.models import CHECKED_IN, CONFIRMED
from hub.bookings.service import BookingRecord, NewBooking
from hub.db.database import Database
from hub.events import Event
from hub.rooms import service as rooms
from hub.rooms.service import BuildingRecord, NewRoom, PolicyOverrides, RoomChanges, RoomRecord
from tests.fakes import FakeClock
from tests.hub.quick_engine import quick_engine

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class House:
    """Rooms for 4, 6 and 12 on one floor. Nadia and Tomas are members, Lena a manager, Ada the admin."""

    building: BuildingRecord
    story_corner: RoomRecord
    sandbox: RoomRecord
    carpet: RoomRecord
    nadia: Account
    tomas: Account
    lena: Account
    ada: Account


def furnish(session: Session, now: datetime) -> House:
    hq = rooms.add_building(session, name="HQ", time_zone="Europe/Berlin", floors=["2"])

    def room(name: str, capacity: int, *amenities: str) -> RoomRecord:
        new = NewRoom(name=name, floor_id=hq.floors[0].id, capacity=capacity, amenities=amenities)
        return rooms.add_room(session, new, now)

    def person(name: str, role: str, department: str | None = None) -> Account:
        email = f"{name.split(maxsplit=1)[0].lower()}@example.org"
        return accounts.add_user(session, email=email, name=name, role=role, department=department, now=now)

    return House(
        hq,
        room("Story Corner", 4, "screen"),
        room("Sandbox", 6, "screen", "whiteboard"),
        room("The Carpet", 12, "video"),
        person("Nadia Kovacs", "member", "Research"),
        person("Tomas Lind", "member", "Design"),
        person("Lena Brandt", "manager"),
        person("Ada Osei", "admin"),
    )


_ready: dict[str, House] = {}


def ready(url: str) -> House | None:
    """The house that the database at this URL was opened with, if it was."""
    return _ready.get(url)


@contextmanager
def opened_with(url: str, house: House) -> Iterator[str]:
    _ready[url] = house
    yield url
    del _ready[url]


class World:
    """The house, in a database behind the hub's own `Database`, and a clock.

    Each call is one transaction, as a request's would be. Times are given as hours and minutes in UTC of
    the clock's first day, Monday, 23 November 2026, when Berlin is one hour ahead.
    """

    def __init__(self, url: str, clock: FakeClock) -> None:
        """`url`: a migrated database's."""
        self.url = url
        self.clock = clock
        self._day = clock.now().replace(hour=0, minute=0, second=0)
        self._open(url)
        self.house: House = ready(url) or self.write(furnish, clock.now())

    def _open(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self.database: Database = self.run(_opened(url))

    def run(self, coroutine: Any) -> Any:
        return self._loop.run_until_complete(coroutine)

    def write(self, work: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        return self.run(self.database.write(lambda session: work(session, *args, **kwargs)))

    def read(self, work: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        return self.run(self.database.read(lambda session: work(session, *args, **kwargs)))

    def close(self) -> None:
        self.run(self.database.close())
        self._loop.close()

    def time(self, hour: int, minute: int = 0, second: int = 0) -> datetime:
        return self._day.replace(hour=hour, minute=minute, second=second)

    def at(self, hour: int, minute: int = 0, second: int = 0) -> None:
        """Sets the clock."""
        self.clock.at = self.time(hour, minute, second)

    def book(
        self,
        start: tuple[int, int],
        end: tuple[int, int],
        *,
        room: RoomRecord | None = None,
        who: Account | None = None,
        title: str = "Roadmap",
        **more: Any,
    ) -> BookingRecord:
        """Nadia books the Story Corner, unless told otherwise."""
        wish = NewBooking(
            room_id=(room or self.house.story_corner).id,
            title=title,
            starts_at=self.time(*start),
            ends_at=self.time(*end),
            **more,
        )
        return self.write(bookings.book_room, who or self.house.nadia, wish, self.clock.now(), "web")

    def check_in(
        self, booking: BookingRecord, by: Account | None = None, at: datetime | None = None
    ) -> BookingRecord:
        """A panel does, unless `by` says who."""
        now = self.clock.now()
        via = "panel" if by is None else "web"
        return self.write(bookings.check_in, booking.id, by=by, via=via, at=at or now, now=now)

    def end(
        self, booking: BookingRecord, by: Account | None = None, at: datetime | None = None
    ) -> BookingRecord:
        now = self.clock.now()
        return self.write(bookings.end_booking, booking.id, by=by, at=at or now, now=now)

    def extend(self, booking: BookingRecord, minutes: int, by: Account | None = None) -> BookingRecord:
        return self.write(bookings.extend, booking.id, by=by, minutes=minutes, now=self.clock.now())

    def cancel(self, booking: BookingRecord, by: Account | None = None) -> BookingRecord:
        return self.write(bookings.cancel, booking.id, by=by, now=self.clock.now())

    def now(self, booking: BookingRecord) -> BookingRecord:
        """The booking as it is now."""
        return self.read(bookings.booking, booking.id, self.clock.now())

    def room(self, room: RoomRecord | None = None) -> RoomRecord:
        return self.read(rooms.room, (room or self.house.story_corner).id)

    def says(self, room: RoomRecord | None = None) -> tuple[str, str | None, bool]:
        """What the hub's tables say of the room now: status, the current booking's id, and whether it is checked in."""
        now, room_id = self.clock.now(), (room or self.house.story_corner).id

        def look(session: Session) -> tuple[str, str | None, bool]:
            found = rooms.room(session, room_id)
            there = [
                one
                for one in bookings.meetings(session, found.key, now, now + timedelta(seconds=1))
                if one.status in {CONFIRMED, CHECKED_IN}
            ]
            current = there[0] if there else None
            return (
                availability.room_status(session, found, now),
                current and current.id,
                current is not None and current.status == CHECKED_IN,
            )

        return self.read(look)

    def set_policy(self, room: RoomRecord | None = None, **policy: Any) -> None:
        """Before there are bookings; `room_changes` has what it does to them."""
        changes = RoomChanges(policy=PolicyOverrides(**policy))
        self.write(rooms.change_room, (room or self.house.story_corner).id, changes, self.clock.now())


class QuickWorld(World):
    """The same for what needs services and nothing else: without an event loop, and SQLite in memory.

    `told` is what listeners were told.
    """

    def _open(self, url: str) -> None:
        self.told: list[Event] = []
        self._quick = quick_engine(url)
        self._engine = self._quick.__enter__()

    def write(self, work: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        with Session(self._engine, expire_on_commit=False) as session:
            with session.begin():
                result = work(session, *args, **kwargs)
            self.told += session.info.pop("events", [])
        return result

    def read(self, work: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        with Session(self._engine) as session:
            return work(session, *args, **kwargs)

    def close(self) -> None:
        self._quick.__exit__(None, None, None)


async def _opened(url: str) -> Database:
    return Database(url)
