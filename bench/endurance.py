"""Hours of an ordinary day, quickly: do memory, file handles, sockets and threads of the hubs stay what they were?

python -m bench.endurance                      15 minutes
CIRCLETIME_SOAK_MINUTES=480 make endurance     a night

On one box (SQLite, the embedded broker) and on a campus (two hubs, PostgreSQL, mosquitto) at once. All the while people log
in and fail to, book, cancel and read, browsers open event streams and leave, and panels join, report and are cut off. It
ends with 1 where something has grown from the second quarter to the last.
"""

from __future__ import annotations

import json
import os
import platform
import random
import statistics
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from tests.flows.campus import Campus, OneHub
from tests.flows.site import EMAIL
from tests.mosquitto import Mosquitto, free_port
from tests.postgres import PostgresServer

MINUTES = float(os.environ.get("CIRCLETIME_SOAK_MINUTES", "15"))
SAMPLE_S = 5.0
ROOMS, PANELS = 4, 12
RESULTS = Path(__file__).parent / "results" / "endurance.json"
MEMORY_SLACK_MB, HANDLE_SLACK = 4.0, 3.0
"""What the median of a quarter may be above that of an earlier one: an allocator's grain, and a connection in a pool."""

Sample = dict[str, float]


def sample(hub: OneHub) -> Sample:
    """What the kernel says of its process."""
    process = Path(f"/proc/{hub.process_id}")
    rows = (process / "smaps_rollup").read_text().splitlines()
    links = []
    for handle in (process / "fd").iterdir():
        with suppress(FileNotFoundError):
            links.append(str(handle.readlink()))
    return {
        "memory MB": next(int(row.split()[1]) for row in rows if row.startswith("Pss_Anon:")) / 1024,
        "file handles": len(links),
        "sockets": sum(link.startswith("socket:") for link in links),
        "threads": len(list((process / "task").iterdir())),
    }


class Day:
    """What people, browsers and panels do at one site, until told to stop."""

    def __init__(self, campus: Campus, broker_port: int) -> None:
        self._campus, self._port = campus, broker_port
        self._rooms = [campus.add_room(f"Room {number}") for number in range(ROOMS)]
        self._slots = count()
        self.acts = 0
        self._stop = threading.Event()
        for number in range(PANELS):
            campus.hang(self._rooms[number % ROOMS], lambda: self._port)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def end(self) -> None:
        self._stop.set()
        self._thread.join(60)

    def _run(self) -> None:
        acts = (self._meeting, self._browser, self._stranger, self._press, self._reconnect)
        while not self._stop.wait(0.1):
            with suppress(httpx.TransportError):
                random.choice(acts)()
                self.acts += 1

    def _meeting(self) -> None:
        room = random.choice(self._rooms)
        booking = self._campus.book(room, 600 + 15 * (next(self._slots) % 5000))
        self._campus.ask("GET", f"/rooms/{room}/state")
        self._campus.ask("POST", f"/bookings/{booking}/cancel", {})

    def _browser(self) -> None:
        """Opens the stream of events, hears its first words, and leaves without one."""
        hub = random.choice(self._campus.hubs)
        headers = {"Authorization": f"Bearer {self._campus.token}"}
        with httpx.stream("GET", f"{hub.url}/api/v1/events", headers=headers, timeout=10) as answer:
            next(answer.iter_lines())

    def _stranger(self) -> None:
        hub = random.choice(self._campus.hubs)
        httpx.post(
            f"{hub.url}/api/v1/auth/login", json={"email": f"x{EMAIL}", "password": "wrong"}, timeout=10
        )

    def _press(self) -> None:
        panel = random.choice(self._campus.panels)
        panel.command("report_issue", category=f"endurance {self.acts}", text="flickers")

    def _reconnect(self) -> None:
        """One goes for good, and another comes in its place: what a hub keeps of a panel must go with it."""
        gone = self._campus.panels.pop(0)
        gone.close()
        self._campus.ask("DELETE", f"/panels/{gone.id}")
        self._campus.hang(gone.room_id, lambda: self._port)


def verdict(samples: list[Sample]) -> dict[str, Any]:
    """Medians of the four quarters of each, and whether it has stayed."""
    size = len(samples) // 4
    found: dict[str, Any] = {}
    for name in samples[0]:
        quarters = [
            round(statistics.median(one[name] for one in samples[first * size : (first + 1) * size]), 1)
            for first in range(4)
        ]
        slack = MEMORY_SLACK_MB if name == "memory MB" else HANDLE_SLACK
        found[name] = {"quarters": quarters, "flat": quarters[3] <= quarters[1] + slack}
    return found


def main() -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database, broker = PostgresServer(), Mosquitto()
        stack.callback(database.close)
        stack.callback(broker.close)
        port = free_port()
        for name in ("box", "campus"):
            (folder / name).mkdir(mode=0o700)
        url = f"sqlite:///{folder}/box/circletime.db"
        box = Campus(folder / "box", url, None, hubs=1, CIRCLETIME_MQTT_PORT=str(port))
        stack.callback(box.close)
        campus = Campus(folder / "campus", database.create("endurance"), broker.url)
        stack.callback(campus.close)
        days = [Day(box, port), Day(campus, broker.port)]
        for day in days:
            stack.callback(day.end)
        hubs = {
            "one box": box.hubs[0],
            "campus, first hub": campus.hubs[0],
            "campus, second hub": campus.hubs[1],
        }
        samples: dict[str, list[Sample]] = {name: [] for name in hubs}
        ends = time.monotonic() + MINUTES * 60
        while time.monotonic() < ends:
            time.sleep(SAMPLE_S)
            for name, hub in hubs.items():
                samples[name].append(sample(hub))
        acts = [day.acts for day in days]
    report(samples, acts)


def report(samples: dict[str, list[Sample]], acts: list[int]) -> None:
    found: dict[str, Any] = {
        "minutes": MINUTES,
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "acts": dict(zip(("one box", "campus"), acts, strict=True)),
    }
    found |= {name: verdict(rows) for name, rows in samples.items()}
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))
    grown = [f"{name}: {what}" for name in samples for what, rows in found[name].items() if not rows["flat"]]
    print("not flat: " + ", ".join(grown) if grown else "all flat")
    sys.exit(bool(grown))


if __name__ == "__main__":
    main()
