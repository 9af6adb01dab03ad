"""A flash that takes nothing more: the glass stays marked, with a number, and the panel is itself again once there is room.

The flash is a folder here, so a limit on the size of files stands for it: from then on every write of the running panel fails.
"""

from __future__ import annotations

import json
import resource
import subprocess
import threading

import pytest

from tests.firmware.hub_double import wait_until
from tests.firmware.simulated_panel import SimulatedPanel
from tests.micropython import needs_micropython
from tests.shared.examples import meeting, state
from tools import simulator

pytestmark = needs_micropython

ROOM = resource.RLIM_INFINITY


class FillingPanel(SimulatedPanel):
    """Its console is no file; a write past the limit is an error to it, not its end by a signal (SIGXFSZ)."""

    said = ""

    def start(self, **how):
        argv, environment = simulator.command(self.flash, self._heap, **how)
        self._process = subprocess.Popen(
            argv,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            restore_signals=False,
        )
        threading.Thread(target=self._listen, args=[self._process.stdout], daemon=True).start()
        return self

    def _listen(self, console):
        for line in console:
            self.said += line.decode(errors="replace")

    def console(self):
        return self.said

    def holds(self, most_bytes):
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (most_bytes, ROOM))


@pytest.fixture
def panel(tmp_path, hub):
    found = FillingPanel(tmp_path, hub.port).start()
    yield found
    found.cut_power()
    print(found.console())


def test_a_full_flash_has_a_number_and_ends_by_itself(hub, panel):
    hub.shows("check_in")
    panel.holds(0)
    hub.publish_state(state(meeting(0, status="checked_in")) | {"revision": 8})
    wait_until(lambda: "E43" in panel.console(), "the number of a full flash")
    panel.holds(ROOM)
    hub.shows("meeting")
    assert panel.process.poll() is None, "it was never started anew"


def test_what_was_pressed_on_a_full_flash_goes_out_once(hub, panel):
    hub.shows("check_in")
    hub.stop()
    hub.greets = False
    hellos = len(hub.said("hello"))
    hub.start()
    wait_until(lambda: len(hub.said("hello")) > hellos, "a link without a hub behind it")
    panel.holds(0)
    hub.press(0)
    hub.shows("meeting")
    assert hub.said("command") == []
    panel.holds(ROOM)
    hub.greets = True
    hub.welcome()
    wait_until(lambda: hub.said("command"), "the check-in at the hub")
    outbox = panel.flash / "outbox.json"
    wait_until(lambda: not outbox.exists() or json.loads(outbox.read_text()) == [], "an empty outbox")
    hub.glass()
    assert [command["action"] for command in hub.said("command")] == ["check_in"]
