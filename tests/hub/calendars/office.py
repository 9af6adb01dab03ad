"""A room of the house, connected to a calendar, and what both of them say."""

from __future__ import annotations

import asyncio

from hub.bookings import service as bookings
from hub.bookings import synced
from hub.calendars import connections, hub_side
from hub.calendars.sync import sync_next


class Behind:
    """A world's `write` and `read` as the hub's database has them."""

    def __init__(self, world):
        self._world = world

    async def read(self, work):
        return self._world.read(work)

    async def write(self, work):
        return self._world.write(work)


def connect(world, leads, *, kind="memory", sealed=b"", room=None):
    return world.write(
        connections.connect,
        (room or world.house.story_corner).id,
        kind=kind,
        host="calendar.example",
        sealed=sealed,
        leads=leads,
        now=world.clock.now(),
    )


class Office:
    """Compares when told to. `open_calendar` opens the calendar."""

    def __init__(self, world, leads, open_calendar, **more):
        self.world = world
        self.connection = connect(world, leads, **more)
        self._open = open_calendar
        self._loop = asyncio.new_event_loop()

    def run(self, coroutine):
        return self._loop.run_until_complete(coroutine)

    def close(self):
        self._loop.close()

    def sync(self):
        """Now, whatever happened before; the problem there was."""
        self.world.write(connections.ask_soon, self.connection.id, self.world.clock.now())
        assert self.run(sync_next(Behind(self.world), self.world.clock, lambda *_: self._open()))
        return self.state().problem

    def state(self):
        return self.world.read(connections.connection, self.connection.id)

    def clashes(self, *, standing=True):
        found = self.world.read(connections.clashes, self.connection.id, 100)
        return [one for one in found if not standing or one.cleared_at is None]

    def bookings(self, room=None):
        """What is confirmed or checked in there, and not over."""
        now = self.world.clock.now()
        room = room or self.world.house.story_corner
        return self.world.read(synced.to_come, room, now, now + hub_side.AHEAD)

    def said(self, room=None):
        """The same as meetings."""
        return [hub_side.as_meeting(one) for one in self.bookings(room)]

    def booking(self, booking_id):
        return self.world.read(bookings.booking, booking_id, self.world.clock.now())
