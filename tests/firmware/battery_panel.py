"""A panel on battery, as one process after another."""

from __future__ import annotations

from pathlib import Path

from tests.firmware.hub_double import HubDouble
from tests.firmware.simulated_panel import SimulatedPanel
from tools import simulator


class BatteryPanel(SimulatedPanel):
    """Its sleep takes no time: the hub's clock, and its own, are put forward instead."""

    def __init__(self, flash: Path, hub: HubDouble, port: int | None = None) -> None:
        super().__init__(flash, port or hub.port, power="battery")
        self.hub = hub
        self.woken = False
        self.skipped_s = 0.0
        self.awake: list[tuple[int, int]] = []
        """From when to when, by the hub's clock."""
        self.called: list[int] = []
        """The moments at which it woke and called the hub."""

    def wake(self, pressed: int | None = None) -> None:
        """Starts it, and returns when it sleeps again."""
        woke, hellos = self.hub.now_unix, len(self.hub.said("hello"))
        self.start(woken=self.woken, pressed=pressed, skipped_s=self.skipped_s)
        status = self.process.wait(60)
        assert self.process.stdin
        self.process.stdin.close()
        assert status == simulator.SLEEP_STATUS, self.console()[-2000:]
        self.woken = True
        self.awake.append((woke, self.hub.now_unix))
        if len(self.hub.said("hello")) > hellos:
            self.called.append(woke)

    def sleep(self, at_most_s: float = 86400) -> float:
        """Passes its sleep, or so much of it; the seconds passed."""
        s = min(simulator.asleep_s(self.flash), at_most_s)
        self.skipped_s += s
        self.hub.pass_time(s)
        return s
