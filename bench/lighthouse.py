"""`make lighthouse`: Login, Rooms and a room's page as Lighthouse judges them, on a phone it imagines.

Needs Node and Chromium, and fetches Lighthouse from the npm registry; so it is no part of `make bench`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.web.hub_process import EMAIL, HubProcess
from tests.web.story_house import StoryHouse
from tools.chromium import find_chromium

LIGHTHOUSE = os.environ.get("LIGHTHOUSE", "npx --yes lighthouse@13").split()
CATEGORIES = ("performance", "accessibility", "best-practices")
FLAGS = "--headless=new --no-sandbox --disable-gpu"
WORST = 60
"""Only what scores less than this many hundredths is named."""


def judged(url: str, cookie: str, folder: Path) -> dict[str, object]:
    """Lighthouse's whole report of that page, asked for with that session."""
    report, headers = folder / "report.json", folder / "headers.json"
    headers.write_text(json.dumps({"Cookie": cookie} if cookie else {}))
    subprocess.run(
        [
            *LIGHTHOUSE,
            url,
            "--quiet",
            "--output=json",
            f"--output-path={report}",
            f"--only-categories={','.join(CATEGORIES)}",
            f"--extra-headers={headers}",
            f"--chrome-flags={FLAGS}",
        ],
        check=True,
        env=os.environ | {"CHROME_PATH": str(find_chromium())},
    )
    told: dict[str, object] = json.loads(report.read_text())
    return told


def main() -> None:
    """Prints each page's scores of a hundred, and the audits that cost something."""
    if not shutil.which(LIGHTHOUSE[0]):
        print("needs Node: npx is not on PATH")
        return
    with tempfile.TemporaryDirectory() as there:
        folder = Path(there)
        hub = HubProcess(folder)
        hub.add_user(EMAIL, "Ada Osei", "admin")
        hub.start()
        try:
            hub.log_in()
            house = StoryHouse(hub)
            cookie = hub.api.headers["Authorization"].replace("Bearer ", "circletime_session=")
            pages = {"Login": "/login", "Rooms": "/rooms", "Room": f"/rooms/{house.rooms['The Carpet']}"}
            for name, path in pages.items():
                tell(name, judged(hub.url + path, "" if path == "/login" else cookie, folder))
        finally:
            hub.stop()


def tell(name: str, report: dict[str, object]) -> None:
    categories: dict[str, dict[str, float]] = report["categories"]  # type: ignore[assignment]
    audits: dict[str, dict[str, object]] = report["audits"]  # type: ignore[assignment]
    scores = "  ".join(f"{each} {round(100 * categories[each]['score'])}" for each in CATEGORIES)
    print(f"{name:7} {scores}")
    for key, audit in audits.items():
        score = audit.get("score")
        if isinstance(score, int | float) and score * 100 < WORST:
            print(f"        {key}: {audit.get('displayValue', audit['title'])}")


if __name__ == "__main__":
    main()
