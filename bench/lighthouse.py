"""`make lighthouse`: Login, Rooms and a room's page as Lighthouse judges them, on a phone that it imagines and at a desk.

Needs Node and Chromium, and fetches Lighthouse from the npm registry; so it is no part of `make bench`. Each page is judged
`LIGHTHOUSE_RUNS` times, and the middle score of each is told.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.web.hub_process import EMAIL, PASSWORD, HubProcess, free_port
from tests.web.story_house import StoryHouse
from tools.chromium import find_chromium

LIGHTHOUSE = os.environ.get("LIGHTHOUSE", "npx --yes lighthouse@13").split()
RUNS = int(os.environ.get("LIGHTHOUSE_RUNS", "3"))
CATEGORIES = ("performance", "accessibility", "best-practices")
TIMES = {
    "first-contentful-paint": "FCP",
    "largest-contentful-paint": "LCP",
    "speed-index": "SI",
    "total-blocking-time": "TBT",
    "cumulative-layout-shift": "CLS",
}
AS_THIS_MACHINE_IS = "--throttling.cpuSlowdownMultiplier=2"
"""What Lighthouse's manual (docs/throttling.md, "Calibrating the CPU slowdown") gives a machine whose BenchmarkIndex is 800 to
1500 for a phone of the middle class; its default, 4, is meant for 1500 to 2000. Both are told, with the index."""
WAYS = {"phone": [AS_THIS_MACHINE_IS], "phone, 4x": [], "desk": ["--preset=desktop"]}
WORST = 60
"""Only what scores less than this many hundredths is named."""


@contextmanager
def browser(hub: HubProcess, *, signed_in: bool, folder: Path) -> Iterator[int]:
    """The port of a browser with a profile of its own. A session given as a header alone would not reach the worker that
    holds the line of events, and the app would turn to the door."""
    port = free_port()
    flags = ["--no-sandbox", "--disable-gpu", f"--remote-debugging-port={port}"]
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tempfile.mkdtemp(dir=folder), executable_path=find_chromium(), args=flags, headless=True
        )
        if signed_in:
            said = {"email": EMAIL, "password": PASSWORD}
            assert context.request.post(f"{hub.url}/api/v1/auth/login", data=said).ok
        yield port
        context.close()


def judged(url: str, port: int, more: list[str], report: Path) -> dict[str, Any]:
    """Lighthouse's whole report of that page."""
    flags = [
        f"--only-categories={','.join(CATEGORIES)}",
        "--output=json",
        f"--output-path={report}",
        "--quiet",
    ]
    subprocess.run(
        [*LIGHTHOUSE, url, f"--port={port}", *flags, *more],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    told: dict[str, Any] = json.loads(report.read_text())
    return told


def judge_all(hub: HubProcess, folder: Path) -> None:
    house = StoryHouse(hub)
    pages = {"Login": "/login", "Rooms": "/rooms", "Room": f"/rooms/{house.rooms['The Carpet']}"}
    for way, more in WAYS.items():
        for name, path in pages.items():
            with browser(hub, signed_in=name != "Login", folder=folder) as port:
                reports = [judged(hub.url + path, port, more, folder / "report.json") for _ in range(RUNS)]
            tell(f"{name}, {way}", reports)


def main() -> None:
    """Prints each page's scores of a hundred, and the audits that cost something."""
    if not shutil.which(LIGHTHOUSE[0]):
        print("needs Node: npx is not on PATH")
        return
    print(f"medians of {RUNS} runs; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as there:
        folder = Path(there)
        hub = HubProcess(folder)
        hub.add_user(EMAIL, "Ada Osei", "admin")
        hub.start()
        try:
            hub.log_in()
            judge_all(hub, folder)
        finally:
            hub.stop()


def tell(name: str, reports: list[dict[str, Any]]) -> None:
    scores = [
        f"{each} {statistics.median(round(100 * one['categories'][each]['score']) for one in reports):.0f}"
        for each in CATEGORIES
    ]
    times = [
        f"{short} {statistics.median(one['audits'][audit]['numericValue'] for one in reports):.4g}"
        for audit, short in TIMES.items()
    ]
    index = statistics.median(one["environment"]["benchmarkIndex"] for one in reports)
    told = f"{', '.join(times)}; BenchmarkIndex {index:.0f}, load {os.getloadavg()[0]:.1f}"
    print(f"{name:16} {'  '.join(scores)}  ({told})", flush=True)
    for key, audit in reports[-1]["audits"].items():
        score = audit.get("score")
        if isinstance(score, int | float) and score * 100 < WORST:
            print(f"             {key}: {audit.get('displayValue', audit['title'])}", flush=True)


if __name__ == "__main__":
    main()
