"""What `circletime import` does to the building: rooms, bookings, and nothing twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from hub.bookings import service as bookings
from hub.bookings.calendar_file import CalendarEvent
from hub.bookings.imported import Import, import_bookings
from hub.bookings.reading import bookings_on
from hub.rooms import service as rooms
from hub.rooms.service import RoomFilter


@pytest.fixture
def take_over(world):
    """Imports events into HQ; the clock stands at 09:00 unless moved."""

    def run(*events: CalendarEvent) -> Import:
        return world.write(import_bookings, world.house.building, events, 8, world.clock.now())

    world.at(9)
    return run


@pytest.fixture
def event(world):
    def make(start: tuple[int, int], end: tuple[int, int], **changes: object) -> CalendarEvent:
        found = CalendarEvent(
            line=3,
            identity=f"uid {start} {end}",
            room="Sandbox",
            title="Roadmap",
            private=False,
            organizer_email=None,
            starts_at=world.time(*start),
            ends_at=world.time(*end),
        )
        return replace(found, **changes)

    return make


def day(world, room=None) -> list[bookings.BookingRecord]:
    room = room or world.house.sandbox
    return world.read(bookings_on, world.room(room), world.time(12).date(), world.clock.now())


def every_room(world) -> list[rooms.RoomRecord]:
    return world.read(rooms.matching_rooms, RoomFilter(building_id=world.house.building.id), 100)


def test_past_events_come_in_completed_and_later_ones_confirmed(world, take_over, event):
    done = take_over(event((7, 0), (8, 0)), event((10, 0), (11, 0)))
    assert (done.new, done.known, done.skipped) == (2, 0, [])
    past, later = day(world)
    assert (past.status, past.ended_at, past.check_in_by) == ("completed", world.time(8), None)
    assert (later.status, later.check_in_by) == ("confirmed", world.time(10, 15))


def test_a_meeting_under_way_can_still_be_checked_in_to(world, take_over, event):
    take_over(event((8, 0), (12, 0)))
    (found,) = day(world)
    assert (found.status, found.check_in_by) == ("confirmed", world.time(9, 15))
    assert world.check_in(found).status == "checked_in"


def test_importing_again_changes_nothing(world, take_over, event):
    events = [event((10, 0), (11, 0)), event((10, 0), (11, 0), identity="b", room="Attic")]
    take_over(*events)
    before = {room.id: room.revision for room in every_room(world)}
    done = take_over(*events)
    assert (done.rooms, done.new_rooms, done.new, done.known) == (2, 0, 0, 2)
    assert {room.id: room.revision for room in every_room(world)} == before


def test_what_people_did_since_is_not_undone_by_importing_again(world, take_over, event):
    take_over(event((10, 0), (11, 0)))
    world.cancel(day(world)[0])
    take_over(event((10, 0), (11, 0)))
    assert [one.status for one in day(world)] == ["cancelled"]


def test_a_room_renamed_since_does_not_come_back_under_its_old_name(world, take_over, event):
    take_over(event((10, 0), (11, 0), room="Attic"))
    attic = next(room for room in every_room(world) if room.name == "Attic")
    world.write(rooms.change_room, attic.id, rooms.RoomChanges(name="Loft"), world.clock.now())
    take_over(event((10, 0), (11, 0), room="Attic"))
    assert {room.name for room in every_room(world)} == {"Story Corner", "Sandbox", "The Carpet", "Loft"}


def test_rooms_are_found_by_name_whatever_the_case_and_added_where_missing(world, take_over, event):
    done = take_over(
        event((10, 0), (11, 0), room="SANDBOX"), event((10, 0), (11, 0), identity="b", room="Attic")
    )
    assert (done.rooms, done.new_rooms) == (2, 1)
    attic = next(room for room in every_room(world) if room.name == "Attic")
    assert (attic.capacity, attic.building.id) == (8, world.house.building.id)
    assert len(day(world)) == 1


def test_every_room_that_got_a_booking_has_a_new_revision_and_no_other(world, take_over, event):
    before = world.room(world.house.sandbox).revision, world.room(world.house.carpet).revision
    take_over(event((10, 0), (11, 0)), event((12, 0), (13, 0)))
    after = world.room(world.house.sandbox).revision, world.room(world.house.carpet).revision
    assert after == (before[0] + 1, before[1])


def test_an_overlap_within_the_file_is_named_and_the_first_comes_in(world, take_over, event):
    done = take_over(
        event((10, 0), (11, 0), title="First"),
        event((10, 30), (11, 30), title="Second", line=12),
        event((11, 0), (12, 0), title="Third"),
    )
    assert [one.title for one in day(world)] == ["First", "Third"]
    (skipped,) = done.skipped
    assert (skipped.line, skipped.title) == (12, "Second")
    assert skipped.reason == 'Sandbox is taken from 2026-11-23 11:00 to 2026-11-23 12:00 by "First"'


def test_an_overlap_with_what_is_booked_is_named(world, take_over, event):
    world.book((10, 0), (11, 0), room=world.house.sandbox, title="Mine")
    done = take_over(event((9, 0), (18, 0)))
    assert (done.new, 'by "Mine"' in done.skipped[0].reason) == (0, True)


def test_the_title_of_a_private_booking_in_the_way_is_not_told(world, take_over, event):
    world.book((10, 0), (11, 0), room=world.house.sandbox, title="Doctor", private=True)
    done = take_over(event((9, 0), (18, 0)))
    assert "Doctor" not in str(done.skipped[0])


def test_a_slot_given_back_is_free_for_an_import(world, take_over, event):
    world.book((9, 30), (11, 0), room=world.house.sandbox)
    world.at(9, 46)
    assert take_over(event((10, 0), (11, 0))).new == 1


def test_policy_does_not_apply(world, take_over, event):
    world.set_policy(world.house.sandbox, buffer_minutes=30, max_minutes=60, requires_approval=True)
    far = timedelta(days=3000)
    done = take_over(
        event((10, 0), (10, 5)),
        event((10, 5), (20, 0)),
        event((10, 0), (11, 0), identity="far", starts_at=world.time(10) + far, ends_at=world.time(11) + far),
    )
    assert (done.new, done.skipped) == (3, [])
    assert [one.status for one in day(world)] == ["confirmed", "confirmed"]


def test_an_organizer_who_has_an_account_is_the_bookings_and_anybody_else_nobody(world, take_over, event):
    take_over(
        event((10, 0), (11, 0), organizer_email="nadia@example.org"),
        event((11, 0), (12, 0), organizer_email="stranger@example.org"),
    )
    assert [one.organizer for one in day(world)] == [world.house.nadia, None]


def test_the_same_file_can_come_into_two_buildings(world, take_over, event):
    take_over(event((10, 0), (11, 0)))
    other = world.write(rooms.add_building, name="Annex", time_zone="Asia/Tokyo", floors=["1"])
    done = world.write(import_bookings, other, [event((10, 0), (11, 0))], 8, world.clock.now())
    assert (done.new, done.new_rooms) == (1, 1)


def test_bookings_of_an_import_never_overlap_whatever_the_order(world, take_over, event):
    quarter = timedelta(minutes=15)
    begins = world.time(10)

    def at(number: int, start: int, length: int) -> CalendarEvent:
        starts_at: datetime = begins + quarter * start
        ends_at = starts_at + quarter * length
        return event((10, 0), (11, 0), identity=str(number), starts_at=starts_at, ends_at=ends_at)

    wishes = [(number * 7 % 31, 1 + number * 5 % 4) for number in range(60)]
    done = take_over(*(at(number, *wish) for number, wish in enumerate(wishes)))
    assert done.new + len(done.skipped) == 60
    found = day(world)
    assert len(found) == done.new
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(found))
