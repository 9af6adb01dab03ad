"""Many simulated panels come in waves: the next when the last shows what the hub has, so that no request waits for long."""

from __future__ import annotations

import statistics
import threading
import time
from typing import Any

from hub.cli.rest_client import RestClient
from hub.cli.simulated_panels import SimulatedPanel

WAVE = 8
WAVE_PATIENCE_S = 60.0
LOOK_S = 0.5
PAGE = "100"


class ToldToStop(Exception):
    """Raised when a wave is not waited for any more."""


class Waves:
    """Called after each panel that was hung. Says how far it is, and in the end what it took."""

    def __init__(self, hub: RestClient, count: int, stopped: threading.Event) -> None:
        self._hub, self._count, self._stopped = hub, count, stopped
        self._began = time.monotonic()

    def __call__(self, panels: list[SimulatedPanel]) -> None:
        """Raises ToldToStop, HubSays, NoHub."""
        if self._stopped.is_set():
            raise ToldToStop
        if len(panels) % WAVE and len(panels) < self._count:
            return
        found = self._wait(panels)
        if self._count > 1:
            print(f"{found} of {self._count} panels are in step.", flush=True)
        if len(panels) == self._count > 1:
            print(self._summary(panels, found), flush=True)

    def _wait(self, panels: list[SimulatedPanel]) -> int:
        end = time.monotonic() + WAVE_PATIENCE_S
        while (found := self._in_step(panels)) < len(panels) and time.monotonic() < end:
            if self._stopped.wait(LOOK_S):
                raise ToldToStop
            for panel in panels:
                panel.revive()
        return found

    def _in_step(self, panels: list[SimulatedPanel]) -> int:
        ours = {panel.panel_id for panel in panels}
        return sum(
            one["id"] in ours and _shows_its_room(one) for one in self._hub.items("/panels", limit=PAGE)
        )

    def _summary(self, panels: list[SimulatedPanel], found: int) -> str:
        took = f"{time.monotonic() - self._began:.0f} s"
        memory = [kib for panel in panels if (kib := panel.memory_kib()) is not None]
        each = f"; memory per panel {statistics.median(memory) / 1024:.1f} MB" if memory else ""
        return (
            f"All in step after {took}{each}."
            if found == self._count
            else f"Not all in step after {took}{each}."
        )


def _shows_its_room(panel: dict[str, Any]) -> bool:
    return panel["status"] in {"online", "sleeping"} and panel["shownRevision"] == panel["roomRevision"]
