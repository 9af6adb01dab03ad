"""The morning after a power cut, with the hub itself: panels that all come at once, and what they wait for.

Each run is a hub in a process of its own (SQLite) and panels in another (bench/cheap_panels.py), on one machine.

- storm: everybody connects in the same moment; when has the last its room's state, and its welcome from the hub;
- fan-out: a booking at a time; how long after its 201 has each panel of the room the new state;
- rude: clients that say nothing, half a packet, or far too much, while bookings go on (bench/rude_clients.py);
- the floor is mosquitto alone, with the same panels and retained states, and nobody behind it.

CIRCLETIME_STORM=300 makes all of it smaller; CIRCLETIME_STORM_RUNS=mosquitto,nats does some of it, beside what is known.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from sqlalchemy.orm import Session

from bench.rude_clients import be_rude
from hub.clock import WallClock
from hub.db.database import Database
from hub.panel import broker_logins, service
from hub.rooms import service as rooms_service
from shared import topics
from tests.flows.campus import HTTP, Campus
from tests.flows.site import CIRCLETIME, eventually, free_port
from tests.mosquitto import Mosquitto
from tests.nats_cluster import NatsCluster

ROOMS = 100
MOST = int(os.environ.get("CIRCLETIME_STORM", "5000"))
EMBEDDED, OUTSIDE, RUDE = min(1000, MOST), MOST, MOST
CHANGES = 40
BATCH = 250
RESULTS = Path(__file__).parent / "results" / "storm.json"
STATE_BYTES = 1500
STATE, AGAINST = "last state s", ", against mosquitto alone"
"""Ratios are of the storm alone: a fan-out is told from the 201, which mosquitto alone does not send."""


class Crowd:
    """The panels' process."""

    def __init__(self, ports: list[int], lines: list[str], folder: Path, *, alone: bool = False) -> None:
        path = folder / "panels"
        path.write_text("\n".join(lines))
        argv = [
            sys.executable,
            "-m",
            "bench.cheap_panels",
            ",".join(str(port) for port in ports),
            str(path),
            *(["alone"] if alone else []),
        ]
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.storm: dict[str, Any] = self._read()

    def _read(self) -> Any:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())

    def seen(self, room_id: str, revision: int) -> list[float | None]:
        """When each panel of the room had that state, on the monotonic clock that all processes share."""
        assert self._process.stdin
        print(room_id, revision, file=self._process.stdin, flush=True)
        found: list[float | None] = self._read()
        return found

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


Outside = Mosquitto | NatsCluster | None


@contextmanager
def hub(folder: Path, broker: Outside) -> Iterator[tuple[Campus, list[int]]]:
    """And the ports at which its panels find a broker."""
    url = f"sqlite:///{folder}/circletime.db"
    more = {}
    if isinstance(broker, NatsCluster):
        ports = broker.mqtt_ports
        (folder / "issuer.seed").write_bytes(broker.seed)
        more["CIRCLETIME_NATS_URL"] = ",".join(broker.servers)
        more["CIRCLETIME_NATS_SEED_FILE"] = str(folder / "issuer.seed")
    else:
        ports = [broker.port if broker else free_port()]
        more["CIRCLETIME_MQTT_PORT"] = str(ports[0])
    campus = Campus(folder, url, broker.url if broker else None, hubs=1, **more)
    try:
        yield campus, ports
    finally:
        campus.close()


def hang(campus: Campus, folder: Path, count: int, broker: Outside) -> list[str]:
    """So many panels at ROOMS doors, past the REST API; a line for each."""
    rooms = [campus.add_room(f"Room {number:03}") for number in range(ROOMS)]

    def register(session: Session, numbers: range) -> list[str]:
        lines = []
        for number in numbers:
            room_id = rooms[number % ROOMS]
            made, secret = service.register(
                session, name=None, room_id=room_id, simulated=True, now=WallClock().now()
            )
            if isinstance(broker, Mosquitto):
                broker_logins.hand_over(session, made.id, secret)
            lines.append(f"{made.id} {secret} {room_id} {0 if isinstance(broker, NatsCluster) else 1}")
        return lines

    async def write() -> list[str]:
        database = Database(f"sqlite+aiosqlite:///{folder}/circletime.db")
        try:
            found: list[str] = []
            for first in range(0, count, BATCH):
                numbers = range(first, min(first + BATCH, count))
                found += await database.write(lambda session, which=numbers: register(session, which))
            shown = await database.read(rooms_service.revisions)
            return [f"{line} {shown[line.split()[2]]}" for line in found]
        finally:
            await database.close()

    return asyncio.run(write())


def tell(broker: Mosquitto, folder: Path) -> float:
    """Mosquitto of every panel, by its file; seconds that it was stopped."""
    began = time.monotonic()
    broker.kill()
    words = [*CIRCLETIME, "mosquitto", str(broker.rules), "--data-dir", str(folder)]
    environment = os.environ | {"CIRCLETIME_DATABASE_URL": f"sqlite:///{folder}/circletime.db"}
    subprocess.run(words, env=environment, check=True, stdout=subprocess.DEVNULL)
    broker.start()
    return time.monotonic() - began


