"""A hub's database with a house in it, and the people who work there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy.orm import Session

from hub.accounts import service as accounts
from hub.accounts.service import Account
from hub.db.database import Database
from hub.db.migrate import upgrade
from hub.rooms import service as rooms
from hub.rooms.service import BuildingRecord, NewRoom, RoomRecord
from tests.fakes import FakeClock

Result = TypeVar("Result")


class World:
    """A database on a loop of its own. `write` and `read` run a service function, as a handler would."""

    def __init__(self, path: Path) -> None:
        self.path = path
        url = f"sqlite+aiosqlite:///{path}"
        upgrade(url)
        self._loop = asyncio.new_event_loop()
        self.database = self.run(_opened(url))

    def run(self, coroutine: Any) -> Any:
        return self._loop.run_until_complete(coroutine)

    def write(self, work: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        return self.run(self.database.write(lambda session: work(session, *args, **kwargs)))

    def read(self, work: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        return self.run(self.database.read(lambda session: work(session, *args, **kwargs)))

    def close(self) -> None:
        self.run(self.database.close())
        self._loop.close()


async def _opened(url: str) -> Database:
    return Database(url)


@dataclass(frozen=True, slots=True)
class House:
    """HQ in Berlin, on one floor: rooms for 4, 6 and 12. Nadia and Tomas are members."""

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


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def world(tmp_path):
    found = World(tmp_path / "circletime.db")
    yield found
    found.close()


@pytest.fixture
def house(world, clock):
    return world.write(furnish, clock.now())
