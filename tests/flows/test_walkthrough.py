"""docs/campus.md: its commands run in order with the files of examples/, and bookings go on while hubs are restarted."""

import os
import re
import shutil
import ssl
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import httpx
import pytest

from hub.settings import _READ
from tests.flows import systemctl
from tests.flows.campus import CheapPanel
from tests.flows.site import CIRCLETIME, EMAIL, eventually, free_port
from tools.mosquitto import INSTALL, SYSTEM, find_haproxy, find_mosquitto

HOME = Path(__file__).parents[2]
EXAMPLES = HOME / "examples"
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
PORTS = ("8001", "8002", "8003", "1883", "443")
UNITS = ("haproxy", "circletime@8001", "circletime@8002", "circletime@8003", "mosquitto")
PROGRAMS = {
    "sudo": 'shift 2; exec "$@"',  # -u postgres
    "chown": "true",
    "systemctl": f'exec {sys.executable} {systemctl.__file__} "$ROOT" "$@"',
}
"""What the test has in the place of what only root, or only Debian's services, may do."""


class Walk:
    """The page, on ports and in folders of its own."""

    def __init__(self, folder, postgres):
        self.root = folder / "root"
        self.ports = {port: str(free_port()) for port in PORTS}
        self._database = f"@/circletime?host={postgres.socket_folder}"
        shutil.copytree(EXAMPLES, folder / "examples")
        for path in (one for one in (folder / "examples").rglob("*") if one.is_file()):
            path.write_text(self.here(path.read_text()))
        programs = folder / "bin"
        programs.mkdir()
        for name, does in PROGRAMS.items():
            (programs / name).write_text(f"#!/bin/sh\n{does}\n")
            (programs / name).chmod(0o755)
        for one in ("mosquitto/conf.d", "haproxy", "systemd/system"):
            (self.root / "etc" / one).mkdir(parents=True)
        (self.root / "var/lib/mosquitto").mkdir(parents=True)
        self.folder = folder
        self.environment = {
            one: said for one, said in os.environ.items() if not one.startswith("CIRCLETIME_")
        }
        path = f"{programs}:{postgres.programs}:{os.environ['PATH']}:{SYSTEM}"
        self.environment |= {
            "ROOT": str(self.root), "PATH": path, "PGHOST": str(postgres.socket_folder), "PGUSER": "postgres"
        }  # fmt: skip

    def here(self, words):
        words = words.replace("@127.0.0.1:5432/circletime", self._database)
        words = words.replace("/opt/circletime/.venv/bin/circletime", CIRCLETIME[0])
        words = words.replace(" -o circletime -g circletime", "")
        if os.geteuid() == 0:
            words = words.replace("allow_anonymous false", "allow_anonymous false\nuser root")
        words = re.sub(r"(?<![\w.])/(etc|var/lib)/", rf"{self.root}/\1/", words)
        return re.sub(rf"(?<![\d.])({'|'.join(PORTS)})(?!\d)", lambda found: self.ports[found[0]], words)

    def run(self, block, patience_s=200):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.here(block)],
            env=self.environment, cwd=self.folder, capture_output=True, text=True, timeout=patience_s, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}{self.logs()}"

    def logs(self):
        return "\n".join(f"{path.name}: {path.read_text()[-1500:]}" for path in self.root.glob("run/*.log"))

    def close(self):
        for name in UNITS:
            systemctl.Unit(self.root, self.here(name)).stop()


@pytest.fixture
def walk(tmp_path, postgres):
    if not (find_mosquitto() and find_haproxy() and shutil.which("curl") and shutil.which("openssl")):
        missing = (
            f"there is no mosquitto, haproxy, curl or openssl. On Debian: sudo sh -c '{INSTALL} curl openssl'"
        )
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    found = Walk(tmp_path, postgres)
    yield found
    found.close()


