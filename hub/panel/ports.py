"""What the panel domain needs of the MQTT side, said without MQTT."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol


class PanelLink(Protocol):
    """Reaches panels that are connected now."""

    def listening(self) -> bool:
        """Whether panels can connect."""

    def sessions(self) -> int:
        """How many are connected now."""

    async def screen(self, panel_id: str) -> bytes:
        """What is on the glass: 480 rows of 100 bytes, 1 for black ink. Raises Unavailable."""

    async def press(self, panel_id: str, key: int) -> None:
        """Presses key 0, 1 or 2 of a simulated panel. Raises Unavailable where it is not connected."""


class Rules(Protocol):
    """What one client of a broker may do: topic filters."""

    @property
    def publish(self) -> tuple[str, ...]: ...

    @property
    def subscribe(self) -> tuple[str, ...]: ...


MayConnect = Callable[[str, str | None, str | None], Awaitable[Rules | None]]
"""`may_connect(client_id, username, password)`: the client's rules, or None, which turns it away."""
