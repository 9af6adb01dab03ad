"""See that there is a browser for the tests in tests/web; install one where that needs no asking."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
INSTALL = "apt-get update && apt-get install --yes --no-install-recommends chromium"


def find_chromium() -> str | None:
    """The path of a browser that can run the tests: $CHROMIUM, else one on PATH."""
    wanted = os.environ.get("CHROMIUM")
    return wanted or next(filter(None, map(shutil.which, NAMES)), None)


def main() -> int:
    """Never fails: without a browser the tests skip and say why, and under CI=true they fail."""
    if find_chromium():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["sh", "-c", INSTALL], check=False, stdout=sys.stderr)
    if not find_chromium():
        print(f"No Chromium for the browser tests. On Debian: sudo sh -c '{INSTALL}'", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
