"""A real hub in a process of its own, and what a test asks it over REST."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

EMAIL, PASSWORD = "ada@example.org", "correct horse battery"
PATIENCE_S = 90

# One zone for every whole offset from -11 hours on, none of them with summer time.
ZONES = [
    *("Pacific/Pago_Pago", "Pacific/Honolulu", "Pacific/Gambier", "Pacific/Pitcairn", "America/Phoenix"),
    *("America/Costa_Rica", "America/Bogota", "America/Puerto_Rico", "America/Sao_Paulo"),
    *("Atlantic/South_Georgia", "Atlantic/Cape_Verde", "Africa/Abidjan", "Africa/Lagos"),
    *("Africa/Johannesburg", "Africa/Nairobi", "Asia/Dubai", "Asia/Karachi", "Asia/Thimphu", "Asia/Bangkok"),
    *("Asia/Singapore", "Asia/Tokyo", "Australia/Brisbane", "Pacific/Guadalcanal", "Pacific/Tarawa"),
]


def zone_where_it_is_ten() -> ZoneInfo:
    """So that a test's day lies ahead of it whenever the test runs."""
    return ZoneInfo(ZONES[(10 - datetime.now(UTC).hour + 11) % 24])


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class HubProcess:
    """`circletime serve` on free ports with a data directory of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.mqtt_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.zone = zone_where_it_is_ten()
        self._process: subprocess.Popen[bytes] | None = None
        self.api = httpx.Client(base_url=f"{self.url}/api/v1", timeout=20)
        self._floor = ""
        self.environment: dict[str, str] = {}
        """What it is told besides."""

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "hub", *words, "--data-dir", str(self.folder / "data")]

    def add_user(self, email: str, name: str, role: str) -> None:
        subprocess.run(
            self._command("user", "add", email, "--name", name, "--role", role),
            check=True,
            capture_output=True,
            env=os.environ | {"CIRCLETIME_PASSWORD": PASSWORD},
        )

    def start(self) -> None:
        ports = ["--port", str(self.port), "--mqtt-port", str(self.mqtt_port)]
        log = (self.folder / "hub.log").open("ab")
        env = (
            os.environ | {"CIRCLETIME_INSIDE_HOSTS": "127.0.0.1"} | self.environment
        )  # where tests' calendars are
        self._process = subprocess.Popen(self._command("serve", *ports), stdout=log, stderr=log, env=env)
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                self.api.get("/auth/me")
                return
            time.sleep(0.1)
        raise AssertionError(f"the hub did not start: {(self.folder / 'hub.log').read_text()[-2000:]}")

    def stop(self) -> None:
        if self._process:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def log_in(self) -> None:
        answer = self.post("/auth/login", {"email": EMAIL, "password": PASSWORD})
        self.api.headers["Authorization"] = f"Bearer {answer['accessToken']}"

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self.api.post(path, json=body if body is not None else {})
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def get(self, path: str) -> Any:
        answer = self.api.get(path)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def furnish(self) -> None:
        """One building with two floors, in a zone where it is ten in the morning."""
        building = self.post(
            "/buildings",
            {"name": "Old Brewery", "timeZone": self.zone.key, "floors": [{"name": "1"}, {"name": "2"}]},
        )
        self._floor = building["floors"][0]["id"]

    def room(self, name: str, capacity: int = 4) -> str:
        """A new room's id."""
        body = {"name": name, "floorId": self._floor, "capacity": capacity, "amenities": []}
        return str(self.post("/rooms", body)["id"])

    def _moment(self, clock: str, days: int = 0) -> datetime:
        hour, minute = map(int, clock.split(":"))
        day = datetime.now(self.zone).date() + timedelta(days=days)
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone)

    def at(self, clock: str, days: int = 0) -> str:
        """That time of the building's today, or of the day `days` later, as REST wants it."""
        return self._moment(clock, days).isoformat()

    def utc(self, clock: str) -> str:
        """That time of the building's today as REST answers with it."""
        return self._moment(clock).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def minute(self, clock: str) -> float:
        """That time of the building's today in minutes since 1970."""
        return self._moment(clock).timestamp() / 60

    def book(self, room_id: str, title: str, starts: str, ends: str) -> Any:
        body = {"roomId": room_id, "title": title, "startsAt": starts, "endsAt": ends}
        return self.post("/bookings", body)

    def bookings(self, room_id: str, days: int = 0) -> list[Any]:
        date = (datetime.now(self.zone).date() + timedelta(days=days)).isoformat()
        return list(self.get(f"/rooms/{room_id}/bookings?date={date}")["items"])

    @contextlib.contextmanager
    def simulated_panel(self, room: str) -> Iterator[None]:
        """`circletime panel simulate` at that room's door, once it is online."""
        log = (self.folder / "panel.log").open("ab")
        panel = subprocess.Popen(
            [sys.executable, "-m", "hub", "panel", "simulate", "--room", room, "--hub", self.url],
            env=os.environ | {"CIRCLETIME_EMAIL": EMAIL, "CIRCLETIME_PASSWORD": PASSWORD},
            stdout=log,
            stderr=log,
        )
        try:
            deadline = time.monotonic() + PATIENCE_S
            while all(each["status"] != "online" for each in self.get("/panels")["items"]):
                told = (self.folder / "panel.log").read_text()
                assert panel.poll() is None and time.monotonic() < deadline, (
                    f"no panel came online: {told[-2000:]}"
                )
                time.sleep(0.2)
            yield
        finally:
            panel.send_signal(signal.SIGTERM)
            panel.wait(20)


def furnished_hub(folder: Path) -> Iterator[HubProcess]:
    """A running hub with the house in it, and Ada its admin."""
    hub = HubProcess(folder)
    hub.add_user(EMAIL, "Ada Osei", "admin")
    hub.start()
    try:
        hub.log_in()
        hub.furnish()
        yield hub
    finally:
        hub.stop()
