"""The morning after a power cut: 300 panels at the embedded broker, and at mosquitto where it is installed.

Two things are timed, over loopback and with clients that cost little themselves:

- storm: all panels connect at the same moment, subscribe, and wait for their room's retained state; what
  counts is when the last one has it;
- fan-out: each room's state changes, one after another, from publish to the panel (for the embedded broker
  the hub publishes in process; mosquitto gets it from one more connection, as the hub would do it).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import resource
import shutil
import socket
import statistics
import struct
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from bench.cheap_panels import packet, read_packet
from hub.mqtt.broker_auth import Access, panel_access
from hub.mqtt.embedded_broker import EmbeddedBroker
from shared import topics

PANELS = 300
STATE = b"x" * 1500
LIMIT_S = 60.0

Publish = Callable[[str, bytes, bool], Awaitable[None]]


class Findings(NamedTuple):
    storm_s: float
    fan_out_ms: list[float]
    kib_per_panel: float | None


class Panel:
    """A client just good enough to be counted: QoS 1, and an acknowledgement for each publish."""

    def __init__(self, number: int) -> None:
        self.panel_id, self.topic = f"p{number}", topics.room_state(f"r{number}")
        self.received = asyncio.Event()

    async def connect(self, port: int) -> None:
        """Return when its retained state is there."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        name = _text(self.panel_id)
        login = packet(0x10, _text("MQTT") + b"\x04\xc2\x00\x3c" + name + name + name)
        self._writer.write(login + packet(0x82, b"\0\1" + _text(self.topic) + b"\1"))
        self.listening = asyncio.create_task(self._listen())
        await self.received.wait()

    async def close(self) -> None:
        self.listening.cancel()
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _listen(self) -> None:
        while True:
            first, body = await read_packet(self._reader)
            if first >> 4 == 3:
                packet_id = body[2 + len(self.topic) :][:2]
                self._writer.write(b"\x40\x02" + packet_id)
                self.received.set()


def _text(value: str) -> bytes:
    return struct.pack("!H", len(value)) + value.encode()


@contextlib.asynccontextmanager
async def embedded() -> AsyncIterator[tuple[int, Publish]]:
    """Our broker, on one loop with its clients, so that each of its times has theirs in it."""

    async def decide(client_id: str, _username: str | None, _password: str | None) -> Access | None:
        return panel_access(client_id, "r" + client_id[1:])

    async def on_message(_client_id: str, _topic: str, _payload: bytes) -> None:
        return None

    broker = EmbeddedBroker(decide=decide, on_message=on_message, host="127.0.0.1", port=0)

    async def publish(topic: str, payload: bytes, retain: bool) -> None:  # noqa: FBT001  the shape both brokers share
        await broker.publish(topic, payload, retain=retain)

    await broker.start()
    try:
        yield broker.port, publish
    finally:
        await broker.stop()


@contextlib.asynccontextmanager
async def mosquitto(program: str) -> AsyncIterator[tuple[int, Publish]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "mosquitto.conf"
        config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 100000\n")
        process = await asyncio.create_subprocess_exec(program, "-c", str(config), stderr=subprocess.DEVNULL)
        try:
            reader, writer = await _dial(port)
            writer.write(packet(0x10, _text("MQTT") + b"\x04\x02\x00\x3c" + _text("hub")))
            await read_packet(reader)

            async def publish(topic: str, payload: bytes, retain: bool) -> None:  # noqa: FBT001  as above
                writer.write(packet(0x32 | retain, _text(topic) + b"\0\1" + payload))
                await read_packet(reader)

            yield port, publish
            writer.close()
        finally:
            process.terminate()
            await process.wait()


async def _dial(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    async with asyncio.timeout(5):
        while True:
            with contextlib.suppress(ConnectionRefusedError):
                return await asyncio.open_connection("127.0.0.1", port)
            await asyncio.sleep(0.02)


async def measure(port: int, publish: Publish, *, in_process: bool) -> Findings:
    panels = [Panel(number) for number in range(PANELS)]
    for panel in panels:
        await publish(panel.topic, STATE, True)
    before = _peak_kib()
    async with asyncio.timeout(LIMIT_S):
        storm_s = await _storm(panels, port)
        after = _peak_kib()
        fan_out_ms = [await _change(panel, publish) for panel in panels]
    for panel in panels:
        await panel.close()
    return Findings(storm_s, fan_out_ms, (after - before) / PANELS if in_process else None)


async def _storm(panels: list[Panel], port: int) -> float:
    """Seconds until the last panel has its state."""
    began = time.perf_counter()
    await asyncio.gather(*(panel.connect(port) for panel in panels))
    return time.perf_counter() - began


async def _change(panel: Panel, publish: Publish) -> float:
    """Milliseconds from the hub's publish to the panel."""
    panel.received.clear()
    began = time.perf_counter()
    await publish(panel.topic, STATE, True)
    await panel.received.wait()
    return (time.perf_counter() - began) * 1000


def _peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def _measure_embedded() -> Findings:
    async with embedded() as (port, publish):
        return await measure(port, publish, in_process=True)


async def _measure_mosquitto(program: str) -> Findings:
    async with mosquitto(program) as (port, publish):
        return await measure(port, publish, in_process=False)


def _report(name: str, found: Findings) -> None:
    median, worst = statistics.median(found.fan_out_ms), max(found.fan_out_ms)
    memory = (
        f", {found.kib_per_panel:.0f} KiB per panel with its client"
        if found.kib_per_panel is not None
        else ""
    )
    print(
        f"  {name}: storm {found.storm_s * 1000:.0f} ms, fan-out median {median:.2f} ms, worst {worst:.2f} ms{memory}"
    )


def main() -> None:
    """Measure, and print the ratios with the machine they hold for."""
    print(f"broker storm: {PANELS} panels at once, states of {len(STATE)} bytes, QoS 1, loopback")
    print(f"  machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    ours = asyncio.run(_measure_embedded())
    _report("embedded", ours)
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        print("  mosquitto: not installed, so there are no ratios")
        return
    theirs = asyncio.run(_measure_mosquitto(program))
    _report("mosquitto", theirs)
    storm = ours.storm_s / theirs.storm_s
    fan_out = statistics.median(ours.fan_out_ms) / statistics.median(theirs.fan_out_ms)
    print(f"  embedded against mosquitto: storm {storm:.1f} times, fan-out {fan_out:.1f} times")


if __name__ == "__main__":
    main()
