"""A day on which people work at the calendar, in the web and at the panel at once: in the end all three say the same."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from hub.bookings import service
from hub.calendars.port import meeting
from hub.errors import DomainError
from hub.panel import room_view
from tests.hub.calendars.desks import DavDesk, event
from tests.hub.calendars.office import Office
from tests.radicale_server import RadicaleServer

EDITS = 40


@pytest.fixture
def desk(tmp_path):
    server = RadicaleServer(tmp_path)
    yield DavDesk(server)
    server.close()


class Day:
    def __init__(self, world, office, desk, random):
        self.world, self.office, self.desk, self.random = world, office, desk, random
        self.names = []

    def times(self):
        starts_at = self.world.time(9) + timedelta(minutes=15 * self.random.randrange(32))
        return starts_at, starts_at + timedelta(minutes=15 * self.random.randrange(1, 5))

    def write(self, name):
        starts_at, ends_at = self.times()
        self.desk.put(
            name, *event(f"{name}@x", f":{starts_at:%Y%m%dT%H%M%SZ}", f":{ends_at:%Y%m%dT%H%M%SZ}", name)
        )

    def calendar_adds(self):
        self.names.append(f"C{len(self.names)}")
        self.write(self.names[-1])

    def calendar_moves(self):
        if self.names:
            self.write(self.random.choice(self.names))

    def web_books(self):
        starts_at, ends_at = self.times()
        wish = service.NewBooking(
            room_id=self.world.house.story_corner.id,
            title=f"W{self.random.random()}",
            starts_at=starts_at,
            ends_at=ends_at,
        )
        self.world.write(service.book_room, self.world.house.nadia, wish, self.world.clock.now(), "web")

    def one(self):
        found = self.office.bookings()
        return self.random.choice(found) if found else None

    def web_cancels(self):
        if one := self.one():
            self.world.cancel(one, by=self.world.house.lena)

    def panel_does(self):
        if one := self.one():
            self.world.check_in(one)
            if self.random.random() < 0.4:
                self.world.end(one)

    def time_passes(self):
        self.world.clock.pass_time(minutes=7)

    def compared(self):
        self.office.sync()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("leads", ["hub", "calendar"])
def test_calendar_web_and_panel_end_equal(world, desk, leads):
    office = Office(world, leads, desk.open)
    day = Day(world, office, desk, Random(leads))
    acts = [
        *(day.calendar_adds, day.calendar_moves, day.web_books, day.web_books, day.web_cancels),
        *(day.panel_does, day.time_passes, day.compared),
    ]
    for _ in range(EDITS):
        try:
            day.random.choice(acts)()
        except DomainError:
            continue
    for _ in range(3):
        assert office.sync() is None
    now, room = world.clock.now(), world.house.story_corner
    clashing = {(one.starts_at, one.title) for one in office.clashes() if one.kind == "overlap"}
    there = [meeting(one["DTSTART"].dt, one["DTEND"].dt, str(one["SUMMARY"])) for one in desk.events()]
    there = sorted((one.starts_at, one.title) for one in there if one.ends_at > now)
    here = sorted((one.starts_at, one.title) for one in office.said())
    assert len(here) > 3
    assert [one for one in there if one not in clashing] == here

    def on_the_wall(session):
        state = room_view.room_state(session, room.id, now)
        shown = [state["current"], state["next"], *state["upcoming"]]
        return sorted((one["startUnix"], one["title"]) for one in shown if one)

    assert world.read(on_the_wall) == sorted((int(at.timestamp()), title) for at, title in here)
    office.close()
