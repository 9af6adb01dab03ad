"""A panel on battery: awake to look and to call its hub, and in deep sleep in between (docs/power.md)."""

import asyncio
import struct

from firmware import ticks, wake_plan, wifi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.glass import Glass
    from firmware.hub_contact import HubContact
    from firmware.mqtt_link import MqttLink
    from firmware.state_cache import StateCache
    from firmware.wall_clock import WallClock

_KEPT = ">qqqqB"
"""The hub's clock less the board's, when the hub set it, when the hub was last called, until when the panel sleeps,
and whether the hub was away."""

KEPT_BYTES = struct.calcsize(_KEPT)

CALL_MS = 20000
"""How long a call may take; then the hub counts as away."""

PRESSED_MS = 12000
"""How long the panel stays awake for somebody who pressed a key."""

ANSWER_MS = 30000
"""How long it waits for the hub's answer to a press, if the hub is there but says nothing; then the press keeps."""

GOODBYE_S = 5

_SHORTEST_MS = 1000


class Sleeper:
    """`woken` says whether this start continues an earlier one: then what the glass shows is known."""

    def __init__(
        self, board: "Any", glass: "Glass", clock: "WallClock", contact: "HubContact", cache: "StateCache"
    ) -> None:
        self._board = board
        self._glass = glass
        self._clock = clock
        self._contact = contact
        self._cache = cache
        self._tried = 0
        self._calling = asyncio.Event()
        self._called_ticks = 0
        self._pressed_ticks: int | None = None
        contact.grace_ms = CALL_MS
        contact.called = False
        kept = board.kept()[:KEPT_BYTES]
        self.woken = len(kept) == KEPT_BYTES
        if self.woken:
            ahead_s, set_unix, self._tried, until, away = struct.unpack(_KEPT, kept)
            now = board.seconds() + ahead_s
            clock.resume(until if until - now in (1, 2) else now, set_unix)  # two clocks of whole seconds
            if away:
                contact.still_away()

    def start(self) -> None:
        """Calls the hub if it is time to."""
        now = self._clock.now()
        if (
            not self.woken
            or now is None
            or wake_plan.call_due_at(self._cache.state, self.heard(), self._tried) <= now
        ):
            self._call()

    def heard(self) -> int:
        """When the hub last spoke; 0 for never."""
        return self._contact.last_unix or 0

    def pressed(self) -> None:
        """Somebody is at the door: what they see should be true, and what they ask for be granted."""
        self._pressed_ticks = ticks.now_ms()
        self._call()

    async def reach_hub(self) -> None:
        """Returns when the hub has spoken, or is away."""
        while not self._contact.there and self.calling:  # noqa: ASYNC110  a few looks, once a day
            await asyncio.sleep(0.05)

    async def run_link(self, link: "MqttLink") -> None:
        await self._calling.wait()
        await link.run()

    @property
    def calling(self) -> bool:
        """Whether a call is under way that may still succeed."""
        return self._calling.is_set() and ticks.since_ms(self._called_ticks) < CALL_MS

    @property
    def expects_news(self) -> bool:
        """Whether the hub is about to say what is true: until then the glass keeps the picture it slept with, for
        one refresh instead of two."""
        return self.woken and self.calling and not self._contact.there

    @property
    def expects_answers(self) -> bool:
        """Whether what was sent to the hub may still be answered."""
        since = self._called_ticks if self._pressed_ticks is None else self._pressed_ticks
        return self._contact.there and ticks.since_ms(since) < ANSWER_MS

    def stays_ms(self) -> int:
        """For how long there is still something to wait for; 0 when the panel may sleep."""
        found = [0]
        if self.calling and not self._contact.there:
            found.append(CALL_MS - ticks.since_ms(self._called_ticks))
        if self._pressed_ticks is not None:
            found.append(PRESSED_MS - ticks.since_ms(self._pressed_ticks))
        return max(found)

    async def sleep(self, link: "MqttLink", linked: "Any", keys_change_at: int) -> None:
        """Says goodbye to the hub, and goes to sleep: does not return."""
        now = self._clock.now()
        if now is None:  # never heard of the time: as long as a retry
            await self._close(link, linked, None)
            self._board.deep_sleep(wake_plan.RETRY_S * 1000, b"")
            return
        if self._calling.is_set():
            self._tried = self.heard() if self._contact.there else now
        away = self._contact.missed
        until = wake_plan.next_wake_at(self._cache.state, now, self.heard(), self._tried, keys_change_at)
        await self._close(link, linked, until)
        ms = max(_SHORTEST_MS, self._clock.ms_until(until))
        self._board.deep_sleep(ms, self._keep(until, away) + self._glass.keep())

    def _call(self) -> None:
        if not self._calling.is_set():
            self._calling.set()
            self._called_ticks = ticks.now_ms()
            self._contact.call()

    async def _close(self, link: "MqttLink", linked: "Any", until: "int | None") -> None:
        if self._calling.is_set():
            link.rest(until)
            try:
                await asyncio.wait_for(linked, GOODBYE_S)
            except asyncio.TimeoutError:  # it was still calling; what it has to say keeps
                pass
            wifi.leave()
        self._contact.lost(self._clock.now())
        await self._glass.sleep()

    def _keep(self, until: int, away: bool) -> bytes:  # noqa: FBT001  one more of the facts kept
        ahead_s = (self._clock.now() or 0) - self._board.seconds()
        return struct.pack(_KEPT, ahead_s, self._clock.set_unix or 0, self._tried, until, away)
