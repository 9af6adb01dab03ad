"""A panel on battery calls once in every check-in window, and sleeps in between: what that means for its room."""

import pytest

from hub.clock import unix
from hub.panel import health, service


@pytest.fixture
def call(world, panel):
    """The panel wakes, says hello, and a few seconds later that it sleeps until then."""

    def say(*until):
        hello = {"bootId": "b1", "firmware": "0.1.0", "roomId": None, "revision": 0}
        world.write(service.greet, panel.id, hello, world.clock.now())
        world.clock.pass_time(seconds=4)
        said = {"status": "sleeping", "bootId": "b1", "untilUnix": unix(world.time(*until))}
        world.write(service.set_presence, panel.id, said, world.clock.now())

    return say


def test_one_call_in_the_window_is_contact_enough_to_give_the_room_back(world, call):
    standup = world.book((9, 0), (10, 0))
    world.at(8, 45)
    call(9, 15)
    world.at(9, 15, 1)
    assert world.now(standup).status == "no_show"


def test_panel_that_slept_through_the_window_holds_the_meeting(world, call):
    standup = world.book((9, 0), (10, 0))
    world.at(8, 30)
    call(10)
    world.at(9, 15, 1)
    assert world.now(standup).status == "confirmed"


def test_sleeping_panel_is_not_offline_until_it_has_overslept(world, panel, call):
    world.at(8)
    call(9)
    for minute, status in ((4, "sleeping"), (6, "offline")):
        world.at(9, minute)
        seen = world.read(service.panel, panel.id)
        assert health.health(seen, world.clock.now()).status == status
