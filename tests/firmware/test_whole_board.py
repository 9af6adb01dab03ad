"""The whole firmware on a recorded board, in the heap that a board without PSRAM has, with a real broker: what comes over
the display's wires makes the picture that the hub is told of."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests import micropython
from tests.firmware.hub_double import PANEL, SECRET, wait_until
from tests.firmware.uc8179_model import Model
from tests.micropython import needs_micropython
from tests.shared.examples import meeting, state
from tools import simulator

pytestmark = needs_micropython

FAKES = Path(__file__).parent / "fake_board"
SIMULATOR = simulator.ROOT / "firmware" / "simulator"


def on_glass(flash: Path) -> Model:
    """What the wires have made of the glass so far."""
    model = Model()
    lines = (flash / "wire").read_text().split("\n")
    for line in lines[1:]:
        command, _, data = line.partition(" ")
        model.take(command, bytes.fromhex(data))
    return model


class Board:
    """A recorded board as a process."""

    def __init__(self, name: str, pins: str, flash: Path, port: int, **more: str) -> None:
        self.name, self.flash = name, flash
        self._pins = pins
        installed = {
            "panelId": PANEL,
            "secret": SECRET,
            "mqttHost": "127.0.0.1",
            "mqttPort": port,
            "tls": False,
        }
        installed |= {
            "board": name,
            "reconnectMaxS": 0.3,
            "wifiSsid": "Wall",
            "wifiPassword": "secret",
        } | more
        (flash / "panel.json").write_text(json.dumps(installed))

    def start(self, woken_by: str = "") -> None:
        start = [str(FAKES / "start_on_board.py"), str(self.flash), self._pins, woken_by]
        with (self.flash / "console.txt").open("ab") as console:
            self.process = subprocess.Popen(
                [*simulator.interpreter(micropython.HEAP), *start],
                env=simulator.environment(FAKES, SIMULATOR),
                stdin=subprocess.PIPE,
                stdout=console,
                stderr=console,
            )

    def end(self) -> None:
        self.process.communicate(timeout=10)
        print((self.flash / "console.txt").read_text())


@pytest.fixture(params=[("reterminal_e1001", "10,11,12,13"), ("waveshare_esp32", "15,27,26,25")])
def board(request, hub, tmp_path):
    found = Board(*request.param, tmp_path, hub.port)
    found.start()
    yield found
    found.end()


def test_glass_shows_what_the_hub_is_told_it_shows(hub, board, tmp_path):
    told = hub.shows("check_in")
    assert told["heapFree"] > 16000
    assert ("batteryPercent" in told) == (board.name == "reterminal_e1001")
    assert told["signalDbm"] == -61
    wait_until(lambda: on_glass(tmp_path).powered is False, "the end of the refresh")
    assert on_glass(tmp_path).glass == hub.glass()
    hub.publish_state(state(meeting(0, status="checked_in")) | {"revision": 8})
    hub.shows("meeting")
    wait_until(lambda: on_glass(tmp_path).powered is False, "the end of the refresh")
    shown = on_glass(tmp_path)
    assert shown.glass == hub.glass()
    assert shown.refreshes[0] == "whole" and "partial" in shown.refreshes


def test_after_deep_sleep_the_display_is_woken_and_shows_the_new_picture(hub, tmp_path):
    """Switched on, it shows and sleeps; a key wakes it, and checks in."""
    board = Board("reterminal_e1001", "10,11,12,13", tmp_path, hub.port, power="battery")
    board.start()
    assert board.process.wait(30) == simulator.SLEEP_STATUS, (tmp_path / "console.txt").read_text()
    asleep = on_glass(tmp_path)
    assert asleep.asleep
    board.start(woken_by="5")
    hub.shows("meeting")
    wait_until(lambda: on_glass(tmp_path).powered is False, "the end of the refresh")
    told = hub.glass()
    assert board.process.wait(30) == simulator.SLEEP_STATUS, (tmp_path / "console.txt").read_text()
    board.end()
    woken = on_glass(tmp_path)
    assert woken.glass == told
    assert woken.asleep
    assert woken.refreshes[: len(asleep.refreshes) + 1] == [*asleep.refreshes, "whole"]
    assert [said["action"] for said in hub.said("command")] == ["check_in"]
