"""The hub's MQTT side with the real broker, on a loop of its own thread, over the world's database.

The world writes to the same database as another process would: this hub hears nothing of it.
"""

from __future__ import annotations

import asyncio
import json
import threading
from functools import partial
from typing import Any

from hub.clock import Clock, unix
from hub.db.database import Database
from hub.mqtt.embedded_broker import EmbeddedBroker
from hub.mqtt.panel_doors import PanelDoors
from hub.mqtt.switchboard import Switchboard
from hub.settings import Settings
from shared import topics
from tests.hub.mqtt.running_broker import PATIENCE_S, PahoPanel


class RunningHub:
    def __init__(self, url: str, clock: Clock) -> None:
        self.clock = clock
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.database: Database = self.run(_opened(url))
        self.switchboard = Switchboard(Settings(), self.database, clock, self._open_broker)
        self._running = True
        self.run(self.switchboard.start())

    def _open_broker(self, on_message: Any, _boot_id: str) -> Any:
        doors = PanelDoors(self.database)
        self.broker = EmbeddedBroker(decide=doors.decide, on_message=on_message, host="127.0.0.1", port=0)
        return self.broker, partial(doors.run, self.broker)

    def run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(PATIENCE_S * 2)

    def write(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        return self.run(self.database.write(lambda session: work(session, *args, **kwargs)))

    def stop(self) -> None:
        """As `circletime serve` does on Ctrl-C; again is harmless."""
        if self._running:
            self._running = False
            self.run(self.switchboard.stop())
            self.run(self.database.close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(PATIENCE_S)
            self._loop.close()


async def _opened(url: str) -> Database:
    return Database(url)


class Wall:
    """A panel played by Paho, with what a panel says and hears."""

    def __init__(self, hub: RunningHub, panel_id: str, secret: str) -> None:
        self.id, self.secret, self._hub = panel_id, secret, hub
        will = (topics.panel_up(panel_id, "presence"), b'{"status":"offline","bootId":"b1"}')
        self.paho = PahoPanel(hub.broker.port, panel_id, secret=secret, will=will)

    def hear(self, room_id: str | None, *, hello: bool = True, revision: int = 0) -> Wall:
        """Joins as a panel does, showing this revision of that room."""
        self.paho.connected()
        room = [] if room_id is None else [topics.room_state(room_id)]
        down = [topics.panel_down(self.id, leaf) for leaf in topics.DOWN]
        assert set(self.paho.subscribe(*down, topics.HUB_PRESENCE, *room)) == {1}
        if hello:
            self.hello(room_id, revision)
        return self

    def hello(self, room_id: str | None, revision: int = 0) -> None:
        said = {"bootId": "b1", "firmware": "0.1.0", "roomId": room_id, "revision": revision}
        self.say("hello", said)

    def until_welcome(self) -> list[str]:
        """The topics heard before the next welcome."""
        found = []
        while (topic := self.paho.receive()[0]) != topics.panel_down(self.id, "welcome"):
            found.append(topic)
        return found

    def say(self, leaf: str, payload: dict[str, Any] | bytes) -> None:
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self.paho.publish(topics.panel_up(self.id, leaf), raw)

    def command(self, command_id: str, action: str, room_id: str, **more: Any) -> None:
        now = unix(self._hub.clock.now())
        self.say("command", {"id": command_id, "action": action, "roomId": room_id, "atUnix": now} | more)

    def next(self, topic: str) -> Any:
        """The next payload on this topic, whatever comes in between; None for an empty one."""
        while True:
            heard, payload, _ = self.paho.receive()
            if heard == topic:
                return json.loads(payload) if payload else None

    def next_down(self, leaf: str) -> Any:
        return self.next(topics.panel_down(self.id, leaf))

    def state(self, room_id: str) -> Any:
        return self.next(topics.room_state(room_id))
