"""Which panels there are, whose door each hangs at, and what it last said of itself."""

import pytest

from hub.errors import Conflict, NotFound, Refused
from hub.events import PanelChanged
from hub.panel import service
from hub.rooms import service as rooms


@pytest.fixture
def hello(world, panel):
    def say(boot_id="b1"):
        said = {"bootId": boot_id, "firmware": "0.1.0", "roomId": None, "revision": 0}
        return world.write(service.greet, panel.id, said, world.clock.now())

    return say


@pytest.fixture
def presence(world, panel):
    def say(status, boot_id="b1", **more):
        said = {"status": status, "bootId": boot_id} | more
        return world.write(service.set_presence, panel.id, said, world.clock.now())

    return say


@pytest.fixture
def seen(world, panel):
    return lambda: world.read(service.panel, panel.id)


def contact(world, room):
    return world.read(rooms.contact_of, room.key, 0)


def test_panel_is_named_after_its_room_unless_told_otherwise(world, house, panel):
    now = world.clock.now()
    assert panel.name == "Story Corner"
    made, _ = world.write(service.register, name="Left door", room_id=None, simulated=False, now=now)
    assert (made.name, made.room_id, made.simulated) == ("Left door", None, False)


def test_panel_has_no_blank_name(world, panel):
    with pytest.raises(Refused):
        world.write(service.rename, panel.id, "  ")


def test_only_the_secret_lets_a_panel_in(world, house):
    now, room = world.clock.now(), house.story_corner
    made, secret = world.write(service.register, name=None, room_id=room.id, simulated=False, now=now)
    other, other_secret = world.write(service.register, name=None, room_id=None, simulated=False, now=now)
    assert world.read(service.room_for_login, made.id, secret) == (True, room.key, room.id)
    assert world.read(service.room_for_login, other.id, other_secret) == (True, None, None)
    assert world.read(service.room_for_login, made.id, other_secret)[0] is False
    assert world.read(service.room_for_login, "nobody", secret)[0] is False


BOARD = "a0b1c2d3e4f5"


@pytest.fixture
def install(world):
    """An installer registers the same board, again and again."""

    def register(room=None, name=None):
        more = {"name": name, "room_id": room and room.id, "simulated": False, "hardware": BOARD}
        return world.write(service.register, now=world.clock.now(), **more)

    return register


def test_board_that_is_registered_again_is_the_same_panel_with_a_new_secret(world, house, install):
    (first, old), (again, new) = install(house.story_corner), install(house.story_corner)
    assert (again.id, again.name, again.room_id) == (first.id, "Story Corner", house.story_corner.id)
    assert world.read(service.room_for_login, first.id, old)[0] is False
    assert world.read(service.room_for_login, first.id, new)[0] is True
    assert [one.hardware for one in world.read(service.panels)].count(BOARD) == 1


def test_board_of_no_door_is_hung_and_named_by_registering_it_again(house, install):
    first, _ = install()
    hung, _ = install(house.story_corner, "Left door")
    assert (hung.id, hung.room_id, hung.name) == (first.id, house.story_corner.id, "Left door")
    stays, _ = install()
    assert stays.room_id == house.story_corner.id


def test_board_of_another_room_is_not_moved_by_registering_it(house, install):
    install(house.story_corner)
    with pytest.raises(Conflict, match="Story Corner"):
        install(house.sandbox)


def test_board_of_a_revoked_panel_is_a_new_panel(world, install):
    first, _ = install()
    world.write(service.revoke, first.id, world.clock.now())
    again, _ = install()
    assert again.id != first.id


def test_revoked_panel_is_gone(world, house, panel):
    now = world.clock.now()
    made, secret = world.write(service.register, name="Second", room_id=None, simulated=False, now=now)
    world.write(service.revoke, made.id, now)
    assert world.read(service.room_for_login, made.id, secret)[0] is False
    assert [one.id for one in world.read(service.panels)] == [panel.id]
    with pytest.raises(NotFound):
        world.read(service.panel, made.id)


def test_room_has_panels_while_one_hangs_there(world, house, panel):
    now, room = world.clock.now(), house.story_corner
    second, _ = world.write(service.register, name=None, room_id=room.id, simulated=False, now=now)
    assert world.room(room).has_panels
    world.write(service.move, panel.id, house.sandbox.id, now)
    assert (world.room(room).has_panels, world.room(house.sandbox).has_panels) == (True, True)
    world.write(service.revoke, second.id, now)
    assert not world.room(room).has_panels


def test_room_is_in_contact_from_hello_until_the_panel_goes(world, house, hello, presence):
    world.at(9)
    hello()
    world.at(9, 1)
    presence("offline")
    world.at(9, 2)
    assert contact(world, house.story_corner) == [[world.time(9).timestamp(), world.time(9, 1).timestamp()]]


def test_moved_panel_leaves_the_contact_of_its_room(world, house, panel, hello):
    world.at(9)
    hello()
    world.at(9, 1)
    world.write(service.move, panel.id, house.sandbox.id, world.clock.now())
    world.write(
        service.register, name=None, room_id=house.story_corner.id, simulated=False, now=world.clock.now()
    )
    world.at(9, 2)
    hello()
    assert contact(world, house.story_corner) == [[world.time(9).timestamp(), world.time(9, 1).timestamp()]]
    assert contact(world, house.sandbox)[0][0] == world.time(9, 2).timestamp()


def test_moving_to_the_same_door_changes_nothing(world, house, panel, hello):
    hello()
    before = contact(world, house.story_corner)
    world.write(service.move, panel.id, house.story_corner.id, world.clock.now())
    assert contact(world, house.story_corner) == before


def test_will_of_a_boot_that_is_over_is_ignored(hello, presence, seen):
    hello("b1")
    hello("b2")
    presence("offline", "b1")
    assert seen().status == "online"
    presence("offline", "b2")
    assert seen().status == "offline"


def test_sleeping_panel_says_until_when(world, hello, presence, seen):
    hello()
    presence("sleeping", untilUnix=int(world.time(12).timestamp()))
    assert (seen().status, seen().sleeping_until) == ("sleeping", world.time(12))
    hello()
    assert (seen().status, seen().sleeping_until) == ("online", None)


def test_sleeping_panel_is_not_lost(world, panel, hello, presence, seen):
    hello()
    presence("sleeping")
    world.write(service.lose, panel.id, world.clock.now())
    assert seen().status == "sleeping"


def test_hub_that_starts_takes_nobody_to_be_online(world, house, hello, seen):
    world.at(9)
    hello()
    world.at(9, 10)
    world.write(service.lose_all)
    assert seen().status == "offline"
    assert contact(world, house.story_corner) == [[world.time(9).timestamp(), world.time(9).timestamp()]]


def test_last_telemetry_is_kept_and_told(world, panel, house, seen):
    told = {"frame": 7, "screen": "idle", "heapFree": 90_000, "refreshes": {"full": 1, "partial": 6}}
    world.write(service.note_telemetry, panel.id, told, world.clock.now())
    assert world.told[-1] == PanelChanged(panel.id, house.story_corner.id, "offline", 7)
    assert (seen().frame, seen().screen, seen().telemetry) == (7, "idle", told)


def test_panel_of_a_deleted_room_hangs_at_none(world, house, panel, seen):
    world.write(rooms.remove_room, house.story_corner.id, world.clock.now())
    assert seen().room_id is None
    assert [one.room_id for one in world.read(service.panels)] == [None]
