"""Panels as cheap as can be: they say over MQTT exactly what the firmware says, and answer as it does.

python -m bench.cheap_panels PORT FILE         joins all panels of FILE at once; what it took is printed as JSON
python -m bench.cheap_panels PORT FILE alone   at a broker without a hub, so that no welcome comes

PORT may be several, with commas: the nodes of a cluster, among which the panels are spread.

FILE has a line for each panel: its id, secret and room's id, at what QoS it subscribes, and which revision it shows.
"""

from __future__ import annotations

import asyncio
import json
import random
import struct
import sys
import time
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from pathlib import Path
from typing import Any

from shared import panel_presence, topics

PATIENCE_S = 300.0
RETRY_MAX_S = 2.0
"""After a connect that failed; the firmware waits longer (up to 30 s), so this storm is the harder one."""
ANSWER_S = 20.0
DOWN = ("welcome", "config", "ack", "reply", "request")


class Panel:
    def __init__(self, panel_id: str, secret: str, room_id: str, qos: int, revision: int) -> None:
        self.id, self.secret, self.room_id, self.qos = panel_id, secret, room_id, qos
        self._kept = revision
        self.refused = self.lost = 0
        self.welcomed = asyncio.Event()
        self.seen: dict[int, float] = {}
        """When each revision of its room came."""

    async def run(self, port: int) -> None:
        while True:
            try:
                async with asyncio.timeout(ANSWER_S):
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
                try:
                    await self._session(reader, writer)
                finally:
                    writer.transport.abort()
            except (OSError, EOFError, TimeoutError):
                self.lost += 1
            await asyncio.sleep(random.uniform(0, RETRY_MAX_S))

    async def _session(self, reader: StreamReader, writer: StreamWriter) -> None:
        """As firmware/mqtt_link.py does it."""
        said = panel_presence.presence
        will = text(topics.panel_up(self.id, "presence")) + text(said(panel_presence.OFFLINE, "b1"))
        login = text("MQTT") + b"\x04\xee\x00\x1e" + text(self.id) + will + text(self.id) + text(self.secret)
        writer.write(packet(0x10, login))
        async with asyncio.timeout(ANSWER_S):
            kind, body = await read_packet(reader)
        if kind != 0x20 or body[1]:
            self.refused += 1
            raise EOFError
        filters = [topics.panel_down(self.id, leaf) for leaf in DOWN]
        filters += [topics.HUB_PRESENCE, topics.room_state(self.room_id)]
        asked = b"".join(text(one) + bytes([self.qos]) for one in filters)
        writer.write(packet(0x82, b"\0\1" + asked))
        self._publish(writer, "presence", said(panel_presence.ONLINE, "b1"), 2, retain=True)
        self._publish(writer, "hello", panel_presence.hello("b1", "0.1.0", self.room_id, self._revision), 3)
        pinging = asyncio.create_task(_ping(writer))
        try:
            while True:
                self._take(writer, *await read_packet(reader))
                await writer.drain()
        finally:
            pinging.cancel()

    @property
    def _revision(self) -> int:
        return max(self.seen, default=self._kept)

    def _publish(
        self, writer: StreamWriter, leaf: str, said: str, packet_id: int, *, retain: bool = False
    ) -> None:
        body = text(topics.panel_up(self.id, leaf)) + struct.pack("!H", packet_id) + said.encode()
        writer.write(packet(0x32 | retain, body))

    def _take(self, writer: StreamWriter, kind: int, body: bytes) -> None:
        if kind & 0xF0 != 0x30:
            return
        size = int.from_bytes(body[:2])
        topic, rest = body[2 : 2 + size].decode(), body[2 + size :]
        if kind & 6:
            writer.write(b"\x40\x02" + rest[:2])
            rest = rest[2:]
        if topic.endswith("/state"):
            self.seen.setdefault(json.loads(rest)["revision"], time.monotonic())
        elif topic.endswith("/welcome"):
            self.welcomed.set()


async def _ping(writer: StreamWriter) -> None:
    while True:
        await asyncio.sleep(15)
        writer.write(b"\xc0\0")


def text(words: str) -> bytes:
    return struct.pack("!H", len(words.encode())) + words.encode()


def packet(kind: int, body: bytes) -> bytes:
    size, length = len(body), b""
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    return bytes([kind]) + length + bytes([size]) + body


async def read_packet(reader: StreamReader) -> tuple[int, bytes]:
    kind = (await reader.readexactly(1))[0]
    size = shift = 0
    while True:
        byte = (await reader.readexactly(1))[0]
        size |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return kind, await reader.readexactly(size)


def read_panels(path: Path) -> list[Panel]:
    rows = [line.split() for line in path.read_text().splitlines()]
    return [
        Panel(panel_id, secret, room_id, int(qos), int(kept)) for panel_id, secret, room_id, qos, kept in rows
    ]


async def storm(ports: list[int], panels: list[Panel], *, alone: bool) -> dict[str, Any]:
    """All connect at once; returns when the last has its room's state and its welcome. They stay, as tasks."""
    began = time.monotonic()
    tasks = [
        asyncio.create_task(panel.run(ports[number % len(ports)])) for number, panel in enumerate(panels)
    ]
    state_s, welcome_s = None, None
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while not all(panel.seen for panel in panels):  # noqa: ASYNC110  one look at thousands of events
                await asyncio.sleep(0.02)
            state_s = time.monotonic() - began
            while not alone and not all(panel.welcomed.is_set() for panel in panels):  # noqa: ASYNC110  as above
                await asyncio.sleep(0.02)
            welcome_s = time.monotonic() - began
    found = {
        "panels": len(panels),
        "last state s": state_s and round(state_s, 2),
        "last welcome s": welcome_s and round(welcome_s, 2),
        "connects lost": sum(panel.lost for panel in panels),
        "refused": sum(panel.refused for panel in panels),
        "without state": sum(not panel.seen for panel in panels),
    }
    found["tasks"] = tasks
    return found


async def main(ports: list[int], path: str, *, alone: bool) -> None:
    """Prints what the storm took, then each line of standard input is answered with what came since: see storm.py."""
    panels = read_panels(Path(path))
    found = await storm(ports, panels, alone=alone)
    tasks = found.pop("tasks")
    print(json.dumps(found), flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        room_id, revision = line.split()
        theirs = [panel for panel in panels if panel.room_id == room_id]
        with suppress(TimeoutError):
            async with asyncio.timeout(30):
                while not all(int(revision) in panel.seen for panel in theirs):  # noqa: ASYNC110  as above
                    await asyncio.sleep(0.0005)
        times = [panel.seen.get(int(revision)) for panel in theirs]
        print(json.dumps(times), flush=True)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main([int(port) for port in sys.argv[1].split(",")], sys.argv[2], alone=len(sys.argv) > 3))
