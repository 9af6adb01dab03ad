"""A hub and a panel in one event loop whose time is ours: weeks pass in seconds, and every fault is a method.

Both are the real ones: the hub's switchboard with its listeners and publisher, and the panel's program with its
link, outbox, cache and clock, which CPython runs here as MicroPython does elsewhere. Stand-ins are the broker and
the network between them (late, twice, out of order, or gone), the flash (a folder, and a power cut at any write
of it), the glass (what was to be drawn, without drawing it) and the interpreter's ticks.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import functools
import importlib
import io
import json
import os
import random
import sys
import types
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from hub.events import Events
from hub.mqtt import panel_doors, panel_settings, presence_listener, state_publisher
from hub.mqtt.switchboard import Switchboard
from hub.panel import service as panels
from hub.settings import Settings
from tests.fakes import FakeClock
from tests.hub.house import QuickWorld

for _board_only in ("framebuf", "machine", "micropython", "network"):
    sys.modules.setdefault(_board_only, types.ModuleType(_board_only))
sys.modules["micropython"].const = lambda value: value
sys.modules["machine"].WDT = lambda timeout: types.SimpleNamespace(feed=lambda: None)

from firmware import (  # noqa: E402  after what only MicroPython has
    flash_file,
    mqtt_link,
    panel_app,
    ticks,
    wall_clock,
)
from firmware.command_outbox import CommandOutbox  # noqa: E402
from firmware.hub_contact import HubContact  # noqa: E402
from firmware.mqtt_client import LinkLost  # noqa: E402
from firmware.panel_config import COPY, INSTALLED, PanelConfig  # noqa: E402
from firmware.screens.keys import BLANK  # noqa: E402
from firmware.slots import Slots  # noqa: E402
from firmware.state_cache import StateCache  # noqa: E402
from firmware.supervisor import Supervisor  # noqa: E402


class Flag(asyncio.Event):
    """MicroPython's ThreadSafeFlag."""

    async def wait(self) -> bool:
        await super().wait()
        self.clear()
        return True


asyncio.ThreadSafeFlag = Flag

TICKS_PERIOD = 1 << 30
"""A board's milliseconds wrap after 12 days."""
REFRESH_S = 0.45
LOOKS_EVERY_S = 60.0
"""Where the hub looks each second for what other processes did: there are none, and weeks have many seconds."""
NOTICED_WITHIN_S = 45
"""When either side of a link that was cut has noticed: one and a half keepalives."""


class Loop(asyncio.SelectorEventLoop):
    """Its time stands still while anything is to be done."""

    def __init__(self) -> None:
        super().__init__()
        self.s = 0.0
        self._clock_resolution = 1e-9
        self._of: dict[str, set[asyncio.Task[Any]]] = {"hub": set(), "panel": set()}
        self.set_task_factory(self._noted)

    def _noted(self, loop: Any, work: Any, **more: Any) -> asyncio.Task[Any]:
        task = asyncio.Task(work, loop=loop, **more)
        mine = self._of[SIDE.get()]
        mine.add(task)
        task.add_done_callback(mine.discard)
        return task

    def create_task_of(self, side: str, work: Any) -> asyncio.Task[Any]:
        context = contextvars.copy_context()
        context.run(SIDE.set, side)
        return context.run(self.create_task, work)

    def kill(self, side: str) -> None:
        for task in list(self._of[side]):
            task.cancel()

    def time(self) -> float:
        return self.s

    def settle(self) -> None:
        """Runs until nothing is left to do at this moment."""
        while True:
            self.call_soon(self.stop)
            self.run_forever()
            if not self._ready and (self.next_at() is None or self.next_at() > self.s):
                return

    def next_at(self) -> float | None:
        return min((one.when() for one in self._scheduled if not one.cancelled()), default=None)


SIDE = contextvars.ContextVar("SIDE", default="hub")
"""Whose task it is: tasks pass it on to those they start."""


class PowerCut(BaseException):
    """The panel has no power any more: its flash and its network are not to be touched."""


class DirectDatabase:
    """`Database` without a thread: a transaction is over before anything else goes on."""

    def __init__(self, world: QuickWorld) -> None:
        self._world, self.events = world, Events()

    def write_now(self, work: Callable[..., Any]) -> Any:
        result = self._world.write(work)
        while self._world.told:
            self.events.publish(self._world.told.pop(0))
        return result

    async def write(self, work: Callable[..., Any]) -> Any:
        await asyncio.sleep(0)
        return self.write_now(work)

    async def read(self, work: Callable[..., Any]) -> Any:
        await asyncio.sleep(0)
        return self._world.read(work)


