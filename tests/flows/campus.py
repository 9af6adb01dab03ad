"""A campus in processes of its own: several hubs on one PostgreSQL, a broker beside them, and panels.

The panels are cheap: they say and heed over MQTT what the firmware does, without a glass.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import paho.mqtt.client as paho

from shared import topics
from shared.panel_presence import OFFLINE, ONLINE, hello, presence
from shared.panel_screen import HEIGHT_PX, STRIP_BYTES, STRIP_ROWS, strip_header
from tests.flows.site import CIRCLETIME, EMAIL, PASSWORD, eventually, free_port

HTTP = httpx.Client(timeout=15)
"""One for all: to make one takes longer than most hubs need for an answer."""
LEADS = "this hub leads now"
RESEND_S = 3.0


class OneHub:
    """`circletime serve`, which can be killed, frozen and started again on its port."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._environment = environment | {"CIRCLETIME_PORT": str(self.port)}
        self._process: subprocess.Popen[bytes] | None = None
        self._log = folder / f"{self.port}.log"

    def start(self) -> None:
        words = ["serve", "--data-dir", str(self._folder), "--port", str(self.port)]
        with self._log.open("ab") as log:
            log.write(b"--- start\n")
            log.flush()
            self._process = subprocess.Popen(
                [*CIRCLETIME, *words], env=os.environ | self._environment, stdout=log, stderr=log
            )

    def ready(self) -> bool:
        assert self._process and self._process.poll() is None, self.log()
        try:
            return HTTP.get(f"{self.url}/health/ready", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    @property
    def process_id(self) -> int:
        assert self._process
        return self._process.pid

    def dead(self) -> bool:
        """Whether it has ended by itself, or was killed by somebody else."""
        return self._process is not None and self._process.poll() is not None

    def log(self) -> str:
        return self._log.read_text()

    def leads(self) -> bool:
        """As far as its own log says."""
        last = self.log().rpartition("--- start\n")[2]
        return self._process is not None and last.count(LEADS) > last.count("this hub leads no more")

    def signal(self, which: signal.Signals) -> None:
        assert self._process
        self._process.send_signal(which)

    def end(self, how: signal.Signals) -> None:
        if self._process:
            self.signal(how)
            self._process.wait(30)
            self._process = None


class Campus:
    """`broker_url` (None: the embedded one) and `more` are the hubs' settings. Whoever asks is Ada, at any hub that
    answers."""

    def __init__(
        self, folder: Path, database_url: str, broker_url: str | None, hubs: int = 2, **more: str
    ) -> None:
        environment = {"CIRCLETIME_DATABASE_URL": database_url} | more
        if broker_url is not None:
            environment["CIRCLETIME_BROKER_URL"] = broker_url
        subprocess.run(
            [*CIRCLETIME, "user", "add", EMAIL, "--name", "Ada Osei", "--role", "admin", "--data-dir", str(folder)],
            env=os.environ | environment | {"CIRCLETIME_PASSWORD": PASSWORD},
            check=True,
            capture_output=True,
        )  # fmt: skip
        self.hubs = [OneHub(folder, environment) for _ in range(hubs)]
        self.panels: list[CheapPanel] = []
        self.token = ""
        self._turn = count()
        for hub in self.hubs:
            hub.start()
        for hub in self.hubs:
            eventually("a hub is ready", hub.ready, 120)
        if broker_url is not None:
            eventually("one leads", self.leaders)
        login = {"email": EMAIL, "password": PASSWORD}
        self.token = self.ask("POST", "/auth/login", login)["accessToken"]
        hq = self.ask(
            "POST", "/buildings", {"name": "HQ", "timeZone": "Europe/Berlin", "floors": [{"name": "2"}]}
        )
        self._floor = hq["floors"][0]["id"]

    def leaders(self) -> list[OneHub]:
        return [hub for hub in self.hubs if hub.leads()]

    def leader(self) -> OneHub:
        return eventually("one leads", self.leaders)[-1]

    def follower(self) -> OneHub:
        leader = self.leader()
        return next(hub for hub in self.hubs if hub is not leader)

    def close(self) -> None:
        for panel in self.panels:
            panel.close()
        for hub in self.hubs:
            hub.end(signal.SIGKILL)

    def ask(
        self, method: str, path: str, body: Any = None, *, hub: OneHub | None = None, key: str | None = None
    ) -> Any:
        """As behind a load balancer: where a hub does not answer, the next is asked; `key` makes that safe."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        end = time.monotonic() + 60
        while True:
            at = hub or self.hubs[next(self._turn) % len(self.hubs)]
            try:
                answer = HTTP.request(method, f"{at.url}/api/v1{path}", json=body, headers=headers)
            except httpx.TransportError:
                assert time.monotonic() < end, f"no hub answers {method} {path}"
                time.sleep(0.05)
                continue
            if answer.status_code in {502, 503} and hub is None and time.monotonic() < end:
                time.sleep(0.05)
                continue
            assert answer.is_success, answer.text
            if answer.headers.get("content-type", "").startswith("application/json"):
                return answer.json()
            return answer.content

    def add_room(self, name: str) -> str:
        room = {"name": name, "floorId": self._floor, "capacity": 4, "amenities": []}
        found: str = self.ask("POST", "/rooms", room)["id"]
        return found

    def hang(self, room_id: str, port: Callable[[], int]) -> CheapPanel:
        """A panel at this room's door, which shows its state. `port`: where it finds a broker at each try."""
        made = self.ask("POST", "/panels", {"roomId": room_id, "simulated": True})
        panel = CheapPanel(made["id"], made["secret"], room_id, port)
        self.panels.append(panel)
        eventually("the panel shows its room", lambda: panel.revision)
        return panel

    def book(
        self, room_id: str, in_minutes: int, *, key: str | None = None, hub: OneHub | None = None
    ) -> str:
        start = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=in_minutes)
        times = {"startsAt": start.isoformat(), "endsAt": (start + timedelta(minutes=15)).isoformat()}
        found = self.ask("POST", "/bookings", {"roomId": room_id, "title": "x", **times}, key=key, hub=hub)
        return str(found["id"])

    def truth(self, room_id: str) -> int:
        return int(self.ask("GET", f"/rooms/{room_id}/state")["revision"])

    def all_show_the_truth(self, patience_s: float = 60.0) -> None:
        for panel in self.panels:
            eventually(
                f"panel {panel.id} shows the hub's truth",
                lambda one=panel: one.revision == self.truth(one.room_id),
                patience_s,
            )


