"""The watchdog's only feeder: it feeds as long as it hears every task of the panel, and no longer.

A task that hangs, or one that never lets the others run, thus ends in a reset of the board; what is in flash is whole,
and the panel goes on from there.
"""

import asyncio

import machine

from firmware import ticks

WATCHDOG_MS = 60000
LOOK_MS = 10000

PATIENCE_MS = 300000
"""A task that is well is heard each minute; joining a network and a broker that do not answer takes two."""


class Supervisor:
    def __init__(self) -> None:
        """From now on the board is reset unless `run` runs."""
        self._heard: dict[str, int] = {}
        self._watchdog = machine.WDT(timeout=WATCHDOG_MS)

    def hear(self, task: str) -> None:
        """That task is well. From the first time on it must be heard again and again."""
        self._heard[task] = ticks.now_ms()

    async def run(self) -> None:
        while True:
            silent = [task for task in self._heard if ticks.since_ms(self._heard[task]) > PATIENCE_MS]
            if silent:
                print("the watchdog is not fed, for nothing is heard of", silent)
            else:
                self._watchdog.feed()
            await asyncio.sleep(LOOK_MS / 1000)

    def stand_down(self) -> None:
        """Somebody has stopped the panel's program to work on the board: it must not be reset under their hands.
        No board's watchdog can be stopped, so a timer feeds it."""
        feed = self._watchdog.feed
        self._timer = machine.Timer(0, period=LOOK_MS, callback=lambda _: feed())
