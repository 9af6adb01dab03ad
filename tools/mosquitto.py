"""See that there is a mosquitto for the tests of outside brokers; install one where that needs no asking."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

INSTALL = "apt-get update && apt-get install --yes --no-install-recommends mosquitto"
NO_SERVICE = "systemctl disable --now mosquitto"
"""Debian starts it on port 1883, where a hub's own broker listens; the tests start their own."""


def find_mosquitto() -> str | None:
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def main() -> int:
    """Never fails: without a mosquitto the tests skip and say why, and under CI=true they fail."""
    if find_mosquitto():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["sh", "-c", INSTALL], check=False, stdout=sys.stderr)
        if shutil.which("systemctl"):
            subprocess.run(NO_SERVICE.split(), check=False, stdout=sys.stderr, stderr=subprocess.DEVNULL)
    if not find_mosquitto():
        print(f"No mosquitto for the broker tests. On Debian: sudo sh -c '{INSTALL}'", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
