"""See that there are mosquitto and haproxy for the tests of outside brokers; install them where that needs no asking."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

INSTALL = "apt-get update && apt-get install --yes --no-install-recommends mosquitto haproxy"
NO_SERVICE = "systemctl disable --now mosquitto haproxy"
"""Debian starts mosquitto on port 1883, where a hub's own broker listens; the tests start their own."""
SYSTEM = "/usr/sbin:/usr/local/sbin"


def find_mosquitto() -> str | None:
    return shutil.which("mosquitto") or shutil.which("mosquitto", path=SYSTEM)


def find_haproxy() -> str | None:
    return shutil.which("haproxy") or shutil.which("haproxy", path=SYSTEM)


def main() -> int:
    """Never fails: without them the tests skip and say why, and under CI=true they fail."""
    if find_mosquitto() and find_haproxy():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["sh", "-c", INSTALL], check=False, stdout=sys.stderr)
        if shutil.which("systemctl"):
            subprocess.run(NO_SERVICE.split(), check=False, stdout=sys.stderr, stderr=subprocess.DEVNULL)
    if not (find_mosquitto() and find_haproxy()):
        print(f"No mosquitto or haproxy for some tests. On Debian: sudo sh -c '{INSTALL}'", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
