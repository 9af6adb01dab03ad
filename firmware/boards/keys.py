"""Push buttons that pull a pin low, as presses of the panel's keys."""

from firmware import ticks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from firmware.inputs import Inputs

BOUNCE_MS = 40
"""Contacts settle within 20 ms; nobody presses twice in 40."""

HELD_MS = 8000
"""Whoever holds a key for so long wants the panel to start anew."""


class Keys:
    """A press counts when the contact closes; a key that was held says so when it is let go."""

    def __init__(self, pins: "list[Any]", inputs: "Inputs", held: "Callable[[], None]") -> None:
        """`pins` from left to right. A key that is down already woke the panel: that is a press too."""
        self._pins = pins
        self._inputs = inputs
        self._held = held
        self._edge_ticks = [ticks.now_ms() - BOUNCE_MS] * len(pins)
        self._down = [False] * len(pins)
        for key, pin in enumerate(pins):
            if not pin():
                self._change(key)
            pin.irq(self._watcher(key), pin.IRQ_FALLING | pin.IRQ_RISING)

    def _watcher(self, key: int) -> "Callable[[Any], None]":
        return lambda _pin: self._change(key)

    def _change(self, key: int) -> None:
        """An edge. The pin is asked, for a spike is over by then; and what follows at once is the contact's bouncing,
        or a release too quick to matter."""
        since_ms = ticks.since_ms(self._edge_ticks[key])
        if since_ms < BOUNCE_MS:
            return
        down = not self._pins[key]()
        if down:
            self._inputs.press(key)
        elif not self._down[key]:
            return
        elif since_ms >= HELD_MS:
            self._held()
        self._down[key] = down
        self._edge_ticks[key] = ticks.now_ms()