class Broker:
    """What `hub.mqtt.client.Broker` promises, for one panel; every message takes its own time."""

    def __init__(self, site: Site, decide: Any, on_message: Any) -> None:
        self._site, self._decide, self._on_message = site, decide, on_message
        self._retained: dict[str, bytes] = {}
        self._clients: dict[str, Client] = {}

    async def start(self, tell: Any) -> None:
        await tell()
        self._site.broker = self

    async def stop(self) -> None:
        self.die()

    def die(self) -> None:
        """The hub's process is gone: every link with it, and no will is told."""
        self._site.broker = None
        for client in list(self._clients.values()):
            client.cut(within_s=0)
        self._clients.clear()

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 1) -> None:
        if retain:
            self._retained[topic] = payload
        for client in self._clients.values():
            if topic in client.topics:
                self._site.send(client.take, topic, payload, False)

    def restrict(self, client_id: str, access: Any) -> None:
        if client_id in self._clients:
            self._clients[client_id].topics = set()

    async def disconnect(self, client_id: str) -> None:
        if client_id in self._clients:
            self._clients.pop(client_id).cut(within_s=0)

    def connected(self) -> frozenset[str]:
        return frozenset(self._clients)

    async def attach(self, client: Client, panel_id: str, secret: str) -> None:
        if await self._decide(panel_id, panel_id, secret) is None:
            raise LinkLost("refused")
        if panel_id in self._clients:  # takeover
            self._clients[panel_id].cut(within_s=0)
        self._clients[panel_id] = client

    def subscribe(self, client: Client, topics: list[str]) -> None:
        client.topics |= set(topics)
        for topic in topics:
            if topic in self._retained:
                self._site.send(client.take, topic, self._retained[topic], True)

    def lose(self, client: Client, panel_id: str) -> None:
        """Whoever is lost without a word leaves a will."""
        if self._clients.get(panel_id) is client:
            del self._clients[panel_id]
            self._site.start(self._on_message(panel_id, *client.will))

    def hand_on(self, panel_id: str, topic: str, payload: bytes) -> None:
        self._site.send(lambda: self._site.start(self._on_message(panel_id, topic, payload)))


