"""The panel: shows the right picture for this moment, and turns presses into commands."""

import asyncio
import gc

from firmware import rare, screens, wifi
from firmware.command_outbox import ONLY_ONLINE
from firmware.passer_by import PasserBy
from firmware.screens.keys import BLANK
from firmware.strips import strips
from firmware.version import VERSION
from shared import panel_command, room_status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.canvas import Canvas
    from firmware.command_outbox import CommandOutbox
    from firmware.glass import Glass
    from firmware.hub_contact import HubContact
    from firmware.mqtt_link import MqttLink
    from firmware.panel_config import PanelConfig
    from firmware.screens import View
    from firmware.sleeper import Sleeper
    from firmware.slots import Slots
    from firmware.state_cache import StateCache
    from firmware.supervisor import Supervisor
    from firmware.wall_clock import WallClock
    from shared.panel_command import Ack, PanelCommand
    from shared.room_state import RoomState

LONGEST_WAIT_MS = 60000
"""Nothing is drawn on waking where nothing changed: a wait this short spares deadlines of their own to
what changes slowly (the trust in the clock, a silent hub)."""

_SCREENS = {
    room_status.AVAILABLE: "idle",
    room_status.OUT_OF_SERVICE: "out_of_service",
    room_status.UNKNOWN: "unknown",
}


