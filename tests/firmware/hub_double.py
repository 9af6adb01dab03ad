"""The hub's end of the link, as the contract has it: a real broker, and answers that a test can see and change."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any

from hub.mqtt.broker_auth import Access, panel_access
from hub.mqtt.embedded_broker import EmbeddedBroker
from shared import panel_screen, topics

PANEL, ROOM, SECRET = "panel-1", "story-corner", "the secret of panel-1"
PATIENCE_S = 45.0


def wait_until(condition: Callable[[], Any], what: str) -> Any:
    """What `condition` gives, as soon as it is true."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.01)
    return found


class HubDouble:
    """Answers `hello` with config, state and welcome, and each command with an ack; `now_unix` is its clock.

    `state`, `room_id`, `qos`, `config`, `greets` and `answers` can be changed while it runs.
    """

    def __init__(
        self, state: dict[str, Any] | None, now_unix: int, tls: ssl.SSLContext | None = None
    ) -> None:
        self.state, self.room_id, self.qos = state, ROOM, 1
        self._clock_ahead_s = now_unix - time.time()
        self.greets = True
        self.config: dict[str, Any] = {}
        self.cuts_at = ""
        """The leaf at whose next message the connection ends."""
        self._asks_for_glass = False
        self.answers: Callable[[dict[str, Any]], dict[str, Any] | None] = self.grant
        self.heard: list[tuple[str, bytes]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._broker: EmbeddedBroker | None = None
        self._port = 0
        self._tls = tls
        self.tls_port: int | None = None if tls is None else 0
        self.start()

    @property
    def port(self) -> int:
        return self._port

    @property
    def now_unix(self) -> int:
        return int(time.time() + self._clock_ahead_s)

    @now_unix.setter
    def now_unix(self, now: int) -> None:
        self._clock_ahead_s = now - time.time()

    def pass_time(self, s: float) -> None:
        self._clock_ahead_s += s

    def start(self) -> None:
        self._broker = EmbeddedBroker(
            decide=self._decide,
            on_message=self._take,
            host="127.0.0.1",
            port=self._port,
            ssl=self._tls,
            tls_port=self.tls_port,
        )
        self._run(self._broker.start())
        self._port, self.tls_port = self._broker.port, self._broker.tls_port
        self.publish_retained()

    def stop(self) -> None:
        """As if killed: connections are cut, what was retained is gone."""
        if self._broker is not None:
            self._run(self._broker.stop())
            self._broker = None

    def close(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    def publish(self, topic: str, message: Any, *, retain: bool = False) -> None:
        payload = message if isinstance(message, bytes) else json.dumps(message).encode()
        assert self._broker is not None
        self._run(self._broker.publish(topic, payload, retain=retain))

    def down(self, leaf: str, message: Any) -> None:
        self.publish(topics.panel_down(PANEL, leaf), message)

    def publish_state(self, state: dict[str, Any]) -> None:
        self.state = state
        self.publish(topics.room_state(state["room"]["id"]), state, retain=True)

    def publish_retained(self) -> None:
        self.publish(topics.HUB_PRESENCE, {"status": "online", "bootId": "hub-1"}, retain=True)
        self.publish(topics.panel_down(PANEL, "config"), self._config(), retain=True)
        if self.state is not None:
            self.publish(topics.room_state(self.state["room"]["id"]), self.state, retain=True)

    def welcome(self) -> None:
        self.down("welcome", self._welcome())

    def move_panel(self, room_id: str | None) -> None:
        self.room_id = room_id
        self.publish(topics.panel_down(PANEL, "config"), self._config(), retain=True)

    def ask_for_qos(self, qos: int) -> None:
        self.qos = qos
        self.publish(topics.panel_down(PANEL, "config"), self._config(), retain=True)

    def hears_at(self) -> set[int]:
        """The QoS of the panel's subscriptions."""
        link = self._broker._connected.get(PANEL) if self._broker else None
        return set(link._exact.values()) if link else set()

    def connected(self) -> bool:
        return self._broker is not None and PANEL in self._broker.connected()

    def cut(self) -> None:
        """Ends the panel's connection; the broker stays."""
        assert self._broker is not None
        self._run(self._broker.disconnect(PANEL))

    def said(self, leaf: str) -> list[Any]:
        """What the panel has published under `up/`, oldest first."""
        return [json.loads(payload) for found, payload in list(self.heard) if found == leaf]

    def shows(self, screen: str) -> dict[str, Any]:
        """Waits until the panel reports that screen; its telemetry."""
        return wait_until(
            lambda: next((t for t in self.said("telemetry")[-1:] if t["screen"] == screen), None),
            f"{screen} on the glass",
        )

    def press(self, key: int) -> None:
        self.down("request", {"kind": "press", "key": key})

    def glass(self) -> bytes:
        """Asks the panel for what is on its glass."""
        before = len(self.heard)
        self._asks_for_glass = True
        self.down("request", {"kind": "screen"})

        def whole() -> bytes | None:
            strips = [panel_screen.parse_strip(p) for leaf, p in self.heard[before:] if leaf == "screen"]
            last = [(row, dots) for frame, row, dots in strips if frame == strips[-1][0]]
            return b"".join(dots for _, dots in last[-12:]) if len(last) >= 12 else None

        found = bytes(wait_until(whole, "twelve strips"))
        self._asks_for_glass = False
        return found

    def grant(self, command: dict[str, Any]) -> dict[str, Any]:
        """Does what a check-in or an end asks; the next state is only published by a test that wants to."""
        assert self.state is not None
        wanted = command.get("bookingId")
        meetings = [m for m in (self.state["current"], self.state["next"], *self.state["upcoming"]) if m]
        changed = [
            m | {"status": "checked_in"} if m["id"] == wanted else m
            for m in meetings
            if not (m["id"] == wanted and command["action"] == "end")
        ]
        self.state = self.state | {
            "revision": self.state["revision"] + 1,
            "current": None,
            "next": None,
            "upcoming": changed,
        }
        return {"id": command["id"], "ok": True, "revision": self.state["revision"]}

    def _config(self) -> dict[str, Any]:
        web_url = "http://hub.example:8000"
        said = {"v": 1, "roomId": self.room_id, "hour24": True, "webUrl": web_url, "qos": self.qos}
        return said | self.config

    def _welcome(self) -> dict[str, Any]:
        revision = self.state["revision"] if self.state is not None else 0
        return {"nowUnix": self.now_unix, "roomId": self.room_id, "revision": revision}

    async def _decide(self, client_id: str, username: str | None, password: str | None) -> Access | None:
        return panel_access(client_id, self.room_id) if password == SECRET else None

    async def _take(self, _: str, topic: str, payload: bytes) -> None:
        found = topics.parse(topic)
        assert found is not None
        leaf = found[2]
        self.heard.append((leaf, payload))
        if leaf == self.cuts_at and self._broker is not None:
            self.cuts_at = ""
            await self._broker.disconnect(PANEL)
        if leaf == "hello" and self.greets:
            await self._greet(json.loads(payload))
        elif leaf == "command":
            ack = self.answers(json.loads(payload))
            if ack is not None:
                await self._send("ack", ack)

    async def _greet(self, hello: dict[str, Any]) -> None:
        if hello["roomId"] != self.room_id:
            await self._send("config", self._config())
        if self.state is not None and hello["revision"] != self.state["revision"]:
            await self._publish(topics.room_state(self.state["room"]["id"]), self.state)
        await self._send("welcome", self._welcome())
        if self._asks_for_glass:  # as hub.mqtt.remote_panels does: the question may have gone with the link
            await self._send("request", {"kind": "screen"})

    async def _send(self, leaf: str, message: Any) -> None:
        await self._publish(topics.panel_down(PANEL, leaf), message)

    async def _publish(self, topic: str, message: Any) -> None:
        if self._broker is not None:
            await self._broker.publish(topic, json.dumps(message).encode())

    def _run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(PATIENCE_S)
