"""The firmware before this one at this hub, and this firmware at the hub before: unknown fields are ignored, nothing is
lost. `before/README.md` says which version that is, and how it was taken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from shared import topics
from tests.firmware.hub_double import PANEL, ROOM, HubDouble, wait_until
from tests.firmware.simulated_panel import SimulatedPanel
from tests.flows.bare_broker import BareBroker
from tests.flows.site import Panel, eventually
from tests.micropython import needs_micropython
from tools import simulator

BEFORE = Path(__file__).parent / "before"


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """Where the version before lies unpacked."""
    folder = tmp_path_factory.mktemp("before")
    with tarfile.open(BEFORE / "panel.tar.xz") as packed:
        packed.extractall(folder, filter="data")
    return folder


class OlderPanel(Panel):
    """A panel that has not been updated."""

    folder: Path

    def start(self) -> None:
        stand_ins, slot = self.folder / "simulator", self.folder / "slot"
        env = os.environ | {"MICROPYPATH": f"{stand_ins}:{slot}:.frozen"}
        argv = [*simulator.interpreter(), str(stand_ins / "start.py"), str(self.flash), "powered", "0", ""]
        with (self.site.folder / "panels.log").open("ab") as log:
            self.process = subprocess.Popen(argv, env=env, stdin=subprocess.PIPE, stdout=log, stderr=log)


def hang_older(site, room_id, folder):
    panel = OlderPanel(
        site, site.post("/panels", {"roomId": room_id, "simulated": True}), {"reconnectMaxS": 1}
    )
    panel.folder = folder
    site.panels.append(panel)
    panel.start()
    eventually("the older panel shows its room", lambda: panel.screen() == "idle")
    return panel


def test_firmware_before_this_one_does_all_it_did_at_this_hub_and_loses_nothing(site, before):
    here, there = site.furnish("Story Corner", "Attic")
    panel = hang_older(site, here, before)
    booking = site.book(here, title="会議 with 3 more")
    eventually("it waits for its check-in", lambda: panel.screen() == "check_in")
    panel.press(0)
    eventually("it is checked in", lambda: site.booking(booking["id"])["status"] == "checked_in")
    eventually("it says so", lambda: panel.screen() == "meeting")
    ends = site.booking(booking["id"])["endsAt"]
    panel.press(1)
    eventually("it is extended", lambda: site.booking(booking["id"])["endsAt"] > ends)
    site.client.patch(f"/panels/{panel.id}", json={"roomId": there}).raise_for_status()
    eventually("it followed to the other room", lambda: panel.screen() == "idle")
    assert panel.told()["health"] == "ok" and len(panel.glass()) == 48000
    presses_without_a_hub_count_once(site, panel, there)


def presses_without_a_hub_count_once(site, panel, room):
    booking = site.book(room)
    eventually("it waits for its check-in", lambda: panel.screen() == "check_in")
    site.kill()
    alone = BareBroker(site.mqtt_port)
    eventually("it found the broker", lambda: alone.greeted(panel.id))
    alone.press(panel.id, 0)
    eventually("it is checked in here", lambda: "meeting" in [t["screen"] for t in alone.telemetry(panel.id)])
    panel.stop()
    alone.close()
    site.start()
    panel.start()
    eventually("the hub knows", lambda: site.booking(booking["id"])["status"] == "checked_in")
    revision = site.get(f"/rooms/{room}/state")["revision"]
    panel.stop()
    panel.start()
    eventually("it is back", lambda: panel.told()["status"] == "online" and panel.screen() == "meeting")
    assert site.get(f"/rooms/{room}/state")["revision"] == revision, "it counted once"


SAID = json.loads((BEFORE / "hub.json").read_text())


def states(room_id):
    return [message for topic, _, message in SAID if topic == topics.room_state(room_id)]


def down(leaf):
    return [message for topic, _, message in SAID if topic == topics.panel_down(PANEL, leaf)]


class HubBefore(HubDouble):
    """Says what the hub before said, word for word; only an ack names the command that it answers, and a welcome the time."""

    def __init__(self) -> None:
        super().__init__(states(ROOM)[3], states(ROOM)[3]["publishedUnix"])

    def _config(self):
        return next(told for told in down("config") if told["roomId"] == self.room_id)

    def _welcome(self):
        return down("welcome")[0] | {
            "nowUnix": self.now_unix,
            "roomId": self.room_id,
            "revision": self.state["revision"],
        }

    def take(self, number):
        self.publish_state(states(ROOM)[number])

    def acknowledge(self, command):
        known = [told for told in down("ack") if told["ok"]]
        return known[0] | {"id": command["id"]}


LISTEN = """
import json, sys
from shared import panel_command, panel_presence, panel_screen
parsers = {"hello": panel_presence.parse_hello, "presence": panel_presence.parse_presence,
    "command": panel_command.parse, "screen": panel_screen.parse_strip}
for line in sys.stdin:
    leaf, payload = json.loads(line)
    found = parsers[leaf](bytes.fromhex(payload))
    print(json.dumps([leaf, found if isinstance(found, dict) else len(found[2])]))
"""


def as_heard_by(folder, heard):
    """What the hub before makes of what a panel said, in a process of its own. Fails where it refuses any of it."""
    lines = [
        json.dumps([leaf, payload.hex()]) for leaf, payload in heard if leaf not in ("telemetry", "request")
    ]
    done = subprocess.run(
        [sys.executable, "-c", LISTEN],
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@needs_micropython
def test_this_firmware_shows_and_says_all_at_the_hub_before(before, tmp_path):
    hub = HubBefore()
    hub.answers = hub.acknowledge
    panel = SimulatedPanel(tmp_path, hub.port).start()

    def kept():
        return json.loads((tmp_path / "state.json").read_text())

    try:
        hub.shows("check_in")
        hub.press(0)
        hub.shows("meeting")
        hub.take(4)
        wait_until(lambda: kept()["revision"] == 4, "the next revision")
        hub.press(1)
        wait_until(lambda: len(hub.said("command")) == 2, "the second command")
        hub.take(5)
        wait_until(lambda: kept()["revision"] == 5, "the revision after it")
        hub.glass()
        hub.state = states("attic")[0]
        hub.publish_state(hub.state)
        hub.move_panel("attic")
        hub.shows("idle")
        assert "dropped" not in panel.console()
        heard = as_heard_by(before, hub.heard)
    finally:
        panel.cut_power()
        hub.close()
    booking = states(ROOM)[3]["current"]["id"]
    commands = [found for leaf, found in heard if leaf == "command"]
    assert [(one["action"], one["bookingId"], one.get("minutes")) for one in commands] == [
        ("check_in", booking, None),
        ("extend", booking, 15),
    ]
    hellos = [found for leaf, found in heard if leaf == "hello"]
    assert hellos[0]["firmware"] and hellos[-1]["roomId"] == "attic"
    assert [found for leaf, found in heard if leaf == "screen"] == [4000] * 12
