"""Clients that say nothing, half a CONNECT, or far too much, and come again whenever they are thrown out."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from bench.cheap_panels import packet, text
from tests.flows.campus import Campus

Seen = Callable[[str, int], list[float | None]]


async def be_rude(campus: Campus, port: int, count: int, rooms: list[str], seen: Seen) -> dict[str, Any]:
    """Bookings while `count` clients misbehave; what the hub does then and afterwards."""
    stop = asyncio.Event()
    clients = [asyncio.create_task(_rude(port, number, stop)) for number in range(count)]
    await asyncio.sleep(2)
    waits, missed = [], 0
    for room_id in rooms[:20]:
        began = time.monotonic()
        await asyncio.to_thread(campus.book, room_id, 700, key=f"rude-{room_id}")
        waits.append(time.monotonic() - began)
        revision = await asyncio.to_thread(campus.truth, room_id)
        missed += (await asyncio.to_thread(seen, room_id, revision)).count(None)
    stop.set()
    turned_away = sum(await asyncio.gather(*clients))
    return {
        "rude clients": count,
        "connections they lost": turned_away,
        "booking worst s meanwhile": round(max(waits), 2),
        "states missed meanwhile": missed,
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
