"""A heap that is in pieces, as one is after months, is enough: after boot nothing long is allocated any more."""

import json

from bench import panel_heap
from tests.firmware.hub_double import HubDouble
from tests.firmware.simulated_panel import SimulatedPanel
from tests.micropython import needs_micropython
from tests.shared.examples import START
from tools import simulator

pytestmark = needs_micropython

LONGEST = 8 * 1024
IN_PIECES = f"""
import os, sys
os.chdir(sys.argv[1])
from firmware.glass import Glass
show, pins = Glass.show, []
async def first_show(self):
    found = await show(self)
    if not pins:
        holes = []
        try:
            while True:
                holes.append(bytearray({LONGEST - 128}))
                pins.append(bytearray(16))
        except MemoryError:
            pass
        print("in", len(holes), "pieces")
    return found
Glass.show = first_show
exec(open({str(simulator.ROOT / "firmware/simulator/start.py")!r}).read())
"""
HEAP = "480k"
"""More than a board's, since the pins lie between the holes, and half a hole is often lost."""


def start_in_pieces(flash, hub):
    (flash / "start.py").write_text(IN_PIECES)
    return SimulatedPanel(flash, hub.port, HEAP).start(script=flash / "start.py")


def test_a_full_day_goes_through_without_a_long_piece_of_heap(tmp_path):
    hub = HubDouble(panel_heap.full_day(1), START - 300)
    panel = start_in_pieces(tmp_path, hub)
    try:
        hub.shows("idle")
        for step in range(6):
            hub.now_unix = START + step * 1800 + 60
            hub.welcome()
            hub.press(step % 3)
            hub.publish_state(panel_heap.full_day(10 + step))
            hub.glass()
            held = json.loads((tmp_path / "state.json").read_text())
            assert held["revision"] == 10 + step, panel.console()
        assert panel.process.poll() is None, panel.console()
        assert "pieces" in panel.console()
        assert "MemoryError" not in panel.console()
    finally:
        panel.cut_power()
        hub.close()
