"""A panel as a process: the real firmware under the real MicroPython, started as `circletime` starts it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.firmware.hub_double import PANEL, SECRET
from tools import simulator


class SimulatedPanel:
    """`flash` is its flash memory: it stays when the power goes."""

    def __init__(self, flash: Path, port: int, heap: str = simulator.HEAP, **more: Any) -> None:
        self.flash = flash
        self._heap = heap
        self._process: subprocess.Popen[bytes] | None = None
        installed = {"panelId": PANEL, "secret": SECRET, "mqttHost": "127.0.0.1", "mqttPort": port}
        installed |= {"tls": False, "board": "simulator", "reconnectMaxS": 0.3} | more
        (flash / "panel.json").write_text(json.dumps(installed))

    def start(self, **how: Any) -> SimulatedPanel:
        argv, environment = simulator.command(self.flash, self._heap, **how)
        with (self.flash / "console.txt").open("ab") as console:
            self._process = subprocess.Popen(
                argv, env=environment, stdin=subprocess.PIPE, stdout=console, stderr=subprocess.STDOUT
            )
        return self

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    def console(self) -> str:
        return (self.flash / "console.txt").read_text(errors="replace")

    def cut_power(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            assert self._process.stdin
            self._process.stdin.close()

    def unplug_keyboard(self) -> int:
        """Closes its standard input, and waits for what it does about that: its exit status."""
        assert self.process.stdin
        self.process.stdin.close()
        return self.process.wait(10)

    def open_files(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))
