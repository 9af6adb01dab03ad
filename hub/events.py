"""What has just become true, told to whoever listens in this process (the publisher, the web app's streams).

Events are hints, never the truth: a listener that missed some reads the database again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from hub.trail import Cause


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """A room has a new revision, or its status has changed by the clock alone; `cause`: who made it so, if it is known."""

    room_id: str
    revision: int
    cause: Cause | None = field(default=None, compare=False, repr=False)


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


class Listener(Protocol):
    def put(self, event: Event) -> None:
        """Takes what has happened, at once."""


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
    """Hands each event to everybody who listens. Belongs to one event loop."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()

    def publish(self, event: Event) -> None:
        for listener in self._listeners:
            listener.put(event)

    @contextmanager
    def heard_by(self, listener: Listener) -> Iterator[None]:
        self._listeners.add(listener)
        try:
            yield
        finally:
            self._listeners.discard(listener)

    @contextmanager
    def listen(self) -> Iterator[Stream]:
        stream = Stream()
        with self.heard_by(stream):
            yield stream
