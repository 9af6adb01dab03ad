"""A broker on a loop of its own thread, and panels that reach it through real sockets."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import paho.mqtt.client as paho

from hub.mqtt.broker_auth import Access, panel_access
from hub.mqtt.embedded_broker import EmbeddedBroker

PATIENCE_S = 20.0


def wait_until(condition: Callable[[], object]) -> None:
    """Return when `condition` holds; fail when it does not within five seconds."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.005)


class Building:
    """The accounts and the hub, as far as the broker sees them. The room of panel `p1` is `r1`, and so on."""

    def __init__(self) -> None:
        self.rooms: dict[str, str | None] = {f"p{n}": f"r{n}" for n in range(1, 4)}
        self.revoked: set[str] = set()
        self.messages: list[tuple[str, str, bytes]] = []
        self.asked = 0
        self.before_deciding: Callable[[], Awaitable[None]] | None = None
        self.before_processing: Callable[[str, bytes], Awaitable[None]] | None = None

    async def decide(self, client_id: str, username: str | None, password: str | None) -> Access | None:
        self.asked += 1
        known = client_id == username and client_id.startswith("p") and password == f"secret of {client_id}"
        known = known and client_id not in self.revoked
        access = panel_access(client_id, self.rooms.get(client_id)) if known else None
        if self.before_deciding is not None:
            await self.before_deciding()
        return access

    async def on_message(self, client_id: str, topic: str, payload: bytes) -> None:
        if self.before_processing is not None:
            await self.before_processing(topic, payload)
        self.messages.append((client_id, topic, payload))

    def payloads(self) -> list[bytes]:
        return [payload for _, _, payload in self.messages]


class RunningBroker:
    """An EmbeddedBroker with its own loop and thread; the test speaks to it as the hub would."""

    def __init__(self, building: Building, **options: Any) -> None:
        self.building = building
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.broker = EmbeddedBroker(
            decide=building.decide, on_message=building.on_message, host="127.0.0.1", port=0, **options
        )
        self.run(self.broker.start())
        self.port = self.broker.port

    def run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE_S * 2)

    def publish(self, topic: str, payload: bytes, **options: Any) -> None:
        self.run(self.broker.publish(topic, payload, **options))

    def disconnect(self, client_id: str) -> None:
        self.run(self.broker.disconnect(client_id))

    def move(self, panel_id: str, room_id: str | None) -> None:
        self.building.rooms[panel_id] = room_id
        self.loop.call_soon_threadsafe(self.broker.restrict, panel_id, panel_access(panel_id, room_id))

    def revoke(self, panel_id: str) -> None:
        self.building.revoked.add(panel_id)
        self.disconnect(panel_id)

    def connected(self) -> frozenset[str]:
        return self.broker.connected()

    def close(self) -> None:
        self.run(self.broker.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE_S)
        self.loop.close()


class PahoPanel:
    """A panel played by Eclipse Paho, which is no work of ours."""

    def __init__(self, port: int, panel_id: str, **options: Any) -> None:
        self.messages: queue.Queue[paho.MQTTMessage] = queue.Queue()
        self._codes: queue.Queue[list[int]] = queue.Queue()
        self._ended = threading.Event()
        self.client = paho.Client(
            paho.CallbackAPIVersion.VERSION2, client_id=panel_id, reconnect_on_failure=False
        )
        self.client.username_pw_set(panel_id, options.get("secret", f"secret of {panel_id}"))
        if "will" in options:
            self.client.will_set(*options["will"], qos=1, retain=True)
        self.result: queue.Queue[str] = queue.Queue()
        self.client.on_connect = lambda _c, _u, _f, reason, _p: self.result.put(str(reason))
        self.client.on_message = lambda _c, _u, message: self.messages.put(message)
        self.client.on_subscribe = lambda _c, _u, _m, reasons, _p: self._codes.put([r.value for r in reasons])
        self.client.on_disconnect = lambda *_: self._ended.set()
        self.client.connect("127.0.0.1", port, keepalive=options.get("keepalive_s", 60))
        self.client.loop_start()

    def connected(self) -> PahoPanel:
        assert self.result.get(timeout=PATIENCE_S) == "Success"
        return self

    def subscribe(self, *filters: str, qos: int = 1) -> list[int]:
        self.client.subscribe([(topic_filter, qos) for topic_filter in filters])
        return self._codes.get(timeout=PATIENCE_S)

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Return when the broker has acknowledged it."""
        info = self.client.publish(topic, payload, qos, retain)
        info.wait_for_publish(PATIENCE_S)
        assert info.is_published()

    def receive(self) -> tuple[str, bytes, bool]:
        message = self.messages.get(timeout=PATIENCE_S)
        return message.topic, message.payload, message.retain

    def has_ended(self) -> bool:
        return self._ended.wait(PATIENCE_S)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