class CheapPanel:
    """Connects until closed, keeps its commands until they are answered, and never goes back in revisions."""

    def __init__(self, panel_id: str, secret: str, room_id: str, port: Callable[[], int]) -> None:
        self.id, self.room_id = panel_id, room_id
        self.revision = 0
        self.state: dict[str, Any] | None = None
        self.qos = 1
        self.lower = 0
        """How often it was told a lower revision, and refused it."""
        self.acks: dict[str, list[Any]] = {}
        self.pressed: list[int] = []
        self.joined = self.refused = 0
        self._outbox: dict[str, tuple[bytes, float]] = {}
        self._secret, self._port = secret, port
        self._boot_id = f"b{time.monotonic_ns()}"
        self._numbers = count(1)
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        self._thread.join(10)

    def command(self, action: str, **more: Any) -> str:
        """Keeps sending it until it is answered; its id."""
        command_id = f"{self.id}-{next(self._numbers)}"
        said = {"id": command_id, "action": action, "roomId": self.room_id, "atUnix": int(time.time())} | more
        with self._lock:
            self._outbox[command_id] = (json.dumps(said).encode(), 0.0)
        return command_id

    def answer(self, command_id: str) -> Any:
        return eventually("the command is answered", lambda: self.acks.get(command_id))[0]

    def _run(self) -> None:
        while not self._closed.wait(0.1):
            client = paho.Client(
                paho.CallbackAPIVersion.VERSION2, client_id=self.id, reconnect_on_failure=False
            )
            client.username_pw_set(self.id, self._secret)
            client.will_set(
                topics.panel_up(self.id, "presence"), presence(OFFLINE, self._boot_id), 1, retain=True
            )
            gone = threading.Event()
            client.on_connect = self._join
            client.on_message = self._take
            client.on_disconnect = lambda *_, gone=gone: gone.set()
            try:
                client.connect("127.0.0.1", self._port(), keepalive=5)
            except OSError:
                continue
            client.loop_start()
            while not gone.is_set() and not self._closed.wait(0.05):
                self._send_due(client)
            client.disconnect()
            client.loop_stop()

    def _join(self, client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self.refused += 1
            return
        down = [topics.panel_down(self.id, leaf) for leaf in ("welcome", "ack", "request", "config")]
        client.subscribe(
            [(one, self.qos) for one in (*down, topics.HUB_PRESENCE, topics.room_state(self.room_id))]
        )
        self._say(client, "presence", presence(ONLINE, self._boot_id), retain=True)
        self._hello(client)
        self.joined += 1

    def _hello(self, client: paho.Client) -> None:
        self._say(client, "hello", hello(self._boot_id, "0.1.0", self.room_id, self.revision))

    def _say(self, client: paho.Client, leaf: str, said: str | bytes, *, retain: bool = False) -> None:
        client.publish(topics.panel_up(self.id, leaf), said, 1, retain)

    def _send_due(self, client: paho.Client) -> None:
        now = time.monotonic()
        with self._lock:
            for command_id, (said, sent) in self._outbox.items():
                if now - sent > RESEND_S and client.is_connected():
                    self._say(client, "command", said)
                    self._outbox[command_id] = (said, now)

    def _take(self, client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        if message.topic == topics.HUB_PRESENCE:
            if message.payload and json.loads(message.payload)["status"] == ONLINE and not message.retain:
                self._hello(client)
        elif message.topic == topics.room_state(self.room_id):
            state = json.loads(message.payload) if message.payload else {"revision": 0}
            self.lower += state["revision"] < self.revision
            if state["revision"] >= self.revision:
                self.state, self.revision = state, state["revision"]
        elif message.topic == topics.panel_down(self.id, "config"):
            told, self.qos = self.qos, json.loads(message.payload)["qos"]
            if told != self.qos:
                client.disconnect()
        elif message.topic == topics.panel_down(self.id, "ack"):
            ack = json.loads(message.payload)
            self.acks.setdefault(ack["id"], []).append(ack)
            with self._lock:
                self._outbox.pop(ack["id"], None)
        elif message.topic == topics.panel_down(self.id, "request"):
            self._heed(client, json.loads(message.payload))

    def _heed(self, client: paho.Client, request: Any) -> None:
        if request["kind"] == "press":
            self.pressed.append(request["key"])
        elif request["kind"] == "screen":
            for row in range(0, HEIGHT_PX, STRIP_ROWS):
                self._say(client, "screen", _strip(row))


def _strip(row: int) -> bytes:
    header = strip_header(1, row)
    return bytes(header) + bytes(STRIP_BYTES - len(header))
