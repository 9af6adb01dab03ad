"""What the panel domain needs of the MQTT side, said without MQTT."""

from __future__ import annotations

from typing import Protocol


class PanelLink(Protocol):
    """Reaches panels that are connected now."""

    def listening(self) -> bool:
        """Whether panels can connect."""

    async def screen(self, panel_id: str) -> bytes:
        """What is on the glass: 480 rows of 100 bytes, 1 for black ink. Raises Unavailable."""

    async def press(self, panel_id: str, key: int) -> None:
        """Presses key 0, 1 or 2 of a simulated panel. Raises Unavailable where it is not connected."""
