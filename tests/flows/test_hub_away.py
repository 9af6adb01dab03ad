"""The hub is killed: its panel tells the kept truth, says so, goes on by itself, and replays what was pressed."""

from datetime import datetime

import pytest

from tests.flows.bare_broker import BareBroker
from tests.flows.site import eventually


@pytest.fixture
def left_alone(site):
    """Kills the hub, and puts a broker in its place that reaches the panel all the same."""
    opened = []

    def kill_hub(panel):
        site.kill()
        opened.append(BareBroker(site.mqtt_port))
        eventually("the panel found the broker", lambda: opened[-1].greeted(panel.id))
        return opened[-1]

    yield kill_hub
    for broker in opened:
        broker.close()


def test_panel_rolls_into_the_meeting_checks_in_once_and_tells_the_hub_later(site, left_alone):
    (room,) = site.furnish("Story Corner")
    panel = site.hang(room, reconnectMaxS=1)
    booking = site.book(room, in_s=10)
    eventually("the panel knows of it", lambda: booking["id"] in (panel.flash / "state.json").read_text())
    broker = left_alone(panel)
    eventually(
        "it went on to the meeting by itself",
        lambda: [told for told in broker.telemetry(panel.id) if told["screen"] == "check_in"],
        30,
    )
    broker.press(panel.id, 0)
    eventually("it shows itself checked in", lambda: broker.telemetry(panel.id)[-1]["screen"] == "meeting")
    pressed = datetime.now().astimezone()
    broker.close()

    site.start()
    known = eventually(
        "the hub knows", lambda: (b := site.booking(booking["id"]))["status"] == "checked_in" and b, 40
    )
    at = datetime.fromisoformat(known["checkedInAt"])
    assert abs((at - pressed).total_seconds()) <= 5, "the press counts from when it was made"
    revision = site.get(f"/rooms/{room}/state")["revision"]
    panel.stop()
    panel.start()
    eventually("it is back", lambda: panel.told()["status"] == "online" and panel.screen() == "meeting")
    assert site.get(f"/rooms/{room}/state")["revision"] == revision, "it counted once"


def test_glass_says_that_it_has_not_heard_until_it_has(site, left_alone):
    (room,) = site.furnish("Story Corner")
    panel = site.hang(room, reconnectMaxS=1)
    site.book(room, in_s=7200)
    eventually("the panel shows what is next", lambda: panel.told()["frame"] >= 2)
    online = panel.glass()
    broker = left_alone(panel)

    offline = eventually("it says so", lambda: (glass := broker.glass(panel.id)) != online and glass, 30)
    rows = [
        row
        for row in range(480)
        if offline[row * 100 : row * 100 + 100] != online[row * 100 : row * 100 + 100]
    ]
    assert len(rows) < 240, "it still shows the room"
    broker.close()
    site.start()
    eventually("the mark is gone", lambda: panel.told()["status"] == "online" and panel.glass() == online, 40)