class Balanced:
    """Ada, who comes through the load balancer."""

    def __init__(self, walk, address="127.0.0.1"):
        by = httpx.HTTPTransport(
            verify=ssl.create_default_context(cafile=walk.root / "etc/haproxy/site.crt"),
            local_address=address,
        )
        self.client = httpx.Client(
            base_url=f"https://127.0.0.1:{walk.ports['443']}/api/v1", transport=by, timeout=20,
            headers={"Host": "rooms.example.org"},
        )  # fmt: skip
        self._slots = count()

    def log_in(self, password):
        body = {"email": EMAIL, "password": password}
        answer = self.ask("POST", "/auth/login", json=body)
        if answer.status_code == 200:
            self.client.headers["Authorization"] = f"Bearer {answer.json()['accessToken']}"
        return answer.status_code

    def ask(self, method, path, **more):
        return self.client.request(method, path, extensions={"sni_hostname": "rooms.example.org"}, **more)

    def made(self, path, **body):
        answer = self.ask("POST", path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def book(self, room):
        """Until it is answered: with its key that is safe."""
        slot = next(self._slots)
        start = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=600 + 15 * slot)
        body = {"roomId": room, "title": "x", "startsAt": start.isoformat()}
        body["endsAt"] = (start + timedelta(minutes=15)).isoformat()
        while True:
            with suppress(httpx.TransportError):
                answer = self.ask("POST", "/bookings", json=body, headers={"Idempotency-Key": f"walk-{slot}"})
                if answer.status_code == 201:
                    return answer.json()["id"]
                assert answer.status_code in {502, 503}, answer.text


@pytest.mark.timeout(600)
def test_walk_through_does_what_it_says_and_its_rolling_restart_loses_nothing(walk):
    *before, rolling = BLOCK.findall((HOME / "docs/campus.md").read_text())
    assert len(before) == 6
    for block in before:
        walk.run(block)
    ada = Balanced(walk)
    assert ada.log_in((walk.root / "etc/circletime/first-password").read_text().strip()) == 200
    floor = ada.made("/buildings", name="HQ", timeZone="Europe/Berlin", floors=[{"name": "2"}])["floors"][0][
        "id"
    ]
    room = ada.made("/rooms", name="Story Corner", floorId=floor, capacity=4, amenities=[])["id"]
    hung = ada.made("/panels", roomId=room, simulated=True)
    assert hung["mqtt"]["host"] == "panels.example.org"
    panel = CheapPanel(hung["id"], hung["secret"], room, lambda: int(walk.ports["1883"]))
    try:
        eventually("the panel shows its room", lambda: panel.revision)
        booked = book_meanwhile(ada, room, lambda: walk.run(rolling))
        assert len(booked) == len(set(booked)) > 2
        for booking in booked:
            assert ada.ask("GET", f"/bookings/{booking}").json()["status"] == "confirmed"

        def true():
            return panel.revision == ada.ask("GET", f"/rooms/{room}/state").json()["revision"]

        eventually("the panel shows the truth", true)
        assert panel.lower == 0
    finally:
        panel.close()
    guess_from_elsewhere(walk, ada)


def book_meanwhile(ada, room, act):
    booked, stop = [], threading.Event()

    def go_on():
        while not stop.is_set():
            booked.append(ada.book(room))

    booking = threading.Thread(target=go_on)
    booking.start()
    try:
        act()
    finally:
        stop.set()
        booking.join(60)
    return booked


def guess_from_elsewhere(walk, ada):
    """Behind the balancer each address is counted for itself, whatever it claims."""
    stranger = Balanced(walk, "127.0.0.2")
    stranger.client.headers["X-Forwarded-For"] = "127.0.0.1"
    assert [stranger.log_in(f"guess {number}") for number in range(11)][-1] == 429
    assert ada.log_in("a slip") == 401


def test_examples_name_settings_that_there_are():
    known = {f"CIRCLETIME_{name.upper()}" for name in _READ} | {"CIRCLETIME_PASSWORD"}
    for path in (one for one in EXAMPLES.rglob("*") if one.is_file()):
        named = {name.removesuffix("_FILE") for name in re.findall(r"CIRCLETIME_[A-Z_]+", path.read_text())}
        assert named - {"CIRCLETIME_BROKER_SECRET", "CIRCLETIME_NATS_SEED"} <= known, path
