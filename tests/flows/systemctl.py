"""A stand-in for systemctl, for the walk-through: starts and stops what units of /etc/systemd/system say, in a folder of its own.

python systemctl.py ROOT enable --now UNIT...      also: start, restart, stop; anything else does nothing
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

PATIENCE_S = 20


class Unit:
    def __init__(self, root: Path, name: str) -> None:
        self._root, self._name = root, name
        self._pid = root / "run" / f"{name}.pid"
        self._pid.parent.mkdir(exist_ok=True)

    def start(self) -> None:
        words, environment = self._said()
        with (self._root / "run" / f"{self._name}.log").open("ab") as log:
            process = subprocess.Popen(
                words, env=os.environ | environment, stdout=log, stderr=log, start_new_session=True
            )
        self._pid.write_text(str(process.pid))

    def stop(self) -> None:
        if not self._pid.exists():
            return
        process_id = int(self._pid.read_text())
        self._pid.unlink()
        with suppress(ProcessLookupError):  # it has ended by itself
            os.kill(process_id, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_S
        while self._runs(process_id):
            if time.monotonic() > deadline:
                os.kill(process_id, signal.SIGKILL)
            time.sleep(0.05)

    def _runs(self, process_id: int) -> bool:
        try:
            return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except FileNotFoundError:
            return False

    def _said(self) -> tuple[list[str], dict[str, str]]:
        kind, _, instance = self._name.partition("@")
        if kind == "mosquitto":
            return ["mosquitto", "-c", f"{self._root}/etc/mosquitto/conf.d/circletime.conf"], {}
        if kind == "haproxy":
            return ["haproxy", "-db", "-f", f"{self._root}/etc/haproxy/haproxy.cfg"], {}
        lines = (self._root / f"etc/systemd/system/{kind}@.service").read_text().splitlines()
        fields = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
        rows = Path(fields["EnvironmentFile"]).read_text().splitlines()
        environment = dict(row.split("=", 1) for row in rows if row and not row.startswith("#"))
        return fields["ExecStart"].replace("%i", instance).split(), environment


def main(root: str, verb: str, *words: str) -> None:
    for name in words:
        if not name.startswith("-") and verb in {"enable", "start", "restart", "stop"}:
            unit = Unit(Path(root), name)
            unit.stop()
            if verb != "stop":
                unit.start()


if __name__ == "__main__":
    main(*sys.argv[1:])
