"""Many boards, one after the other: which are to be done, which are, and what came of each.

What is done is kept in a file beside the list, without any secret: a batch that broke off goes on where it was.
"""

from __future__ import annotations

import csv
import json
import os
from dataclasses import dataclass
from pathlib import Path

from tools.installer.one_board import Installed, Job
from tools.installer.trouble import InstallFailed

COLUMNS = {"room", "name", "board", "port"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job: `done` or `failed`; neither where it was left for later."""

    job: Job
    done: Installed | None = None
    failed: InstallFailed | None = None
    before: bool = False
    """It was done by an earlier run."""


def read_jobs(path: Path) -> list[Job]:
    """A panel a line. Raises InstallFailed for a file that is no such list."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            columns = set(rows.fieldnames or ())
            if "room" not in columns or not columns <= COLUMNS:
                raise InstallFailed(
                    "bad-csv", f"The first line of {path} says {','.join(sorted(columns))!r}."
                )
            jobs = [_job(row) for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InstallFailed("bad-csv", f"{path}: {error}.") from error
    missing = [number for number, job in enumerate(jobs, 2) if not job.room]
    if missing or not jobs:
        raise InstallFailed(
            "bad-csv", f"Line {missing[0]} names no room." if missing else f"{path} is empty."
        )
    return jobs


def _job(row: dict[str, str | None]) -> Job:
    cells = {name: (row.get(name) or "").strip() or None for name in COLUMNS}
    return Job(**cells)


class DoneFile:
    """Which lines of a list are done, beside it; replaced whole at each change."""

    def __init__(self, listed: Path) -> None:
        self.path = listed.with_name(listed.name + ".done.json")
        try:
            found = json.loads(self.path.read_text())
        except (OSError, ValueError):  # a first run, or not ours: each board says itself what it lacks
            found = {}
        self._done: dict[str, dict[str, str]] = found if isinstance(found, dict) else {}

    def keys(self, jobs: list[Job]) -> list[str]:
        """A name for each line: a room with two panels is on two lines."""
        seen: dict[str, int] = {}
        found = []
        for job in jobs:
            name = f"{job.room} / {job.name}" if job.name else str(job.room)
            seen[name] = seen.get(name, 0) + 1
            found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
        return found

    def has(self, key: str) -> bool:
        return key in self._done

    def add(self, key: str, done: Installed) -> None:
        self._done[key] = {"panelId": done.panel_id or "", "hardware": done.hardware, "board": done.board}
        beside = self.path.with_name(self.path.name + ".new")
        beside.write_text(json.dumps(self._done, indent=1, ensure_ascii=False) + "\n")
        os.replace(beside, self.path)  # noqa: PTH105  pathlib's says the same
