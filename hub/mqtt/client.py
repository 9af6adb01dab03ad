"""What the hub asks of a broker, whichever it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from hub.mqtt.broker_auth import Access

OnMessage = Callable[[str, str, bytes], Awaitable[None]]
"""`on_message(client_id, topic, payload)`: one of a panel's messages, which the rules have allowed."""


Tell = Callable[[], Awaitable[None]]
"""Tells a broker that may know nothing everything."""


class Broker(Protocol):
    """How the hub speaks to its panels."""

    async def start(self, tell: Tell | None = None) -> None:
        """Begins, and tells: before the first panel is let in, or on each new link to a broker that is elsewhere.

        Raises OSError where a port is taken.
        """

    async def stop(self) -> None:
        """Ends every connection of its own."""

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 1) -> None:
        """Returns once the broker has accepted it; raises ConnectionError where it did not."""

    def connected(self) -> frozenset[str]:
        """The client ids that are logged in now."""


class OwnBroker(Broker, Protocol):
    """A broker whose connections the hub holds itself."""

    def restrict(self, client_id: str, access: Access) -> None:
        """From now on the client may do this and no more; what it had subscribed to beyond it, it hears no longer."""

    async def disconnect(self, client_id: str) -> None:
        """Cuts the client off; it is asked who it is when it comes back."""


class KeptBroker(Broker, Protocol):
    """A broker elsewhere, whose rules for panels the hub keeps."""

    @property
    def link(self) -> int:
        """The number of the link to it that there is now; 0: none."""
