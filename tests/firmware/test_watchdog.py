"""The watchdog bites where a task hangs, whichever, and a process plays it as a board does."""

import subprocess
import time

import pytest

from tests.firmware.hub_double import wait_until
from tests.firmware.simulated_panel import SimulatedPanel
from tests.micropython import needs_micropython
from tools import simulator

pytestmark = needs_micropython

QUICK = """
import machine
from firmware import supervisor
supervisor.WATCHDOG_MS = 1500
supervisor.LOOK_MS = 100
supervisor.PATIENCE_MS = 700
import asyncio
async def hang(*_):
    await asyncio.Event().wait()
async def spin(*_):
    while True:
        pass
"""

HANGS = {
    "the link hangs": "from firmware import wifi\nwifi.join = hang\n",
    "the display hangs": "from firmware.boards import simulator\nsimulator.Display.show = hang\n",
    "a task lets no other run": "from firmware import wifi\nwifi.join = spin\n",
}


@pytest.fixture
def hanging(hub, tmp_path):
    """Starts a panel's own program after `script` has broken something in it."""
    started = []

    def start(script):
        panel = SimulatedPanel(tmp_path, hub.port)
        broken = tmp_path / "broken.py"
        broken.write_text(
            f"import os\nos.chdir({str(tmp_path)!r})\n" + script + "import boot_rom\nboot_rom.run()\n"
        )
        argv = [*simulator.interpreter("400k"), str(broken)]
        simulated = simulator.environment(simulator.ROOT / "firmware" / "simulator", sources=True)
        started.append(subprocess.Popen(argv, env=simulated, stdin=subprocess.PIPE, cwd=tmp_path))
        return panel.flash

    yield start
    for process in started:
        process.kill()
        process.wait(10)
        process.stdin.close()


@pytest.mark.parametrize("hang", HANGS)
def test_watchdog_bites(hang, hanging):
    began = time.time()
    flash = hanging(QUICK + HANGS[hang])
    wait_until((flash / "watchdog").exists, "the watchdog is set")
    wait_until(lambda: simulator.starved(flash, began), "it bites")


def test_panel_that_is_well_feeds_it(hub, panel):
    began = time.time()
    one = panel()
    hub.shows("check_in")
    said = (one.flash / "watchdog").read_text()
    assert float(said) - began > 30
    assert not simulator.starved(one.flash, began)


def test_what_an_earlier_start_said_is_not_believed(tmp_path):
    (tmp_path / "watchdog").write_text("1.0")
    assert simulator.starved(tmp_path, 0)
    assert not simulator.starved(tmp_path, time.time() + 1)
    assert not simulator.starved(tmp_path / "none", 0)
