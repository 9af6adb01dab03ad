"""What is left of a panel whose firmware does not come up: the network, an update, and word of it on the glass.

Started by boot.py in place of `main`. An hour later the firmware itself is tried once more.
"""

import asyncio

from firmware import boards, rare, screens, troubles, wifi
from firmware.canvas import Canvas
from firmware.command_outbox import new_id
from firmware.glass import Glass
from firmware.mqtt_client import LinkLost, MqttClient, connect_packet
from firmware.panel_config import PanelConfig
from firmware.slots import Slots
from firmware.version import VERSION
from firmware.wall_clock import WallClock
from shared import panel_presence, topics

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

KEEPALIVE_S = 60
BETWEEN_S = 10
TRY_AGAIN_S = 3600


def main() -> None:
    config = PanelConfig()
    board = boards.load(config.board)
    canvas = Canvas()
    slots = Slots()
    update = rare.load("firmware.update_offer")
    offer = update.begin()
    if offer is not None:
        rare.load("firmware.updater").run(offer, config, slots, board, canvas)
        board.reset()
    print("safe mode: E%d" % troubles.SAFE_MODE, update.why())
    screens.draw(canvas, screens.View("safe_mode", 0, language=config.language, dark=config.dark))
    asyncio.run(_wait(config, Glass(canvas, board.display), update))
    slots.try_again()
    board.reset()


async def _wait(config: "PanelConfig", glass: "Glass", update: "Any") -> None:
    """Until an offer is taken, and TRY_AGAIN_S at most."""
    await glass.show()
    trust = None
    if config.ca is not None:
        trust = rare.load("firmware.hub_trust").HubTrust(config.ca, WallClock())
    taken = asyncio.Event()

    def take(topic: str, payload: memoryview, _retained: bool) -> None:  # noqa: FBT001
        try:
            if topic.endswith("/update") and update.consider(bytes(payload)):
                taken.set()
        except ValueError as error:
            print("dropped", repr(error))

    client = MqttClient(take, lambda _topic: None)

    async def work() -> None:
        await client.subscribe([topics.panel_down(config.panel_id, "update")], config.qos)
        failed = {"id": "boot", "version": VERSION, "problem": "safe-mode", "detail": update.why()[:160]}
        said = panel_presence.hello(new_id(), VERSION, None, 0, failed)  # type: ignore[arg-type]
        await client.publish(topics.panel_up(config.panel_id, "hello"), said.encode())
        await taken.wait()

    async def keep_asking() -> None:
        while not taken.is_set():
            try:
                await wifi.join(config)
                will = (
                    topics.panel_up(config.panel_id, "presence"),
                    panel_presence.presence("offline", "boot"),
                )
                hello = connect_packet(config.panel_id, config.secret, KEEPALIVE_S, *will)
                tls = trust.context() if trust is not None else None
                await client.session((config.mqtt_host, config.mqtt_port), hello, KEEPALIVE_S, work, tls)
            except (OSError, LinkLost, asyncio.TimeoutError) as error:
                print("link lost: E%d" % troubles.number_of(error), repr(error))
                await asyncio.sleep(BETWEEN_S)

    try:
        await asyncio.wait_for(keep_asking(), TRY_AGAIN_S)
    except asyncio.TimeoutError:
        pass
