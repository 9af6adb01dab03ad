"""The panel's screens: `draw` makes the whole picture of a `View`, and `soft_keys` says what its keys do."""

from firmware.screens import (
    check_in,
    end_early,
    foot,
    idle,
    meeting,
    out_of_service,
    ring,
    unknown,
    without_room,
)
from firmware.screens import soft_keys as keys
from firmware.screens.soft_keys import soft_keys
from firmware.screens.view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas

__all__ = ["View", "draw", "next_redraw_at", "soft_keys"]

_SCREENS = {
    "idle": idle,
    "check_in": check_in,
    "meeting": meeting,
    "end_early": end_early,
    "unknown": unknown,
    "out_of_service": out_of_service,
    "starting": without_room,
    "unclaimed": without_room,
}
_BUSY = ("meeting", "end_early")


def draw(canvas: "Canvas", view: "View") -> None:
    """Draws all 480 rows; a busy room is white on black, so that it reads down a corridor."""
    canvas.set_ink(0 if view.screen in _BUSY else 1)
    canvas.clear()
    _SCREENS[view.screen].draw(canvas, view)
    foot.draw_keys(canvas, view, soft_keys(view))


def next_redraw_at(view: "View") -> int:
    """The unix second at which the picture may change though the room's status stays as it is."""
    step = ring.next_step_at(view.now)
    too_late = keys.next_change_at(view)
    return step if too_late is None else min(step, too_late)
