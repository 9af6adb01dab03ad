"""A broker that only remembers, for what is easier to see without sockets."""

from __future__ import annotations

import json
from typing import Any


class RecordingBroker:
    """`refusals` is how many of the next publishes fail."""

    def __init__(self) -> None:
        self.published: list[tuple[str, bytes]] = []
        self.here: set[str] = set()
        self.refusals = 0

    async def start(self, tell: Any = None) -> None:
        """Nothing to listen to."""

    async def stop(self) -> None:
        """Nothing to end."""

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 1) -> None:
        if self.refusals:
            self.refusals -= 1
            raise ConnectionError("the broker is away")
        self.published.append((topic, payload))

    def restrict(self, client_id: str, access: object) -> None:
        """Nobody hears anything here."""

    async def disconnect(self, client_id: str) -> None:
        self.here.discard(client_id)

    def connected(self) -> frozenset[str]:
        return frozenset(self.here)

    def states(self, room_id: str) -> list[Any]:
        """What was published of that room, in order; None where it is gone."""
        return [
            json.loads(payload) if payload else None
            for topic, payload in self.published
            if topic.endswith(f"/rooms/{room_id}/state")
        ]