class PanelApp:
    def __init__(
        self,
        board: "Any",
        canvas: "Canvas",
        glass: "Glass",
        config: "PanelConfig",
        cache: "StateCache",
        outbox: "CommandOutbox",
        clock: "WallClock",
        contact: "HubContact",
        link: "MqttLink",
        supervisor: "Supervisor",
        slots: "Slots",
        sleeper: "Sleeper | None" = None,
    ) -> None:
        """`sleeper` is for a panel on battery."""
        self._board = board
        self._canvas = canvas
        self._glass = glass
        self._config = config
        self._cache = cache
        self._outbox = outbox
        self._clock = clock
        self._contact = contact
        self._link = link
        self._supervisor = supervisor
        self._slots: Slots | None = slots
        link.listener = self
        cache.let_go = self._let_go
        self._woken = asyncio.Event()
        self._passer_by = PasserBy(config, cache, outbox, clock, contact, link, sleeper)
        self._view = screens.View("starting", 0)
        self._keys = BLANK
        self._redraw_at = self._keys_change_at = 0
        self._sleeper = sleeper
        self._opened = sleeper is not None and sleeper.woken
        self._report_due = False

    async def run(self) -> None:
        """Never returns: what ends it is an error of our own, and that ends the panel's program. On battery, so
        does sleep."""
        keys = asyncio.create_task(self._watch_keys())
        sleeper = self._sleeper
        if sleeper is not None:
            sleeper.start()
        link = asyncio.create_task(self._link.run() if sleeper is None else sleeper.run_link(self._link))
        while not (keys.done() or link.done()):
            self._supervisor.hear("glass")
            self._woken.clear()
            await self._show()
            if sleeper is not None and self._may_sleep(sleeper):
                await sleeper.sleep(self._link, link, self._keys_change_at)
            await self._wait()
        await asyncio.gather(keys, link)

    def changed(self) -> None:
        self._woken.set()

    def _may_sleep(self, sleeper: "Sleeper") -> bool:
        """Nothing has come that is not on the glass, and nobody waits for anything."""
        waits = (
            self._woken.is_set()
            or self._board.inputs.waiting
            or self._passer_by.here
            or strips.expects_answer
        )
        waits = waits or (sleeper.expects_answers and bool(self._outbox.commands))
        return not waits and sleeper.stays_ms() == 0

    def welcomed(self) -> None:
        """The heartbeat: the hub hears how the panel is, also where the picture stays for hours."""
        self._report_due = True

    def _let_go(self) -> None:
        """The picture on the glass is about to change; until then no key has a meaning."""
        self._view = screens.View("starting", 0)
        self._keys = BLANK
        self.changed()

    def answered(self, command: "PanelCommand", ack: "Ack") -> None:
        self._passer_by.answered(command, ack)

    def given_up(self, commands: "list[PanelCommand]") -> None:
        self._passer_by.given_up(commands)

    def requested(self, request: "dict[str, Any]") -> None:
        kind, key = request.get("kind"), request.get("key")
        if kind == "restart":
            self._board.reset()
        elif kind == "press" and self._board.simulated and isinstance(key, int):
            self._board.inputs.press(key)

    def replied(self, reply: "dict[str, Any]") -> None:
        self._passer_by.replied(reply)

    async def _watch_keys(self) -> None:
        while True:
            self._supervisor.hear("keys")
            for key in await self._pressed():
                _, action, enabled = self._keys[key]
                if self._sleeper is not None:
                    self._sleeper.pressed()
                if enabled and action is not None:
                    self._board.led(True)  # until the glass answers
                    await self._passer_by.act(action, self._booking_of(action))
                    self.changed()

    def _booking_of(self, action: str) -> "str | None":
        """Which booking a key is about. Its id, and the meeting in no waiting task's sight: what such a task has once
        seen stays on its stack, and would keep an old RoomState in the heap."""
        status = self._view.status
        if status is None:
            return None
        meeting = status.check_in if action == "check_in" else status.current
        return None if meeting is None else meeting["id"]

    async def _pressed(self) -> "list[int]":
        """The keys pressed; none, after a minute without a press."""
        try:
            return await asyncio.wait_for(self._board.inputs.pressed(), LONGEST_WAIT_MS / 1000)
        except asyncio.TimeoutError:
            return []

    async def _show(self) -> None:
        self._view = self._look()
        drawn = screens.draw(self._canvas, self._view)
        self._keys, self._redraw_at, self._keys_change_at = drawn.keys, drawn.redraw_at, drawn.keys_change_at
        if self._sleeper is not None and self._sleeper.expects_news:
            return
        self._ask_for_strips()
        shown = await self._glass.show()
        self._board.led(False)
        if self._slots is not None:
            self._come_up(self._slots)
        if shown or self._report_due:
            self._report_due = False
            self._link.report(self._telemetry())

    def _ask_for_strips(self) -> None:
        question = strips.question() if self._contact.there else None
        if question is not None:
            self._link.ask(question)

    def _come_up(self, slots: "Slots") -> None:
        """The picture is on the glass: nobody has to go back from this firmware, once the hub has heard it too."""
        if slots.came_up(self._contact.there):
            self._slots = None
        elif slots.overdue:
            raise RuntimeError("no hub in 10 minutes")

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._woken.wait(), self._quiet_ms() / 1000)
        except asyncio.TimeoutError:
            pass

    def _look(self) -> "View":
        """The panel at this moment."""
        now = self._clock.now()
        self._contact.goes_on(now)
        state = self._expected()
        status = None
        if state is not None and now is not None:
            status = room_status.status_at(state, now, self._contact.intervals)
        screen = self._screen(status)
        if screen in ("starting", "unclaimed"):
            state = status = None
        someone = self._passer_by
        return screens.View(
            screen,
            now or 0,
            state,
            status,
            offline_since=self._last_heard() if self._contact.missed else None,
            as_of=self._last_heard() if self._sleeper is not None else None,
            clock_trusted=self._clock.trusted,
            hour24=self._config.hour24,
            language=self._config.language,
            dark=self._config.dark,
            web_url=self._config.web_url,
            pending=[_key_action(command) for command in self._outbox.commands],
            notice=someone.notice(),
            pin=someone.pin,
            trouble=self._link.trouble,
            page=someone.aside.page,
            rooms=someone.aside.rooms,
        )

    def _expected(self) -> "RoomState | None":
        """The cached state, with what was pressed here and the hub has not yet published."""
        state = self._cache.state
        if state is None:
            return None
        granted = [(c, revision) for c, revision in self._passer_by.granted if revision > state["revision"]]
        self._passer_by.granted = granted
        commands = self._outbox.commands + [command for command, _ in granted]
        if not commands:
            return state
        found: RoomState = rare.load("firmware.expected_state").expected(state, commands)
        return found

    def _screen(self, status: "room_status.RoomStatus | None") -> str:
        self._opened = self._opened or self._contact.there or self._contact.missed
        if not self._opened:
            return "starting"  # the hub may be about to say what is true
        if self._config.room_id is None:
            return "unclaimed"
        return "starting" if status is None else self._room_screen(status)

    def _room_screen(self, status: "room_status.RoomStatus") -> str:
        before = self._passer_by.screen()
        if before:
            return before
        if status.status != room_status.OCCUPIED:
            return _SCREENS[status.status]
        if self._passer_by.asks_to_end(status.checked_in):
            return "end_early"
        return "meeting" if status.checked_in else "check_in"

    def _last_heard(self) -> int:
        published = self._cache.state["publishedUnix"] if self._cache.state else 0
        return self._contact.last_unix or published

    def _quiet_ms(self) -> int:
        """How long the picture stays as it is, if nothing is heard and nothing is pressed."""
        found = [LONGEST_WAIT_MS]
        if self._clock.now() is not None and self._view.now:
            found.append(self._clock.ms_until(self._redraw_at))
        if self._view.status is not None and self._view.state is not None:
            at = room_status.next_change_at(self._view.state, self._view.now)
            if at is not None:
                found.append(self._clock.ms_until(at))
        found += self._passer_by.waits_ms()
        if self._sleeper is None:
            if not self._contact.there and not self._contact.missed:
                found.append(1000)
        else:
            found.append(self._sleeper.stays_ms() or 1000)  # awake for an answer, or for somebody's
        return max(0, min(found)) + 10

    def _telemetry(self) -> "dict[str, Any]":
        gc.collect()
        told = {
            "frame": self._glass.frame_number,
            "screen": self._view.screen,
            "revision": self._cache.revision,
            "heapFree": gc.mem_free(),  # type: ignore[attr-defined]
            "heapUsed": gc.mem_alloc(),  # type: ignore[attr-defined]
            "refreshes": self._glass.refreshes,
            "firmware": VERSION,
            "clockDriftS": self._clock.drift_s,
        }
        signal_dbm, battery_mv = wifi.signal_dbm(), self._board.battery_mv()
        if signal_dbm is not None:
            told["signalDbm"] = signal_dbm
        if battery_mv is not None:
            told["batteryMv"] = battery_mv
            told["batteryPercent"] = rare.load("firmware.battery").percent(battery_mv)
        return told


def _key_action(command: "PanelCommand") -> str:
    """The soft key that gave the command, so that it shows as pressed."""
    action = command["action"]
    if action in ONLY_ONLINE:
        return "%s:%d" % (action, command["minutes"] or 0)
    return "issue:%s" % command.get("category") if action == panel_command.REPORT_ISSUE else action
