"""Whether a package that is locked has a known hole; asks the Python advisory database, where that is reachable.

python tools/audit.py

It fails for a hole, and never for want of a network: then it says that it could not ask.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parent.parent / "requirements.lock"
PATIENCE_S = 120
_PINNED = re.compile(r"[A-Za-z0-9._-]+==[^\s;\\]+")


def pinned(lock: Path) -> list[str]:
    """`name==version` of every package that is locked."""
    lines = (_PINNED.match(line) for line in lock.read_text("utf-8").splitlines())
    return [line.group() for line in lines if line]


def asked(packages: Sequence[str]) -> list[dict[str, Any]]:
    """What the database says of those that it knows; nothing where it could not be asked."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.write("\n".join(packages))
        wanted.flush()
        words = [
            sys.executable,
            "-m",
            "pip_audit",
            "--requirement",
            wanted.name,
            "--disable-pip",
            "--no-deps",
        ]
        words += ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
        try:
            done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
            found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
        except (ValueError, KeyError, subprocess.TimeoutExpired):
            return []
    return [one for one in found if "skip_reason" not in one]


def report(found: Sequence[dict[str, Any]], locked: int) -> tuple[int, str]:
    """The exit code, and what to say: a package that could not be asked about is never called sound."""
    holes = [f"{one['name']} {one['version']} has {hole['id']}" for one in found for hole in one["vulns"]]
    if holes:
        return 1, "audit: " + "; ".join(holes)
    if not found:
        return (
            0,
            "audit: the advisory database could not be asked; whether locked packages have holes is not known.",
        )
    return 0, f"audit: no known hole in the {len(found)} of {locked} locked packages that it knows."


def main() -> int:
    packages = pinned(LOCK)
    found = asked(packages) if asked(packages[:1]) else []
    code, said = report(found, len(packages))
    print(said)
    return code


if __name__ == "__main__":
    sys.exit(main())
