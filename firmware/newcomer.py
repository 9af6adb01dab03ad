"""A panel that no hub knows yet: it asks for its place, or where there is no Wi-Fi to ask by, for that (docs/panels.md).

On battery it is awake for a while after each press, and in deep sleep otherwise; once an hour it looks whether it
was claimed. Needed once in a panel's life, so it is loaded then.
"""

from firmware import rare, screens
from firmware.canvas import Canvas
from firmware.glass import Glass
from firmware.supervisor import Supervisor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from firmware.panel_config import PanelConfig

AWAKE_S = 600
"""How long a panel on battery stays awake for whoever claims it."""

SLEEP_S = 3600


def build(config: "PanelConfig", board: "Any") -> "tuple[Coroutine[Any, Any, None], Supervisor]":
    """The program of such a panel, and who watches over it."""
    supervisor = Supervisor()
    rare.load("firmware.slots").Slots().came_up(False)
    canvas, kept = Canvas(), board.kept()
    glass = Glass(canvas, board.display, kept)
    return run(config, board, canvas, glass, woken=bool(kept)), supervisor


async def run(config: "PanelConfig", board: "Any", canvas: Canvas, glass: Glass, *, woken: bool) -> None:
    """Returns once something has changed: the board is to start anew. `woken` is after a deep sleep."""
    looks_only = woken and not board.inputs.waiting
    awake_s = None if not config.on_battery else 0 if looks_only else AWAKE_S
    if await _is_settled(config, board, canvas, glass, awake_s):
        return
    sleeping = "Asleep: a key shows the code"
    screens.draw(
        canvas, screens.View("claiming", 0, web_url=config.hub_url, notice=sleeping, language=config.language)
    )
    await glass.show()
    await glass.sleep()
    board.deep_sleep(SLEEP_S * 1000, glass.keep())


async def _is_settled(
    config: "PanelConfig", board: "Any", canvas: Canvas, glass: Glass, awake_s: "int | None"
) -> bool:
    """False where it was awake for long enough."""
    if config.hub_url and (config.wifi_ssid or board.simulated):
        enrolment = rare.load("firmware.enrolment")
        try:
            return bool(
                await enrolment.enrol(config, canvas, glass, simulated=board.simulated, awake_s=awake_s)
            )
        except enrolment.NoWifi:
            if awake_s == 0:
                return False
    elif awake_s == 0:
        return False
    told = await rare.load("firmware.portal").run(config, canvas, glass, *_ports(board))
    return bool(told) or awake_s is None


def _ports(board: "Any") -> "tuple[int, int]":
    """For the form, and for names."""
    return board.portal_ports if board.simulated else (80, 53)