def cpu_s(process_id: int) -> float:
    """What it has used, however busy the machine is."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(process_id: int) -> float:
    said = Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in said if line.startswith("Pss:")) / 1024


def fan_out(campus: Campus, crowd: Crowd, lines: list[str]) -> dict[str, Any]:
    """Milliseconds from the 201 to the state at a panel."""
    rooms = list(dict.fromkeys(line.split()[2] for line in lines))[:CHANGES]
    times: list[float] = []
    for room_id in rooms:
        campus.book(room_id, 600)
        answered = time.monotonic()
        revision = campus.truth(room_id)
        times += [(at - answered) * 1000 for at in crowd.seen(room_id, revision) if at is not None]
    times.sort()
    return {
        "fan-out median ms": round(statistics.median(times), 1),
        "fan-out worst ms": round(times[-1], 1),
    }


def quiet(campus: Campus) -> bool:
    """Whether the broker has every room's newest state."""
    figures = HTTP.get(f"{campus.hubs[0].url}/metrics").text
    return "circletime_rooms_unpublished 0.0" in figures


def with_hub(count: int, broker: Outside, *, rude: int = 0) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with hub(folder, broker) as (campus, ports):
            lines = hang(campus, folder, count, broker)
            told_s = tell(broker, folder) if isinstance(broker, Mosquitto) else None
            eventually("all states are at the broker", lambda: quiet(campus) or time.sleep(0.5), 300)
            process_id = campus.hubs[0].process_id
            before, cpu_before = memory_mb(process_id), cpu_s(process_id)
            crowd = Crowd(ports, lines, folder)
            try:
                after, cpu = memory_mb(process_id), cpu_s(process_id) - cpu_before
                found = crowd.storm | {"hub CPU ms a panel": round(cpu * 1000 / count, 1)}
                found |= fan_out(campus, crowd, lines)
                found |= {"hub MB before": round(before), "hub MB with all": round(after)}
                if broker:
                    found["broker MB with all"] = round(sum(map(memory_mb, broker.process_ids)))
                if told_s is not None:
                    found["seconds to write mosquitto's file"] = round(told_s, 1)
                if rude:
                    rooms = list(dict.fromkeys(line.split()[2] for line in lines))
                    found |= asyncio.run(be_rude(campus, ports[0], rude, rooms, crowd.seen))
                    found["hub MB after the rude"] = round(memory_mb(process_id))
            finally:
                crowd.close()
    return found


def floor(count: int) -> dict[str, Any]:
    """Mosquitto alone: the states are there, and nobody answers a hello."""
    with tempfile.TemporaryDirectory() as name, _open_mosquitto(Path(name)) as port:
        lines = [f"p{number} secret r{number % ROOMS} 1 0" for number in range(count)]
        client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        client.connect("127.0.0.1", port)
        client.loop_start()
        filler = "x" * STATE_BYTES

        def publish(number: int, revision: int) -> None:
            said = json.dumps({"revision": revision, "filler": filler})
            client.publish(topics.room_state(f"r{number}"), said, 1, retain=True).wait_for_publish(10)

        for number in range(ROOMS):
            publish(number, 1)
        crowd = Crowd([port], lines, Path(name), alone=True)
        times: list[float] = []
        for number in range(CHANGES):
            began = time.monotonic()
            publish(number, 2)
            times += [(at - began) * 1000 for at in crowd.seen(f"r{number}", 2) if at is not None]
        crowd.close()
        client.loop_stop()
        return crowd.storm | {
            "fan-out median ms": round(statistics.median(times), 1),
            "fan-out worst ms": round(max(times), 1),
        }


@contextmanager
def _open_mosquitto(folder: Path) -> Iterator[int]:
    from tests.mosquitto import find_mosquitto, wait_for_port

    port = free_port()
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 100000\n")
    process = subprocess.Popen([str(find_mosquitto()), "-c", str(config)], stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port, process)
        yield port
    finally:
        process.kill()
        process.wait()


def _outside(server: type[Mosquitto | NatsCluster]) -> dict[str, Any]:
    broker = server()
    try:
        return with_hub(OUTSIDE, broker)
    finally:
        broker.close()


RUNS: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "embedded": (f"embedded, {EMBEDDED} panels", lambda: with_hub(EMBEDDED, None, rude=RUDE)),
    "floor": (f"mosquitto alone, {EMBEDDED} panels", lambda: floor(EMBEDDED)),
    "mosquitto": (f"hub and mosquitto, {OUTSIDE} panels", lambda: _outside(Mosquitto)),
    "nats": (f"hub and three NATS nodes, {OUTSIDE} panels", lambda: _outside(NatsCluster)),
    "high floor": (f"mosquitto alone, {OUTSIDE} panels", lambda: floor(OUTSIDE)),
}


def main() -> None:
    """Each run's figures are written as soon as it ends; one that failed says why."""
    found: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    found["machine"] = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    for run in os.environ.get("CIRCLETIME_STORM_RUNS", ",".join(RUNS)).split(","):
        name, measure = RUNS[run]
        load = os.getloadavg()[0]
        try:
            found[name] = {"load before": round(load, 1)} | measure()
        except AssertionError as error:
            found[name] = {"load before": round(load, 1), "failed": str(error)}
        print(f"  {name}: {', '.join(f'{k} {v}' for k, v in found[name].items())}", flush=True)
        RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    alone = found.get(RUNS["floor"][0], {}), found.get(RUNS["high floor"][0], {})
    found = {name: rows for name, rows in found.items() if not name.endswith(AGAINST)}
    for run, floor_of in (("embedded", alone[0]), ("mosquitto", alone[1]), ("nats", alone[1])):
        name = RUNS[run][0]
        if found.get(name, {}).get(STATE) and floor_of.get(STATE):
            found[name + AGAINST] = {STATE: round(found[name][STATE] / floor_of[STATE], 1)}
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
