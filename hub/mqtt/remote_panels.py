"""Asks panels for what is on their glass, and presses the keys of simulated ones."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from hub.errors import Unavailable
from hub.mqtt.client import Broker
from shared import topics
from shared.panel_screen import FRAMES, HEIGHT_PX, STRIP_ROWS, parse_strip

log = logging.getLogger(__name__)

PATIENCE_S = 5.0


class _Picture:
    """One picture that is coming in; strips of another frame start it anew."""

    def __init__(self) -> None:
        self.whole: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        self.begin_anew()

    def begin_anew(self) -> None:
        self._frame = -1
        self._strips: dict[int, bytes] = {}

    def add(self, frame: int, first_row: int, rows: bytes) -> None:
        if frame != self._frame:
            self._frame, self._strips = frame, {}
        self._strips[first_row] = rows
        if len(self._strips) == HEIGHT_PX // STRIP_ROWS and not self.whole.done():
            self.whole.set_result((frame, b"".join(rows for _, rows in sorted(self._strips.items()))))


class RemotePanels:
    """The panels' `PanelLink`. A picture is asked for once, however many want to see it."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._listening = False
        self._coming: dict[str, _Picture] = {}
        self._asking: dict[str, asyncio.Task[bytes]] = {}
        self._seen: dict[str, tuple[int, bytes]] = {}
        """By panel: the last picture that came, while the panel has not reported another frame."""
        self._frames: dict[str, int] = {}

    def open(self) -> None:
        self._listening = True

    def close(self) -> None:
        self._listening = False

    def listening(self) -> bool:
        return self._listening

    def sessions(self) -> int:
        return len(self._broker.connected())

    async def screen(self, panel_id: str) -> bytes:
        """See `hub.panel.ports`."""
        seen = self._seen.get(panel_id)
        if seen is not None and seen[0] == self._frames.get(panel_id):
            return seen[1]
        self._check_connected(panel_id)
        asking = self._asking.get(panel_id)
        if asking is None:
            asking = self._asking[panel_id] = asyncio.create_task(self._fetch(panel_id))
            asking.add_done_callback(lambda task: self._asked(panel_id, task))
        return await asyncio.shield(asking)

    async def _fetch(self, panel_id: str) -> bytes:
        picture = self._coming[panel_id] = _Picture()
        try:
            await self._request(panel_id, {"kind": "screen"})
            async with asyncio.timeout(PATIENCE_S):
                self._seen[panel_id] = await picture.whole
        except TimeoutError as error:
            raise _silent(panel_id) from error
        finally:
            del self._coming[panel_id]
        return self._seen[panel_id][1]

    def _asked(self, panel_id: str, task: asyncio.Task[bytes]) -> None:
        del self._asking[panel_id]
        if not task.cancelled():
            task.exception()  # seen, also where nobody waits any more

    async def press(self, panel_id: str, key: int) -> None:
        """See `hub.panel.ports`."""
        self._check_connected(panel_id)
        await self._request(panel_id, {"kind": "press", "key": key})

    def take_strip(self, panel_id: str, payload: bytes) -> None:
        picture = self._coming.get(panel_id)
        if picture is None:
            return
        try:
            picture.add(*parse_strip(payload))
        except ValueError as error:
            log.warning("panel %s sent what is no strip: %s", panel_id, error)

    def note_frame(self, panel_id: str, frame: int | None) -> None:
        """The panel shows this frame now; an older picture is not what is on the wall any more."""
        if frame is not None:
            self._frames[panel_id] = frame % FRAMES

    async def greet(self, panel_id: str) -> None:
        """The panel has connected. It may have started anew, and counts its frames from the start; what it was asked
        for may have gone with the link before, and is asked for again."""
        self._seen.pop(panel_id, None)
        self._frames.pop(panel_id, None)
        picture = self._coming.get(panel_id)
        if picture is not None:
            picture.begin_anew()
            await self._request(panel_id, {"kind": "screen"})

    def _check_connected(self, panel_id: str) -> None:
        if panel_id not in self._broker.connected():
            raise _silent(panel_id)

    async def _request(self, panel_id: str, request: dict[str, Any]) -> None:
        await self._broker.publish(topics.panel_down(panel_id, "request"), json.dumps(request).encode())


def _silent(panel_id: str) -> Unavailable:
    return Unavailable(
        "panel-silent",
        "The panel does not answer",
        f"Panel {panel_id} is not to be reached: look whether it has power and network.",
    )
