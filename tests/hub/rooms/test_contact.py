"""The record of when panels were in contact: it only grows, and silence is not contact."""

from datetime import timedelta

import pytest

from hub.clock import unix
from hub.rooms import service as rooms

BEAT = timedelta(seconds=30)


@pytest.fixture
def room(world, house):
    world.write(rooms.set_panelled, house.story_corner.key, True)
    return house.story_corner


@pytest.fixture
def pass_time(world):
    """Time passes with the hub alive: it beats."""

    def call(**parts):
        until = world.clock.now() + timedelta(**parts)
        while world.clock.now() < until:
            world.clock.at = min(world.clock.now() + BEAT, until)
            world.write(rooms.heartbeat_contacts, world.clock.now())

    return call


@pytest.fixture
def contact(world, room):
    """The room's record, in minutes after eight."""

    def call(since=0):
        found = world.read(rooms.contact_of, room.key, unix(world.time(8)) + since * 60)
        return [tuple((at - unix(world.time(8))) / 60 for at in pair) for pair in found]

    return call


def test_contact_lasts_from_coming_to_going(world, room, contact, pass_time):
    world.write(rooms.open_contact, "one", room.key, world.clock.now())
    assert contact() == [(0, 0)]
    pass_time(minutes=10)
    assert contact() == [(0, 10)]
    world.clock.pass_time(seconds=15)
    world.write(rooms.close_contact, "one", world.clock.now())
    pass_time(minutes=5)
    assert contact() == [(0, 10.25)]


def test_hub_that_slept_had_no_contact_meanwhile(world, room, contact, pass_time):
    world.write(rooms.open_contact, "one", room.key, world.clock.now())
    pass_time(minutes=1)
    world.clock.pass_time(minutes=30)
    pass_time(minutes=1)
    assert contact() == [(0, 1), (31.5, 32)]


def test_hub_that_died_had_contact_until_its_last_beat(world, room, contact, pass_time):
    world.write(rooms.open_contact, "one", room.key, world.clock.now())
    pass_time(minutes=2)
    world.clock.pass_time(minutes=30)
    world.write(rooms.close_stale_contacts)
    pass_time(minutes=2)
    assert contact() == [(0, 2)]


def test_panel_that_moves_takes_its_contact_along_and_leaves_the_record(
    world, house, room, contact, pass_time
):
    world.write(rooms.open_contact, "one", room.key, world.clock.now())
    pass_time(minutes=3)
    world.write(rooms.open_contact, "one", house.sandbox.key, world.clock.now())
    pass_time(minutes=3)
    assert contact() == [(0, 3)]


def test_two_panels_of_a_room_have_a_record_each(world, room, contact, pass_time):
    world.write(rooms.open_contact, "one", room.key, world.clock.now())
    pass_time(minutes=1)
    world.write(rooms.open_contact, "two", room.key, world.clock.now())
    pass_time(minutes=1)
    world.write(rooms.close_contact, "one", world.clock.now())
    pass_time(minutes=1)
    assert contact() == [(0, 2), (1, 3)]
    assert contact(since=3) == [(1, 3)]


def test_room_without_panels_has_no_record(world, house):
    assert world.read(rooms.contact_of, house.sandbox.key, 0) is None
