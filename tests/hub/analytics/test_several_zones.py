"""One report over buildings in several zones: each room's days are its own, and moments are the same for all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hub.analytics import service
from hub.analytics.scope import Scope
from hub.bookings.past import PastMeeting, store_past
from hub.rooms import service as rooms
from hub.rooms.service import NewRoom
from tests.hub.analytics.worked import AFTERWARDS, BERLIN

NEW_YORK = ZoneInfo("America/New_York")
MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, 30) + timedelta(days=n) for n in range(3))


def test_each_room_counts_by_its_own_day_and_the_peak_is_of_one_moment(world):
    house = world.house

    def annex(session):
        there = rooms.add_building(session, name="Annex", time_zone=NEW_YORK.key, floors=["1"])
        return rooms.add_room(
            session, NewRoom(name="Hudson", floor_id=there.floors[0].id, capacity=4), world.clock.now()
        )

    hudson = world.write(annex)

    def used(room, zone, day, hour, minute=0):
        starts = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)
        return PastMeeting(
            room=room, title="Roadmap", organizer=house.nadia, starts_at=starts, ends_at=starts + timedelta(hours=1),
            booked_at=starts - timedelta(days=2), invited=2, came_at=starts,
        )  # fmt: skip

    by_day = [used(house.story_corner, BERLIN, MONDAY, 16), used(hudson, NEW_YORK, MONDAY, 10, 30)]
    at_night = [
        used(hudson, NEW_YORK, MONDAY, 20),
        used(house.story_corner, BERLIN, TUESDAY, 2),
        used(house.sandbox, BERLIN, TUESDAY, 2),
    ]
    world.write(lambda session: store_past(session, sorted(by_day + at_night, key=lambda one: one.starts_at)))
    scope = Scope(from_day=MONDAY, to_day=WEDNESDAY)

    monday, tuesday = world.read(service.peak_rooms, scope, AFTERWARDS).items
    assert (monday.date, monday.peak_rooms, monday.peak_at) == (MONDAY, 2, by_day[1].starts_at)
    assert (tuesday.date, tuesday.peak_rooms, tuesday.peak_at) == (TUESDAY, 2, at_night[0].starts_at)
    assert monday.open_rooms == tuesday.open_rooms == 4

    (whole,) = world.read(service.kpis, scope, AFTERWARDS).items
    assert (whole.peak_rooms, whole.peak_at) == (3, at_night[0].starts_at)
    assert (whole.available_minutes, whole.used_minutes) == (4 * 2 * 600, 120)

    cells = {
        (one.weekday, one.hour): one.used_minutes
        for one in world.read(service.heatmap, scope, AFTERWARDS).items
    }
    assert {slot: minutes for slot, minutes in cells.items() if minutes} == {
        (1, 10): 30,
        (1, 11): 30,
        (1, 16): 60,
    }
