"""`circletime panel simulate --count 200` against one hub: the memory that a panel takes, and how soon all are in step.

200 panels at 40 rooms' doors. Memory is what the kernel says of each process (PSS: shared pages are counted once, in parts).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from tests.flows.site import EMAIL, PASSWORD, Site, eventually

COUNT = int(os.environ.get("CIRCLETIME_BENCH_PANELS", "200"))
ROOMS = 40
PATIENCE_S = 900
LOOK_S = 1


def panels(site: Site) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = site.get("/panels", **({"cursor": cursor} if cursor else {}))
        found += page["items"]
        cursor = page.get("nextCursor") or ""
        if not cursor:
            return found


def in_step(site: Site) -> bool:
    """Every panel is online and shows its room's last revision. Asked now and then: to answer is work for the hub too."""
    time.sleep(LOOK_S)
    try:
        found = panels(site)
    except httpx.TimeoutException:  # 200 interpreters that start take all of a small machine
        return False
    right = [
        one for one in found if one["status"] == "online" and one["shownRevision"] == one["roomRevision"]
    ]
    return len(right) == COUNT


def kib(pid: int, line: str = "Pss:") -> int:
    said = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(each.split()[1]) for each in said if each.startswith(line))


def measure(site: Site) -> None:
    rooms = site.furnish(*(f"Room {number:02}" for number in range(ROOMS)))
    flags = ["--hub", f"http://127.0.0.1:{site.port}", "--count", str(COUNT)]
    env = os.environ | {
        "CIRCLETIME_EMAIL": EMAIL,
        "CIRCLETIME_PASSWORD": PASSWORD,
        "TMPDIR": str(site.folder),
    }
    began = time.monotonic()
    argv = [sys.executable, "-m", "hub", "panel", "simulate", *flags]
    process = subprocess.Popen(argv, env=env, stdout=subprocess.DEVNULL)
    try:
        eventually("all are online and in step", lambda: in_step(site), PATIENCE_S)
        print(f"{COUNT} panels at {ROOMS} doors online and in step after {time.monotonic() - began:.0f} s")
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        each = sorted(kib(int(pid)) for pid in children)
        print(
            f"memory of a panel's process: median {each[len(each) // 2]:,} KiB, most {each[-1]:,} KiB; {len(each)} processes"
        )
        assert site.hub
        print(f"memory of the hub's process: {kib(site.hub.pid):,} KiB")
        began = time.monotonic()
        for room in rooms:
            site.book(room, in_s=2)
        booked = time.monotonic() - began
        eventually("all are in step again", lambda: in_step(site), PATIENCE_S)
        print(
            f"{ROOMS} bookings in {booked:.1f} s; all in step again {time.monotonic() - began:.1f} s after the first"
        )
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(120)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        try:
            site.start()
            measure(site)
        finally:
            site.close()


if __name__ == "__main__":
    main()
