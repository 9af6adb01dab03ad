"""What faults are done to: hubs, a broker and panels with wires between them, and people who never stop booking."""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import create_engine, text

from tests.faults.wire import Wire
from tests.flows.campus import HTTP, Campus, OneHub
from tests.flows.site import free_port
from tests.mosquitto import Mosquitto
from tests.postgres import PostgresServer

ROOMS = 2
TRIP = Path(__file__).parent / "trip"
DISK_MB = 48


class Town:
    """`database` and `broker` None: the embedded two, with one hub."""

    def __init__(
        self, folder: Path, database: PostgresServer | None = None, broker: Mosquitto | None = None
    ) -> None:
        self.random = random.Random(1)
        self.database, self.broker = database, broker
        self.folder = _small_disk(folder / "data")
        self.trip = folder / "trip"
        self.trip.mkdir()
        embedded_port = free_port()
        self._broker_port: Callable[[], int] = lambda: broker.port if broker else embedded_port
        self.hub_wire, self.panel_wire = Wire(self._broker_port), Wire(self._broker_port)
        path = os.pathsep.join([str(TRIP), str(Path(__file__).parents[2])])
        more = {"CIRCLETIME_TRIP": str(self.trip), "PYTHONPATH": path}
        if database:
            self.url = database.create("town")
        else:
            self.url = f"sqlite:///{self.folder}/circletime.db"
            more["CIRCLETIME_MQTT_PORT"] = str(embedded_port)
        broker_url = broker.url.replace(f":{broker.port}", f":{self.hub_wire.port}") if broker else None
        self.campus = Campus(self.folder, self.url, broker_url, hubs=2 if broker else 1, **more)
        self.rooms = [self.campus.add_room(f"Room {number}") for number in range(ROOMS)]
        for room in self.rooms:
            for _ in range(2):
                self.campus.hang(room, lambda: self.panel_wire.port)
        self.people = People(self)

    @property
    def hubs(self) -> list[OneHub]:
        return self.campus.hubs

    def broker_port(self) -> int:
        return self._broker_port()

    def set_clock(self, ahead_s: int) -> None:
        (self.trip / "clock").write_text(str(ahead_s))

    def ask_database(self, words: str) -> Any:
        url = self.url.replace("postgresql://", "postgresql+psycopg://")
        engine = create_engine(url)
        try:
            with engine.begin() as connection:
                found = connection.execute(text(words))
                return found.all() if found.returns_rows else []
        finally:
            engine.dispose()

    def close(self) -> None:
        self.people.rest()
        self.campus.close()
        self.hub_wire.close()
        self.panel_wire.close()
        if os.path.ismount(self.folder):
            subprocess.run(["umount", "-l", self.folder], check=True)


class People:
    """Two for each room, who race for the same times at any hub, and who press keys at its panels."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self.acknowledged: dict[str, str] = {}
        """What they were promised: a booking's id, by its title, which no other booking has."""
        self.commands: list[tuple[Any, str]] = []
        self.refused = self.unanswered = 0
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._minutes = dict.fromkeys(town.rooms, 600)
        self._lock = threading.Lock()
        self._round = 0

    def work(self) -> None:
        self._town.ask_database("DELETE FROM attempts")  # of reports: a panel may make 30 in an hour
        self._stop.clear()
        self._round += 1
        for room in self._town.rooms:
            gate = threading.Barrier(2)
            self._threads += [
                threading.Thread(target=self._book, args=(room, who, gate)) for who in ("Ada", "Ben")
            ]
        self._threads.append(threading.Thread(target=self._press))
        for thread in self._threads:
            thread.start()

    def rest(self) -> None:
        """Returns when everyone has had their last answer."""
        self._stop.set()
        for thread in self._threads:
            thread.join(120)
        self._threads.clear()

    def _book(self, room: str, who: str, gate: threading.Barrier) -> None:
        turn = 0
        while True:
            turn += 1
            try:
                gate.wait(60)  # both want the same time
            except threading.BrokenBarrierError:
                return
            minutes = self._minutes[room] + 15 * turn
            self._book_once(room, f"{who} {room} {self._round}.{turn}", minutes)
            if self._stop.wait(0.02):
                gate.abort()
                with self._lock:
                    self._minutes[room] = max(self._minutes[room], minutes + 15)
                return

    def _book_once(self, room: str, title: str, minutes: int) -> None:
        """Until it is answered: with its key, that is safe."""
        start = time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime(time.time() + minutes * 60))
        end = time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime(time.time() + (minutes + 15) * 60))
        body = {"roomId": room, "title": title, "startsAt": start, "endsAt": end}
        headers = {
            "Authorization": f"Bearer {self._town.campus.token}",
            "Idempotency-Key": title.replace(" ", "-"),
        }
        patience = time.monotonic() + 60
        while time.monotonic() < patience:
            hub = self._town.random.choice(self._town.hubs)
            with suppress(httpx.TransportError):
                answer = HTTP.post(f"{hub.url}/api/v1/bookings", json=body, headers=headers)
                if answer.status_code == 201:
                    self.acknowledged[title] = answer.json()["id"]
                    return
                if answer.status_code in {409, 422}:
                    self.refused += 1
                    return
            self.unanswered += 1
            time.sleep(0.2)

    def _press(self) -> None:
        while not self._stop.wait(0.3):
            panel = self._town.random.choice(self._town.campus.panels)
            category = f"fault {len(self.commands)}"
            self.commands.append((panel, panel.command("report_issue", category=category, text="flickers")))


def _small_disk(folder: Path) -> Path:
    """A disk of its own where this may mount one; else a plain folder."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=700", "none", str(folder)]
    if os.geteuid() == 0 and shutil.which("mount"):
        subprocess.run(mount, check=False, capture_output=True)
    return folder


def fill_disk(town: Town) -> Callable[[], None]:
    """No byte more is taken there, until what is returned is called."""
    if os.path.ismount(town.folder):
        filler = town.folder / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass
        return filler.unlink
    process_id = town.hubs[0].process_id
    before = resource.prlimit(process_id, resource.RLIMIT_FSIZE)
    resource.prlimit(process_id, resource.RLIMIT_FSIZE, (0, before[1]))
    return lambda: resource.prlimit(process_id, resource.RLIMIT_FSIZE, before) and None
