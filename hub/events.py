"""What has just become true, told to whoever listens in this process (the publisher, the web app's streams).

Events are hints, never the truth: a listener that missed some reads the database again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """A room has a new revision, or its status has changed by the clock alone."""

    room_id: str
    revision: int


@dataclass(frozen=True, slots=True)
class PanelChanged:
    """A panel came, went, moved, or drew a new frame."""

    panel_id: str
    room_id: str | None
    status: str
    frame: int


@dataclass(frozen=True, slots=True)
class IssueChanged:
    """Something was reported in a room, or somebody has taken it on."""

    issue_id: str
    room_id: str
    status: str


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """A token was revoked; streams opened with it must end. `token_hash` None: all of the user's."""

    user_id: str
    token_hash: bytes | None


@dataclass(frozen=True, slots=True)
class Closing:
    """The hub stops; every stream ends."""


@dataclass(frozen=True, slots=True)
class Missed:
    """Other hubs may have told something that was not heard: whoever relies on events asks for everything again."""


Event = RoomChanged | PanelChanged | IssueChanged | SessionEnded | Closing | Missed

BACKLOG = 1000


class Stream:
    """One listener's events. `overflowed` is set when it fell more than BACKLOG behind and missed some."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Event] = asyncio.Queue(BACKLOG)
        self.overflowed = False

    def put(self, event: Event) -> None:
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            self.overflowed = True

    async def get(self) -> Event:
        return await self._queue.get()


class Events:
    """Hands each event to every open stream. Belongs to one event loop."""

    def __init__(self) -> None:
        self._streams: set[Stream] = set()

    def publish(self, event: Event) -> None:
        for stream in self._streams:
            stream.put(event)

    @contextmanager
    def listen(self) -> Iterator[Stream]:
        stream = Stream()
        self._streams.add(stream)
        try:
            yield stream
        finally:
            self._streams.discard(stream)
