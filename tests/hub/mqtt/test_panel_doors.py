"""Who gets in, and who is cut off or moved when that changes."""

import pytest
from sqlalchemy import text

from hub.panel import enrolment, service
from shared import topics
from tests.hub.mqtt.running_broker import wait_until


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


def test_nothing_stays_of_a_revoked_panel(world, hub, wall):
    config = topics.panel_down(wall.id, "config")
    assert list(hub.broker._retained_for(config))
    hub.write(service.revoke, wall.id, world.clock.now())
    assert wall.paho.has_ended()
    wait_until(lambda: not list(hub.broker._retained_for(config)))
    assert wall.id not in hub.broker.connected()
    (gone,) = [one for one in hub.run(_rows(hub)) if one.id == wall.id]
    assert (gone.status, gone.room_key) == ("offline", None)


async def _rows(hub):
    """Revoked panels too, after the will had its say."""
    return await hub.database.read(lambda session: session.execute(text("SELECT * FROM panels")).all())


def test_panel_that_was_replaced_is_cut_off_and_the_new_one_gets_in(world, house, hub, wall, connect):
    now, secret = world.clock.now(), "s" * 43
    shown = world.write(enrolment.enrol, secret, address="", simulated=True, now=now)
    claimed = hub.write(enrolment.replace, wall.id, shown.code, now)
    assert wall.paho.has_ended()
    assert refused(connect(hub, wall.id, wall.secret))
    told = world.write(enrolment.enrol, secret, address="", simulated=True, now=now)
    new = connect(hub, claimed.panel.id, told.secret).hear(house.story_corner.id)
    assert new.state(house.story_corner.id)["room"]["name"] == "Story Corner"


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
