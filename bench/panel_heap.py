"""What a panel needs of its heap through a simulated day: how much is used, and the smallest heap that does.

MicroPython cannot tell the peak between two collections, so the peak is found by trial: the day is lived again in
smaller and smaller heaps. The heap has 64-bit words here, twice those of a board; what TLS and Wi-Fi take on a board
lies outside it, and is not measured.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from tests.firmware.hub_double import HubDouble
from tests.firmware.simulated_panel import SimulatedPanel
from tests.shared.examples import START, meeting, state
from tools import simulator

DAY_S = 24 * 3600
STEP_S = 1800
STEP_KIB = 4


def one_meeting(revision: int) -> dict[str, Any]:
    return state(meeting(0)) | {"revision": revision}


def full_day(revision: int) -> dict[str, Any]:
    """The largest RoomState: 24 meetings, with titles of 120 bytes."""
    found = [meeting(n * 3600, name=f"booking-{n:02}") for n in range(24)]
    for number, each in enumerate(found):
        each |= {"title": f"{number:02} " + "é" * 58, "organizer": f"Nadia Kovács {number}"}
    return state(*found) | {"revision": revision}


def live(day: Any, heap: str) -> list[int]:
    """What was used of the heap at each picture of a day: each half hour the clock steps, a key is pressed, a new
    state comes, and the hub asks for the glass. Raises AssertionError where the panel dies or drops anything."""
    with tempfile.TemporaryDirectory() as flash:
        hub = HubDouble(day(1), START - 300)
        panel = SimulatedPanel(Path(flash), hub.port, heap).start()
        try:
            hub.shows("idle")
            for step in range(DAY_S // STEP_S):
                hub.now_unix = START + step * STEP_S + 60
                hub.welcome()
                hub.press(step % 3)
                hub.publish_state(day(10 + step))
                hub.glass()
                held = json.loads((panel.flash / "state.json").read_text())
                assert held["revision"] == 10 + step, panel.console()
            assert panel.process.poll() is None, panel.console()
            return [told["heapUsed"] for told in hub.said("telemetry")]
        finally:
            panel.cut_power()
            hub.close()


def smallest(day: Any) -> int:
    """The smallest heap, in KiB, in which the day can be lived."""
    heap_kib = int(simulator.HEAP.rstrip("k"))
    while lived(day, f"{heap_kib - STEP_KIB}k"):
        heap_kib -= STEP_KIB
    return heap_kib


def lived(day: Any, heap: str) -> bool:
    try:
        live(day, heap)
    except AssertionError:
        return False
    return True


def main() -> None:
    for name, day in (("one meeting", one_meeting), ("24 long meetings", full_day)):
        used = live(day, simulator.HEAP)
        print(f"a day with {name}: {max(used):,} bytes used at most after a collection, ", end="", flush=True)
        print(f"lived in {smallest(day)} KiB of {simulator.HEAP}")


if __name__ == "__main__":
    main()
