"""What the hub asks of a broker, whichever it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from hub.mqtt.broker_auth import Access

OnMessage = Callable[[str, str, bytes], Awaitable[None]]
"""`on_message(client_id, topic, payload)`: one of a panel's messages, which the rules have allowed."""


class Broker(Protocol):
    async def start(self) -> None:
        """Lets panels in. Raises OSError where a port is taken."""

    async def stop(self) -> None:
        """Ends every connection."""

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 1) -> None:
        """Returns once the broker has accepted it. Before `start`, it takes what it will retain."""

    def restrict(self, client_id: str, access: Access) -> None:
        """From now on the client may do this and no more; what it had subscribed to beyond it, it hears no longer."""

    async def disconnect(self, client_id: str) -> None:
        """Cuts the client off; it is asked who it is when it comes back."""

    def connected(self) -> frozenset[str]:
        """The client ids that are logged in now."""