class Client:
    """One link of the panel's, in `MqttClient`'s place."""

    def __init__(self, site: Site, panel: Panel, link: Any) -> None:
        self._site, self._panel = site, panel
        self._on_message, self._file_for = link._take, link._file_for
        self._config = link._config
        self.topics: set[str] = set()
        self.will = (f"circletime/v1/panels/{link._config.panel_id}/up/presence", b"")
        self.since: float | None = None

    async def session(self, address: Any, hello: bytes, keepalive_s: int, work: Any, *tls: Any) -> None:
        await asyncio.sleep(self._site.random.uniform(0.1, 1))
        broker, self.topics, self._cut = self._site.broker, set(), asyncio.Event()
        if broker is None or not self._site.network:
            raise OSError("no route to the hub")
        boot_id = self._panel.link._boot_id
        self.will = (self.will[0], json.dumps({"status": "offline", "bootId": boot_id}).encode())
        await broker.attach(self, self._config.panel_id, self._config.secret)
        self.since = self._site.loop.s
        working, cut = asyncio.create_task(work()), asyncio.create_task(self._cut.wait())
        try:
            await asyncio.wait([working, cut], return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
            raise LinkLost("the link is gone")
        finally:
            working.cancel()
            cut.cancel()
            self.since = None
            broker.lose(self, self._config.panel_id)

    def cut(self, within_s: float) -> None:
        """Nothing passes any more; each side notices when it does."""
        self._site.loop.call_later(self._site.random.uniform(0, within_s), self._cut.set)

    @property
    def up(self) -> bool:
        return self.since is not None and self._site.network and not self._panel.dead

    async def publish(self, topic: str, *payload: Any, qos: int = 1, retain: bool = False) -> None:
        if not self.up or self._site.broker is None:
            await asyncio.sleep(3600)
        message = b"".join(payload)
        if topic.endswith("/up/command"):
            command = json.loads(message)
            self._site.sent[command["id"]] = command["action"]
        self._site.broker.hand_on(self._config.panel_id, topic, message)
        await asyncio.sleep(0.05)

    async def subscribe(self, topics: list[str], qos: int) -> list[str]:
        self._site.broker.subscribe(self, topics)
        await asyncio.sleep(0.05)
        return []

    def take(self, topic: str, payload: bytes, retained: Any) -> None:
        if not self.up or topic not in self.topics:
            return
        with contextlib.suppress(PowerCut):
            path = self._file_for(topic)
            if path is not None:
                Path(path).write_bytes(payload)
                payload = b""
            self._on_message(topic, memoryview(payload), retained)
            self._panel.took(topic)


class Panel:
    """The panel's program from power on to power off; its flash outlives it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.dead = False
        self.booted_s = site.loop.s
        config = PanelConfig()
        self.cache, self.contact = StateCache(config.room_id), HubContact()
        self.outbox = CommandOutbox()
        self.clock = wall_clock.WallClock(not_before_unix=self.contact.last_unix or 0)
        self.frame_number, self.refreshes = 0, {}
        supervisor = Supervisor()
        self.link = mqtt_link.MqttLink(
            config, self.cache, self.outbox, self.clock, self.contact, self, supervisor
        )
        self.link._client = Client(site, self, self.link)
        self.app = panel_app.PanelApp(
            self,
            None,
            self,
            config,
            self.cache,
            self.outbox,
            self.clock,
            self.contact,
            self.link,
            supervisor,
            Slots(),
        )
        self.simulated, self.inputs = True, importlib.import_module("firmware.inputs").Inputs()
        self._picture: Any = None
        self.shown: Any = None
        """The view on the glass."""
        self.task = site.loop.create_task_of("panel", self.app.run())

    async def show(self) -> bool:
        """The glass."""
        view = self.app._view
        picture = (view.screen, said(view), self.app._keys, view.notice, view.offline_since is None)
        if picture == self._picture:
            self.shown = view
            return False
        await asyncio.sleep(REFRESH_S)
        self.shown, self._picture = view, picture
        self.frame_number += 1
        return True

    def took(self, topic: str) -> None:
        if topic.endswith("/state") and self.cache.state is not None:
            self._site.states_that_came.append(json.loads(json.dumps(self.cache.state)))
            del self._site.states_that_came[:-2]

    def reset(self) -> None:
        self._site.power_cut()

    def led(self, on: Any) -> None: ...

    def battery_mv(self) -> None: ...


class Site:
    """A hub with one room, and the panel beside its door."""

    def __init__(self, url: str, flash: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.loop, self.clock = Loop(), FakeClock()
        self._began, self.jumped = self.clock.at, timedelta(0)
        self.world = QuickWorld(url, self.clock)
        self.room = self.world.house.story_corner
        self.database = DirectDatabase(self.world)
        self.network, self.broker = True, None
        self.states_that_came: list[Any] = []
        self.sent: dict[str, str] = {}
        """What every command that went out asked for, by its id."""
        self.drift = self.random.choice([-1e-4, 0, 2e-5, 1e-4])
        self._cut_in: int | None = None
        self._flash = flash
        with self.here():
            added, secret = self.database.write_now(
                lambda session: panels.register(
                    session, name="p", room_id=self.room.id, simulated=True, now=self.clock.now()
                )
            )
            self.panel_id = added.id
            told = {"panelId": added.id, "secret": secret, "mqttHost": "hub", "mqttPort": 1883, "board": "b"}
            for path in (INSTALLED, COPY):
                Path(path).write_text(json.dumps(told))
            self._start_hub()
            self.panel = Panel(self)
            self.loop.settle()

    # Time

    def advance(self, seconds: float) -> None:
        """Lets the time pass, and whatever it brings happen."""
        until = self.loop.s + seconds
        with self.here():
            while self.loop.s < until:
                at = self.loop.next_at()
                self.loop.s = until if at is None else min(until, max(at, self.loop.s))
                self.clock.at = self._began + self.jumped + timedelta(seconds=int(self.loop.s))
                self.loop.settle()
                if self.panel.dead:
                    self._restart_panel()
                elif self.panel.task.done():
                    self.panel.task.result()  # the panel's program never ends but by an error of its own

    def jump(self, seconds: int) -> None:
        """Somebody sets the hub's clock."""
        self.jumped += timedelta(seconds=seconds)
        self.advance(0.001)

    # Faults

    def send(self, act: Callable[..., None], *arguments: Any) -> None:
        """Over the network: at once, late, or twice."""
        times = 2 if self.random.random() < 0.1 else 1
        for _ in range(times):
            late = self.random.random() < 0.2
            self.loop.call_later(self.random.uniform(0, 3 if late else 0.2), act, *arguments)

    def start(self, work: Any) -> None:
        self.loop.create_task_of("hub", work)

    def cut_network(self) -> None:
        self.network = False
        self.panel.link._client.cut(NOTICED_WITHIN_S) if self.panel.link._client.since is not None else None

    def kill_hub(self) -> None:
        with self.here():
            broker = self.broker
            self.loop.kill("hub")
            if broker is not None:
                broker.die()
            self.loop.settle()

    def start_hub(self) -> None:
        with self.here():
            self._start_hub()

    def power_cut(self) -> None:
        self.panel.dead = True

    def power_cut_at_write(self, number: int | None) -> None:
        self._cut_in = number

    def close(self) -> None:
        self.kill_hub()
        self.loop.kill("panel")
        with self.here():
            self.loop.settle()
        self.loop.close()
        self.world.close()

    # Looking

    @property
    def link_up_s(self) -> float:
        since = self.panel.link._client.since
        return 0 if since is None or not self.network else self.loop.s - since

    def _start_hub(self) -> None:
        doors = panel_doors.PanelDoors(self.database)

        def open_broker(take: Any, _boot_id: str) -> Any:
            broker = Broker(self, doors.decide, take)
            return broker, functools.partial(doors.run, broker)

        self.hub = Switchboard(Settings(), self.database, self.clock, open_broker)
        self.start(self.hub.start())
        self.loop.settle()

    def _restart_panel(self) -> None:
        self.loop.kill("panel")
        self.loop.settle()
        self._cut_in = None
        self.panel = Panel(self)
        self.loop.settle()

    @contextlib.contextmanager
    def here(self) -> Iterator[None]:
        """On the panel: its flash, its ticks, and a glass that draws nothing."""
        before = Path.cwd()
        os.chdir(self._flash)
        asyncio.set_event_loop(self.loop)
        saved = [(place, name, getattr(place, name)) for place, name, _ in self._stand_ins()]
        for place, name, stand_in in self._stand_ins():
            setattr(place, name, stand_in)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                yield
        finally:
            for place, name, was in saved:
                setattr(place, name, was)
            os.chdir(before)

    def _stand_ins(self) -> list[tuple[Any, str, Any]]:
        nothing = types.SimpleNamespace
        return [
            (state_publisher, "LOOKS_EVERY_S", LOOKS_EVERY_S),
            (panel_doors, "LOOKS_EVERY_S", LOOKS_EVERY_S),
            (panel_settings, "LOOKS_EVERY_S", LOOKS_EVERY_S),
            (presence_listener, "LOOKS_EVERY_S", LOOKS_EVERY_S),
            (ticks, "now_ms", self._ticks),
            (ticks, "since_ms", lambda earlier: _difference(self._ticks(), earlier)),
            (ticks, "later", lambda at, ms: (at + ms) % TICKS_PERIOD),
            (wall_clock, "time", nothing(time=lambda: 0)),
            (panel_app, "gc", nothing(collect=lambda: None, mem_free=lambda: 1, mem_alloc=lambda: 1)),
            (panel_app, "wifi", nothing(signal_dbm=lambda: None)),
            (panel_app.screens, "draw", _keys_without_a_picture),
            (mqtt_link, "wifi", nothing(join=self._join)),
            (flash_file, "replace", self._replace),
            (flash_file, "put_in_place", self._put_in_place),
        ]

    def _ticks(self) -> int:
        return int(self.loop.s * (1 + self.drift) * 1000 + TICKS_PERIOD - 3_600_000) % TICKS_PERIOD

    async def _join(self, config: Any) -> None:
        if not self.network:
            raise OSError("no network")

    def _replace(self, path: str, content: Any) -> None:
        whole = content.encode() if isinstance(content, str) else bytes(content)
        if self._cuts_now():
            Path(path + ".new").write_bytes(whole[: self.random.randrange(len(whole) + 1)])
            raise PowerCut
        Path(path + ".new").write_bytes(whole)
        self._put_in_place(path)

    def _put_in_place(self, path: str) -> None:
        if self._cuts_now():
            raise PowerCut
        Path(path + ".new").rename(path)
        if self._cuts_now():
            raise PowerCut

    def _cuts_now(self) -> bool:
        if self._cut_in is not None:
            self._cut_in -= 1
            self.panel.dead = self.panel.dead or self._cut_in < 0
        return self.panel.dead


def _difference(one: int, other: int) -> int:
    half = TICKS_PERIOD // 2
    return (one - other + half) % TICKS_PERIOD - half


def _keys_without_a_picture(canvas: None, view: Any) -> Any:
    """`screens.draw`, but for the drawing."""
    screen = importlib.import_module("firmware.screens." + view.screen)
    keys = screen.keys(view) if hasattr(screen, "keys") else BLANK
    found = screen.next_change_at(view) if hasattr(screen, "next_change_at") else None
    keys_change_at = 1 << 40 if found is None else found
    return panel_app.screens.Drawn(keys, keys_change_at, min(keys_change_at, view.now + 300))


def said(view: Any) -> tuple[str | None, str | None, bool]:
    """What the picture says of the room: status, the current meeting's id, and whether it is checked in."""
    if view.status is None:
        return None, None, False
    current = view.status.current
    return view.status.status, current and current["id"], view.status.checked_in
