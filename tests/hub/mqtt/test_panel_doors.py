"""Who gets in, and who is cut off or moved when that changes."""

import pytest

from hub.panel import service
from shared import topics


@pytest.fixture
def wall(house, hub, hang):
    found = hang(hub).hear(house.story_corner.id)
    found.next_down("welcome")
    return found


def refused(wall):
    return wall.paho.result.get(timeout=5) == "Not authorized"


def test_wrong_secret_and_another_panels_secret_are_turned_away(hub, hang, connect):
    one, other = hang(hub), hang(hub)
    assert refused(connect(hub, one.id, "wrong"))
    assert refused(connect(hub, one.id, other.secret))
    assert refused(connect(hub, "nobody", other.secret))
    assert refused(connect(hub, "a/b", other.secret))


def test_panel_hears_its_own_room_and_no_other(house, wall):
    assert wall.paho.subscribe(topics.room_state(house.sandbox.id)) == [0x80]


def test_revoked_panel_is_cut_off_and_stays_out(world, hub, wall, connect):
    hub.write(service.revoke, wall.id, world.clock.now())
    assert wall.paho.has_ended()
    assert refused(connect(hub, wall.id, wall.secret))


def test_panel_revoked_by_another_process_is_cut_off(world, wall):
    world.write(service.revoke, wall.id, world.clock.now())
    assert wall.paho.has_ended()


def test_moved_panel_is_told_its_new_door_at_once(world, house, hub, wall):
    hub.write(service.move, wall.id, house.sandbox.id, world.clock.now())
    assert wall.next_down("config")["roomId"] == house.sandbox.id


def test_moved_panel_that_does_not_connect_again_is_cut_off(world, house, hub, wall, connect):
    world.write(service.move, wall.id, house.sandbox.id, world.clock.now())
    assert wall.paho.has_ended()
    again = connect(hub, wall.id, wall.secret).hear(house.sandbox.id)
    assert again.state(house.sandbox.id)["room"]["name"] == "Sandbox"
    assert again.paho.subscribe(topics.room_state(house.story_corner.id)) == [0x80]


def test_moved_panel_hears_its_old_room_no_longer(world, house, hub, wall):
    hub.write(service.move, wall.id, house.sandbox.id, world.clock.now())
    assert wall.next_down("config")["roomId"] == house.sandbox.id
    assert wall.paho.subscribe(topics.room_state(house.story_corner.id)) == [0x80]
