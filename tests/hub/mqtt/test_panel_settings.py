"""How a panel is told to speak and to look: by the policy of its room, as soon as that changes."""

import pytest


def told(config):
    return config["language"], config["hour24"], config["theme"]


def test_panel_follows_the_policy_of_its_room_at_once(world, house, hub, hang):
    wall = hang(hub).hear(house.story_corner.id, revision=1)
    assert told(wall.next_down("config")) == ("en", True, "light")
    world.set_policy(panel_language="fr", panel_hour24=False, panel_theme="dark")
    assert told(wall.next_down("config")) == ("fr", False, "dark")


def test_panel_at_another_door_is_not_told(world, house, hub, hang):
    wall = hang(hub).hear(house.story_corner.id, revision=1)
    wall.next_down("config")
    world.set_policy(house.sandbox, panel_language="fr")
    world.set_policy(panel_language="de")
    assert told(wall.next_down("config"))[0] == "de"


@pytest.mark.parametrize("policy", [{"panelLanguage": "tlh"}, {"panelHour24": 12}, {"panelTheme": "pink"}])
def test_what_no_panel_knows_is_refused(rest, policy):
    room = rest.house.sandbox.id
    assert rest("PATCH", f"/rooms/{room}", who="lena", json={"policy": policy}).status_code == 422
