"""Calendars are compared over services: their world is the quick one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.calendars.port import meeting
from tests.hub.calendars.memory_calendar import MemoryCalendar, MemoryServer
from tests.hub.calendars.office import Office
from tests.hub.house import QuickWorld


@pytest.fixture
def world(database_url, clock):
    found = QuickWorld(database_url, clock)
    yield found
    found.close()


@pytest.fixture
def server():
    return MemoryServer()


@pytest.fixture
def connected(world, server):
    """Offices of that calendar, by who leads."""
    made = []

    def office(leads="calendar", **more):
        made.append(Office(world, leads, lambda: MemoryCalendar(server), **more))
        return made[-1]

    yield office
    for one in made:
        one.close()


@pytest.fixture
def at(world):
    """A meeting of the first day, from hour to hour."""

    def made(start, end, title="Roadmap", **more):
        day = world.time(0)
        return meeting(day + timedelta(hours=start), day + timedelta(hours=end), title, **more)

    return made
