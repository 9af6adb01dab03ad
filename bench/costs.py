"""What one panel, one room and one booking cost a hub: the measured side of the capacity model in docs/scaling.md.

Processor time is the hub process's own (user and system), so a busy machine makes it a little worse and no more.
"""

from __future__ import annotations

import json
import os
import platform
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.storm import Crowd, cpu_s, hang, hub, memory_mb, quiet
from tests.flows.campus import Campus
from tests.flows.site import eventually

PANELS, BOOKINGS, READS = 300, 200, 200
STILL_S = 60.0
RESULTS = Path(__file__).parent / "results" / "costs.json"


def database_kb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.glob("circletime.db*")) / 1024


def standing_still(process_id: int) -> dict[str, float]:
    time.sleep(5)
    cpu, began = cpu_s(process_id), time.monotonic()
    time.sleep(STILL_S)
    return {"hub CPU %": round((cpu_s(process_id) - cpu) / (time.monotonic() - began) * 100, 1)}


def timed(campus: Campus, act: Any, times: int) -> dict[str, float]:
    """Of the hub's processor and of the clock, for each."""
    process_id = campus.hubs[0].process_id
    cpu, began = cpu_s(process_id), time.monotonic()
    for number in range(times):
        act(number)
    waited = time.monotonic() - began
    time.sleep(1)  # what it leads to is published a moment later
    return {
        "hub CPU ms": round((cpu_s(process_id) - cpu) * 1000 / times, 1),
        "answer ms": round(waited * 1000 / times, 1),
    }


def main() -> None:
    found: dict[str, Any] = {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "load before": round(os.getloadavg()[0], 1),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with hub(folder, None) as (campus, ports):
            process_id = campus.hubs[0].process_id
            alone = memory_mb(process_id)
            lines = hang(campus, folder, PANELS, None)
            rooms = list(dict.fromkeys(line.split()[2] for line in lines))
            eventually("all states are at the broker", lambda: quiet(campus), 120)
            found["standing still, no panel there"] = standing_still(process_id)
            before, cpu = memory_mb(process_id), cpu_s(process_id)
            crowd = Crowd(ports, lines, folder)
            try:
                found["a panel's connect"] = {
                    "hub CPU ms": round((cpu_s(process_id) - cpu) * 1000 / PANELS, 1),
                    "hub KB": round((memory_mb(process_id) - before) * 1024 / PANELS, 1),
                }
                found["standing still, all panels there"] = standing_still(process_id)
                kb = database_kb(folder)
                found["a booking"] = timed(
                    campus,
                    lambda n: campus.book(rooms[n % len(rooms)], 600 + 15 * (n // len(rooms))),
                    BOOKINGS,
                )
                found["a booking"]["database KB, log included"] = round(
                    (database_kb(folder) - kb) / BOOKINGS, 2
                )
                found["a room's state, read over REST"] = timed(
                    campus, lambda n: campus.truth(rooms[n % len(rooms)]), READS
                )
            finally:
                crowd.close()
            found["hub MB, nothing in it"] = round(alone)
            found[f"hub MB, {len(rooms)} rooms and {PANELS} panels registered"] = round(before)
    found["panels"], found["rooms"] = PANELS, len(rooms)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
