"""From the hub's 201 to the changed picture on a panel.

Hub, broker and the panel's MicroPython are processes of their own on this machine; the glass is memory, so an
e-ink refresh (0.45 s partial, 1.2 to 1.6 s full) comes on top. Compared with the bare request in the same run.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import threading
import time
from pathlib import Path
from queue import Empty, Queue

import httpx

from shared.room_state import encode, parse
from tests.flows.site import Panel, Site

RUNS = 100


def listen(site: Site, frames: Queue[float]) -> None:
    """Puts the moment of each redraw that the hub hears of."""
    with httpx.Client(timeout=None) as client:
        url, headers = f"{site.client.base_url}events", dict(site.client.headers)
        try:
            with client.stream("GET", url, headers=headers) as stream:
                for line in stream.iter_lines():
                    if line.startswith("data:") and '"panel"' in line:
                        frames.put(time.perf_counter())
        except httpx.TransportError:
            return  # the hub was stopped


def next_frame(frames: Queue[float]) -> float:
    return frames.get(timeout=20)


def settle(frames: Queue[float]) -> None:
    """Waits until the panel has drawn what it had to."""
    while True:
        try:
            frames.get(timeout=0.4)
        except Empty:
            return


def tell(what: str, seconds: list[float], bare: float) -> None:
    ms = sorted(s * 1000 for s in seconds)
    print(
        f"{what}: median {statistics.median(ms):.0f} ms, worst of {len(ms)} {ms[-1]:.0f} ms "
        f"({statistics.median(ms) / 1000 / bare:.1f} times the request itself)"
    )


def measure(site: Site, room: str, panel: Panel) -> None:
    frames: Queue[float] = Queue()
    threading.Thread(target=listen, args=(site, frames), daemon=True).start()
    settle(frames)
    to_glass, requests = [], []
    for run in range(RUNS):
        asked = time.perf_counter()
        booking = site.book(room, in_s=3600, title=f"Run {run}")
        answered = time.perf_counter()
        to_glass.append(next_frame(frames) - answered)
        requests.append(answered - asked)
        settle(frames)
        site.post(f"/bookings/{booking['id']}/cancel")
        next_frame(frames)
        settle(frames)
    bare = statistics.median(requests)
    print(f"POST /bookings itself: median {bare * 1000:.0f} ms")
    tell("201 to the changed glass", to_glass, bare)
    telemetry = panel.told()["telemetry"]
    print(
        f"the panel's heap: {telemetry['heapUsed']:,} bytes used, {telemetry['heapFree']:,} free of 200 KiB"
    )
    state = json.dumps(site.get(f"/rooms/{room}/state"))
    print(f"its RoomState: {len(encode(parse(state))):,} bytes")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        try:
            site.start()
            (room,) = site.furnish("Story Corner")
            measure(site, room, site.hang(room))
        finally:
            site.close()


if __name__ == "__main__":
    main()
