"""What time it is, in seconds since 1970. The only place that knows that boards count from 2000."""

import time

from firmware import ticks

_EPOCH_OFFSET_S = 946684800 if time.gmtime(0)[0] == 2000 else 0

TRUSTED_FOR_S = 24 * 3600
"""How long after the hub last set it the clock may be relied on; a crystal drifts a few seconds a day."""


class WallClock:
    """Set by the hub, kept by the ticks in between, so that a step of the hub's clock is followed at once
    and nothing else moves it."""

    def __init__(self, not_before_unix: int = 0) -> None:
        """Until the hub speaks, the board's own clock will do, untrusted; `now` is None where it stands
        before `not_before_unix`, the last moment this panel knows to have passed."""
        own = int(time.time()) + _EPOCH_OFFSET_S
        self._unix: int | None = own if own >= not_before_unix > 0 else None
        self._ticks = ticks.now_ms()
        self._set_unix: int | None = None
        self.drift_s = 0

    def set(self, now_unix: int) -> None:
        """The hub says it is `now_unix`. `drift_s` is then how far this clock had gone ahead of the hub's."""
        before = self.now() if self._set_unix is not None else None
        self.drift_s = before - now_unix if before is not None else 0
        self._unix = self._set_unix = now_unix
        self._ticks = ticks.now_ms()

    def resume(self, now_unix: int, set_unix: int) -> None:
        """After a deep sleep: it is `now_unix` by the board's clock, as the hub set it at `set_unix` (0: never)."""
        self._unix, self._ticks = now_unix, ticks.now_ms()
        self._set_unix = set_unix or None

    @property
    def set_unix(self) -> "int | None":
        """When the hub last set this clock."""
        return self._set_unix

    def now(self) -> "int | None":
        if self._unix is None:
            return None
        whole_s = ticks.since_ms(self._ticks) // 1000
        self._unix += whole_s
        self._ticks = ticks.later(self._ticks, whole_s * 1000)
        return self._unix

    def ms_until(self, unix: int) -> int:
        """Milliseconds from now until the second `unix` begins; 0 if it has."""
        now = self.now()
        return 0 if now is None else max(0, (unix - now) * 1000 - ticks.since_ms(self._ticks))

    @property
    def trusted(self) -> bool:
        now = self.now()
        return now is not None and self._set_unix is not None and now - self._set_unix < TRUSTED_FOR_S
