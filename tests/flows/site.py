"""A whole site in processes of its own: the hub as an operator starts it, and panels on real MicroPython."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from PIL import Image, ImageChops

from tools import simulator

EMAIL, PASSWORD = "ada@example.org", "correct horse battery"
CIRCLETIME = [str(Path(sys.executable).parent / "circletime")]
PATIENCE_S = 60.0


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def eventually(what: str, look: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
    """The first truthy answer of `look`; fails with `what` and the last answer when patience is over."""
    end = time.monotonic() + patience_s
    while True:
        answer = look()
        if answer:
            return answer
        assert time.monotonic() < end, f"not within {patience_s} s: {what}; last: {answer!r}"
        time.sleep(0.05)


class Site:
    """One data directory, the hub that serves it, and the panels on its walls."""

    def __init__(self, folder: Path, mqtts_port: int | None = None, **environment: str) -> None:
        self.folder = folder
        self.environment = os.environ | environment
        self.mqtts_port = mqtts_port
        self.port, self.mqtt_port = free_port(), free_port()
        self.hub: subprocess.Popen[bytes] | None = None
        self.panels: list[Panel] = []
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}/api/v1", timeout=10)
        self.run("user", "add", EMAIL, "--name", "Ada Osei", "--role", "admin", "--data-dir", str(folder))

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs a command of `circletime` to its end."""
        env = os.environ | {"CIRCLETIME_PASSWORD": PASSWORD} | environment
        return subprocess.run(
            [*CIRCLETIME, *words], env=env, capture_output=True, text=True, timeout=60, check=True
        )

    def start(self) -> None:
        words = [
            "serve",
            "--data-dir",
            str(self.folder),
            "--port",
            str(self.port),
            "--mqtt-port",
            str(self.mqtt_port),
        ]
        if self.mqtts_port is not None:
            words += ["--mqtts-port", str(self.mqtts_port)]
        log = (self.folder / "hub.log").open("ab")
        self.hub = subprocess.Popen([*CIRCLETIME, *words], stdout=log, stderr=log, env=self.environment)
        eventually("the hub is ready", self._ready)
        answer = self.client.post("/auth/login", json={"email": EMAIL, "password": PASSWORD})
        self.client.headers["Authorization"] = f"Bearer {answer.json()['accessToken']}"

    def _ready(self) -> bool:
        assert self.hub and self.hub.poll() is None, (self.folder / "hub.log").read_text()
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/health/ready").status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """As a power cut would: no goodbye."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGINT)

    def _end(self, how: signal.Signals) -> None:
        assert self.hub
        self.hub.send_signal(how)
        self.hub.wait(15)
        self.hub = None

    def close(self) -> None:
        for panel in self.panels:
            panel.stop()
        if self.hub:
            self.kill()
        self.client.close()

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, params=query).raise_for_status().json()

    def post(self, path: str, body: Any = None) -> Any:
        return self.client.post(path, json=body or {}).raise_for_status().json()

    def furnish(self, *names: str) -> list[str]:
        """One building with one floor; the ids of its rooms."""
        hq = self.post("/buildings", {"name": "HQ", "timeZone": "Europe/Berlin", "floors": [{"name": "2"}]})
        floor = hq["floors"][0]["id"]
        rooms = [{"name": name, "floorId": floor, "capacity": 4, "amenities": ["screen"]} for name in names]
        return [self.post("/rooms", room)["id"] for room in rooms]

    def book(self, room_id: str, in_s: int = 0, minutes: int = 30, title: str = "Roadmap") -> dict[str, Any]:
        """A booking that begins `in_s` seconds from now."""
        start = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=in_s)
        times = {"startsAt": start.isoformat(), "endsAt": (start + timedelta(minutes=minutes)).isoformat()}
        found: dict[str, Any] = self.post("/bookings", {"roomId": room_id, "title": title, **times})
        return found

    def booking(self, booking_id: str) -> Any:
        return self.get(f"/bookings/{booking_id}")

    def hang(self, room_id: str, **config: Any) -> Panel:
        """A panel beside the room's door, which has said what it shows."""
        panel = Panel(self, self.post("/panels", {"roomId": room_id, "simulated": True}), config)
        self.panels.append(panel)
        panel.start()
        eventually("the panel shows its room", lambda: panel.screen() in {"idle", "check_in", "meeting"})
        return panel


class Panel:
    """A simulated panel: the real firmware in a process, its flash in a folder."""

    def __init__(self, site: Site, registered: dict[str, Any], config: dict[str, Any]) -> None:
        self.site, self.id = site, registered["id"]
        self.flash = site.folder / f"panel-{self.id}"
        self.flash.mkdir()
        found = {
            "panelId": registered["id"],
            "secret": registered["secret"],
            "mqttHost": registered["mqtt"]["host"],
            "mqttPort": registered["mqtt"]["port"],
            "tls": registered["mqtt"]["tls"],
            "ca": registered["ca"],
            "firmwareKey": registered["firmwareKey"],
            "board": "simulator",
            "language": "en",
        }
        (self.flash / "panel.json").write_text(json.dumps(found | config))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        argv, env = simulator.command(self.flash)
        log = (self.site.folder / "panels.log").open("ab")
        self.process = subprocess.Popen(argv, env=env, stdin=subprocess.PIPE, stdout=log, stderr=log)

    def stop(self) -> None:
        """As if its power were cut."""
        if self.process:
            self.process.kill()
            self.process.wait(5)
            assert self.process.stdin
            self.process.stdin.close()
            self.process = None

    def revived(self) -> bool:
        """Whether it asked for a restart; it has got it."""
        if self.process is None or self.process.poll() != simulator.RESET_STATUS:
            return False
        self.stop()
        self.start()
        return True

    def told(self) -> Any:
        """What the hub knows of it."""
        return self.site.get(f"/panels/{self.id}")

    def screen(self) -> str | None:
        return self.told()["screen"]

    def press(self, key: int) -> None:
        self.site.post(f"/panels/{self.id}/press", {"key": key})

    def glass(self) -> bytes:
        """What is on the glass, a bit a pixel, 1 for ink."""
        answer = self.site.client.get(f"/panels/{self.id}/screen.png").raise_for_status()
        return ImageChops.invert(Image.open(io.BytesIO(answer.content)).convert("1")).tobytes()
