"""A wire between MQTT clients and their broker that can be cut, go silent, or be late and say things twice."""

from __future__ import annotations

import asyncio
import random
import threading
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

PUBLISH, DUP, QOS_1 = 0x30, 0x08, 0x02
LONGEST_DELAY_S = 0.2
SAID_TWICE = 0.3
LOST = 0.02
"""How often the connection is lost after a packet, while the wire is bad."""


class Wire:
    """Listens on `port` until closed, and leads to whatever port `target` names at each connect."""

    def __init__(self, target: Callable[[], int]) -> None:
        self._target = target
        self._cut = self._silent = self._bad = False
        self._ends: set[StreamWriter] = set()
        self._dead: set[StreamWriter] = set()
        """The ends of connections that nothing comes through any more, though both sides hold them open."""
        self._random = random.Random(7)
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._server = self._run(asyncio.start_server(self._connect, "127.0.0.1", 0, backlog=2048))
        self.port: int = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Every connection ends with a reset, and new ones too, until it is mended."""
        self._cut = True
        self._run(self._reset())

    def silence(self) -> None:
        """No connection ends, and nothing passes any more: those that are open now stay so for ever."""
        self._silent = True
        self._dead |= self._ends

    def spoil(self) -> None:
        """Everything is late; publishes come twice, or their connection is lost."""
        self._bad = True

    def mend(self) -> None:
        self._cut = self._silent = self._bad = False

    def close(self) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _stop(self) -> None:
        self._server.close()
        await self._reset()

    async def _reset(self) -> None:
        for end in self._ends | self._dead:
            end.transport.abort()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _connect(self, reader: StreamReader, writer: StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target())
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, far_writer}
        self._ends |= ends
        if self._silent:
            self._dead |= ends
        pumps = [self._pump(reader, far_writer), self._pump(far_reader, writer)]
        tasks = [asyncio.create_task(one) for one in pumps]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if writer in self._dead:  # the other side does not hear that this one has gone
            await asyncio.wait(tasks)
        for task in tasks:
            task.cancel()
        for end in ends:
            end.transport.abort()
        self._ends -= ends
        self._dead -= ends

    async def _pump(self, reader: StreamReader, writer: StreamWriter) -> None:
        with suppress(OSError, EOFError):
            while True:
                packet = await _packet(reader)
                if writer in self._dead:
                    continue
                for each in await self._as_it_arrives(packet):
                    writer.write(each)
                await writer.drain()

    async def _as_it_arrives(self, packet: bytes) -> list[bytes]:
        if not self._bad:
            return [packet]
        await asyncio.sleep(self._random.uniform(0, LONGEST_DELAY_S))
        publish = packet[0] & 0xF0 == PUBLISH and packet[0] & QOS_1
        if publish and self._random.random() < LOST:
            raise EOFError
        if publish and self._random.random() < SAID_TWICE:
            return [packet, bytes([packet[0] | DUP]) + packet[1:]]
        return [packet]


async def _packet(reader: StreamReader) -> bytes:
    head = await reader.readexactly(1)
    length = shift = 0
    while True:
        digit = await reader.readexactly(1)
        head += digit
        length |= (digit[0] & 127) << shift
        shift += 7
        if digit[0] < 128:
            return head + await reader.readexactly(length)
