"""A broker where the hub's was, with no hub behind it: a way to the panel's keys and glass while the hub is dead."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

from hub.mqtt.broker_auth import Access
from hub.mqtt.embedded_broker import EmbeddedBroker
from shared import panel_screen, topics
from tests.flows.site import eventually


class BareBroker:
    """Lets every panel in and answers nothing; `said` is what they published, oldest first."""

    def __init__(self, port: int) -> None:
        self.said: list[tuple[str, bytes]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._broker = EmbeddedBroker(decide=self._decide, on_message=self._take, host="127.0.0.1", port=port)
        self._run(self._broker.start())

    def close(self) -> None:
        if self._loop.is_closed():
            return
        self._run(self._broker.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def greeted(self, panel_id: str) -> bool:
        """Whether the panel has connected and subscribed."""
        return topics.panel_up(panel_id, "hello") in {topic for topic, _ in self.said}

    def press(self, panel_id: str, key: int) -> None:
        self._request(panel_id, {"kind": "press", "key": key})

    def telemetry(self, panel_id: str) -> list[Any]:
        topic = topics.panel_up(panel_id, "telemetry")
        return [json.loads(payload) for found, payload in self.said if found == topic]

    def glass(self, panel_id: str) -> bytes:
        """What is on the glass now, a bit a pixel, 1 for ink."""
        before, topic = len(self.said), topics.panel_up(panel_id, "screen")
        self._request(panel_id, {"kind": "screen"})

        def strips() -> list[bytes]:
            """Those of one picture: the panel begins again where it changed meanwhile."""
            found = [
                panel_screen.parse_strip(payload) for name, payload in self.said[before:] if name == topic
            ]
            last = [(row, rows) for frame, row, rows in found if frame == found[-1][0]][-12:]
            return [rows for _, rows in last] if [row for row, _ in last] == list(range(0, 480, 40)) else []

        return b"".join(eventually("twelve strips", strips))

    def _request(self, panel_id: str, what: dict[str, Any]) -> None:
        topic = topics.panel_down(panel_id, "request")
        self._run(self._broker.publish(topic, json.dumps(what).encode()))

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _decide(self, _client: str, _user: str | None, _password: str | None) -> Access:
        return Access(publish=("#",), subscribe=("#",))

    async def _take(self, _client: str, topic: str, payload: bytes) -> None:
        self.said.append((topic, payload))
