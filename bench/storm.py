"""The morning after a power cut, with the hub itself: panels that all come at once, and what they wait for.

Each run is a hub in a process of its own (SQLite) and panels in another (bench/cheap_panels.py), on one machine.

- storm: everybody connects in the same moment; when has the last its room's state, and its welcome from the hub;
- fan-out: a booking at a time; how long after its 201 has each panel of the room the new state;
- rude: clients that say nothing, half a packet, or read nothing, while bookings go on;
- the floor is mosquitto alone, with the same panels and retained states, and nobody behind it.

CIRCLETIME_STORM=300 makes all of it smaller.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from sqlalchemy.orm import Session

from bench.cheap_panels import packet, text
from hub.clock import WallClock
from hub.db.database import Database
from hub.panel import broker_logins, service
from hub.rooms import service as rooms_service
from shared import topics
from tests.flows.campus import Campus
from tests.flows.site import eventually, free_port
from tests.mosquitto import Mosquitto

ROOMS = 100
MOST = int(os.environ.get("CIRCLETIME_STORM", "5000"))
EMBEDDED, OUTSIDE, RUDE = min(1000, MOST), MOST, MOST
CHANGES = 40
BATCH = 250
RESULTS = Path(__file__).parent / "results" / "storm.json"
STATE_BYTES = 1500


class Crowd:
    """The panels' process."""

    def __init__(self, port: int, lines: list[str], folder: Path, *, alone: bool = False) -> None:
        path = folder / "panels"
        path.write_text("\n".join(lines))
        argv = [
            sys.executable,
            "-m",
            "bench.cheap_panels",
            str(port),
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


@contextmanager
def hub(folder: Path, broker: Mosquitto | None) -> Iterator[tuple[Campus, int]]:
    port = broker.port if broker else free_port()
    url = f"sqlite:///{folder}/circletime.db"
    campus = Campus(folder, url, broker.url if broker else None, hubs=1, CIRCLETIME_MQTT_PORT=str(port))
    try:
        yield campus, port
    finally:
        campus.close()


def hang(campus: Campus, folder: Path, count: int) -> list[str]:
    """So many panels at ROOMS doors, past the REST API; a line for each."""
    rooms = [campus.add_room(f"Room {number:03}") for number in range(ROOMS)]

    def register(session: Session, numbers: range) -> list[str]:
        lines = []
        for number in numbers:
            room_id = rooms[number % ROOMS]
            made, secret = service.register(
                session, name=None, room_id=room_id, simulated=True, now=WallClock().now()
            )
            broker_logins.hand_over(session, made.id, secret)
            lines.append(f"{made.id} {secret} {room_id} 1")
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


def wait_for_logins(folder: Path) -> None:
    """Until mosquitto has been told of every panel."""

    async def waiting() -> int:
        database = Database(f"sqlite+aiosqlite:///{folder}/circletime.db")
        try:
            return len(await database.read(broker_logins.waiting))
        finally:
            await database.close()

    eventually("mosquitto knows them all", lambda: not asyncio.run(waiting()) or time.sleep(1), 600)


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


def with_hub(count: int, broker: Mosquitto | None, *, rude: int = 0) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with hub(folder, broker) as (campus, port):
            lines = hang(campus, folder, count)
            if broker:
                wait_for_logins(folder)
            process_id = campus.hubs[0].process_id
            before, cpu_before = memory_mb(process_id), cpu_s(process_id)
            crowd = Crowd(port, lines, folder)
            try:
                after, cpu = memory_mb(process_id), cpu_s(process_id) - cpu_before
                found = crowd.storm | {"hub CPU ms a panel": round(cpu * 1000 / count, 1)}
                found |= fan_out(campus, crowd, lines)
                found |= {"hub MB before": round(before), "hub MB with all": round(after)}
                if rude:
                    found |= asyncio.run(be_rude(campus, port, rude, lines, crowd))
            finally:
                crowd.close()
    return found


async def be_rude(campus: Campus, port: int, count: int, lines: list[str], crowd: Crowd) -> dict[str, Any]:
    """Bookings while `count` clients misbehave; what the hub does then and afterwards."""
    stop = asyncio.Event()
    clients = [asyncio.create_task(_rude(port, number, stop)) for number in range(count)]
    await asyncio.sleep(2)
    waits, missed = [], 0
    for room_id in list(dict.fromkeys(line.split()[2] for line in lines))[:20]:
        began = time.monotonic()
        await asyncio.to_thread(campus.book, room_id, 700)
        waits.append(time.monotonic() - began)
        revision = await asyncio.to_thread(campus.truth, room_id)
        missed += (await asyncio.to_thread(crowd.seen, room_id, revision)).count(None)
    most = memory_mb(campus.hubs[0].process_id)
    stop.set()
    turned_away = sum(await asyncio.gather(*clients))
    return {
        "rude clients": count,
        "connections they lost": turned_away,
        "booking worst s meanwhile": round(max(waits), 2),
        "states missed meanwhile": missed,
        "hub MB meanwhile": round(most),
        "hub alive": campus.hubs[0].ready(),
    }


async def _rude(port: int, number: int, stop: asyncio.Event) -> int:
    """Says nothing, half a CONNECT, or far too much; comes again when it is thrown out. How often it was."""
    words = (
        b"",
        packet(0x10, text("MQTT") + b"\x04\xc2\0\x3c" + text("nobody"))[:-3],
        b"\x10\xff\xff\xff\x7f" + bytes(9000),
    )
    lost = 0
    while not stop.is_set():
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(words[number % len(words)])
            ended = asyncio.create_task(reader.read())
            await asyncio.wait({ended, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()
            writer.transport.abort()
        lost += not stop.is_set()
        await asyncio.sleep(random.uniform(0.2, 1))
    return lost


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
        crowd = Crowd(port, lines, Path(name), alone=True)
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


def main() -> None:
    found: dict[str, Any] = {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "load before": os.getloadavg()[0],
    }
    found[f"embedded, {EMBEDDED} panels"] = ours = with_hub(EMBEDDED, None, rude=RUDE)
    found[f"mosquitto alone, {EMBEDDED} panels"] = alone = floor(EMBEDDED)
    broker = Mosquitto()
    try:
        found[f"hub and mosquitto, {OUTSIDE} panels"] = outside = with_hub(OUTSIDE, broker)
    finally:
        broker.close()
    found[f"mosquitto alone, {OUTSIDE} panels"] = alone_too = floor(OUTSIDE)
    found["embedded against mosquitto alone"] = _ratios(ours, alone)
    found["hub and mosquitto against mosquitto alone"] = _ratios(outside, alone_too)
    for name, rows in found.items():
        print(
            f"  {name}: {rows if not isinstance(rows, dict) else ', '.join(f'{k} {v}' for k, v in rows.items())}"
        )
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")


def _ratios(one: dict[str, Any], floor: dict[str, Any]) -> dict[str, float]:
    names = [name for name in ("last state s", "fan-out median ms") if one[name] and floor[name]]
    return {name: round(one[name] / floor[name], 1) for name in names}


if __name__ == "__main__":
    main()
