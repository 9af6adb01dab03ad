"""The hub moves to another address: panels that were told follow, and find it again after a start."""

import pytest

from tests.firmware.hub_double import HubDouble, wait_until
from tests.micropython import needs_micropython
from tests.shared.examples import START, meeting, state

pytestmark = needs_micropython


@pytest.fixture
def new_hub():
    found = HubDouble(state(meeting(0, status="checked_in")) | {"revision": 9}, START + 300)
    yield found
    found.close()


def told(hub, one):
    hub.publish_retained()
    wait_until(lambda: "hubAddresses" in (one.flash / "config.json").read_text(), "it was told")


def test_panel_follows_a_hub_that_moves_and_finds_it_again_after_a_start(hub, new_hub, panel):
    one = panel()
    hub.shows("check_in")
    hub.config = {"hubAddresses": ["no-such-host.invalid:1", f"127.0.0.1:{new_hub.port}"]}
    told(hub, one)
    hub.stop()
    new_hub.shows("meeting")
    one.cut_power()
    new_hub.heard.clear()
    one.start()
    new_hub.shows("meeting")
    assert "no-such-host" not in (one.flash / "hub.txt").read_text()
    assert one.console().count("link lost") <= 4, "after the start it looks where it found the hub last"


def test_hub_that_comes_back_is_found_at_the_old_address_too(hub, panel):
    one = panel()
    hub.shows("check_in")
    hub.config = {"hubAddresses": ["127.0.0.1:9"]}
    told(hub, one)
    hub.stop()
    hub.heard.clear()
    hub.start()
    hub.shows("check_in")
    assert one.process.poll() is None


@pytest.mark.parametrize(
    "junk", ["", 7, {}, [7], ["nonsense"], ["h:0"], ["h:70000"], [":1"], ["h:x"], [":1"] * 5]
)
def test_addresses_that_make_no_sense_are_dropped(junk, on_micropython):
    on_micropython(
        f"""
import json
from firmware.panel_config import PanelConfig
from firmware.hub_addresses import address
with open("panel.json", "w") as file:
    json.dump({{"panelId": "p1", "secret": "s", "mqttHost": "::1", "mqttPort": 1883, "board": "simulator"}}, file)
config = PanelConfig()
try:
    config.follow(json.dumps({{"roomId": "r1", "hubAddresses": {junk!r}}}).encode())
except ValueError:
    pass
for tries in range(6):
    assert address(config, tries) == ("::1", 1883), tries
with open("hub.txt", "wb") as file:
    file.write(b"\\xff\\x00")
assert address(config, 0) == ("::1", 1883)
"""
    )
