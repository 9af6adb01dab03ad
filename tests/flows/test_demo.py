"""`circletime demo`: one command, and everything is there; Ctrl-C, and nothing is left."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hub.cli.demo_building import EMAIL, PANELS, PASSWORD
from hub.cli.rest_client import NoHub, RestClient
from hub.cli.simulated_panels import why_none
from tests.flows.site import eventually, free_port

pytestmark = pytest.mark.timeout(240)

needs_micropython = pytest.mark.skipif(
    why_none() is not None, reason="no MicroPython here: no simulated panels"
)


class Demo:
    """A running demo, in a directory of its own."""

    def __init__(self, directory: Path, *flags: str, port: int | None = None, mqtt_port: int | None = None):
        self.port, self.mqtt_port = port or free_port(), mqtt_port or free_port()
        self.temporary = directory / "tmp"
        self.temporary.mkdir(exist_ok=True)
        words = ["demo", "--port", str(self.port), "--mqtt-port", str(self.mqtt_port), *flags]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hub", *words],
            cwd=directory,
            env=os.environ | {"TMPDIR": str(self.temporary), "TZ": "Asia/Tokyo"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def hub(self) -> RestClient:
        """Logged in, as soon as the hub answers."""
        found = RestClient(f"http://127.0.0.1:{self.port}")

        def logged_in() -> bool:
            assert self.process.poll() is None, self.ended()[1]
            try:
                found.login(EMAIL, PASSWORD)
            except NoHub:
                return False
            return True

        eventually("the hub lets us in", logged_in, 40)
        return found

    def panels(self) -> list[int]:
        """The processes of its panels."""
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for path in children for pid in path.read_text().split()]

    def ended(self) -> tuple[int, str]:
        """Its exit status and all it said."""
        words, _ = self.process.communicate(timeout=20)
        return self.process.returncode, words


@pytest.fixture
def demo(tmp_path):
    started: list[Demo] = []

    def start(*flags: str, **ports: int) -> Demo:
        started.append(Demo(tmp_path, *flags, **ports))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def is_running(pid: int) -> bool:
    """A zombie is not: it has ended, and waits for its parent to hear of it."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


@needs_micropython
def test_it_opens_on_a_busy_house_with_four_panels_and_ctrl_c_leaves_nothing(demo):
    running = demo()
    hub = running.hub()

    def panels_online() -> list[dict]:
        found = list(hub.items("/panels"))
        return found if len(found) == 4 and all(one["status"] == "online" for one in found) else []

    panels = eventually("four panels are online", panels_online, 40)
    rooms = {room["id"]: room for room in hub.items("/rooms", limit="100")}
    assert len(rooms) == 12
    assert {room["status"] for room in rooms.values()} == {"available", "occupied"}
    assert {rooms[panel["roomId"]]["name"] for panel in panels} == set(PANELS)
    (building,) = hub.items("/buildings")
    assert (building["timeZone"], len(building["floors"])) == ("Asia/Tokyo", 3)

    def screens() -> dict[str, str]:
        return {rooms[one["roomId"]]["name"]: one["screen"] for one in hub.items("/panels")}

    shown = {"Snack Table": "check_in", "The Carpet": "meeting", "Story Corner": "idle", "Sandbox": "idle"}
    eventually("the panels show the house", lambda: screens() == shown)

    processes = running.panels()
    assert len(processes) == 4
    running.process.send_signal(signal.SIGINT)
    status, words = running.ended()
    assert status == 0
    assert f"http://127.0.0.1:{running.port}" in words
    assert EMAIL in words
    assert PASSWORD in words
    assert "Traceback" not in words
    eventually("the panels have ended", lambda: not any(map(is_running, processes)), 5)
    assert list(running.temporary.iterdir()) == []


@needs_micropython
def test_killed_it_takes_its_panels_along(demo):
    running = demo()
    processes = eventually(
        "it has four panels", lambda: found if len(found := running.panels()) == 4 else None, 40
    )
    running.process.kill()
    running.process.wait()
    eventually("the panels have ended", lambda: not any(map(is_running, processes)), 10)


def test_it_starts_again_on_what_was_kept(demo):
    first = demo("--no-panels", "--keep")
    hub = first.hub()
    (building,) = hub.items("/buildings")
    hub.post(
        "/rooms", {"name": "Attic", "floorId": building["floors"][2]["id"], "capacity": 3, "amenities": []}
    )
    first.process.send_signal(signal.SIGTERM)
    assert first.ended()[0] == 0
    again = demo("--no-panels", "--keep").hub()
    names = [room["name"] for room in again.items("/rooms", limit="100")]
    assert (len(names), "Attic" in names) == (13, True)


@pytest.mark.parametrize("flag", ["--port", "--mqtt-port"])
def test_a_port_in_use_is_named_with_the_flag_that_changes_it(demo, flag: str):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, words = demo(**{flag.removeprefix("--").replace("-", "_"): port}).ended()
    assert status == 1
    assert str(port) in words
    assert f"Give another {flag}." in words
    assert "Traceback" not in words


def test_one_port_for_both_is_refused(demo):
    port = free_port()
    status, words = demo(port=port, mqtt_port=port).ended()
    assert (status, "Give another --mqtt-port." in words) == (1, True)
