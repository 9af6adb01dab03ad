"""The panel's screens, one file each: loaded to draw one picture, and let go again (docs/firmware.md).

A screen is a module with `draw(canvas, view)` and, where its keys do something, `keys(view)`; one whose keys
change merely because time passes has `next_change_at(view)` too.
"""

from firmware import rare
from firmware.screens import foot, ring
from firmware.screens.keys import BLANK
from firmware.screens.view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.keys import Keys

__all__ = ["Drawn", "View", "draw"]

_BUSY = ("meeting", "end_early")


class Drawn:
    """A picture's `keys`, and `redraw_at`, the unix second at which it may change though the room's status
    stays as it is."""

    def __init__(self, keys: "Keys", redraw_at: int) -> None:
        self.keys = keys
        self.redraw_at = redraw_at


def draw(canvas: "Canvas", view: "View") -> Drawn:
    """Draws all 480 rows; a busy room is white on black, so that it reads down a corridor."""
    canvas.set_ink(0 if view.screen in _BUSY else 1)
    canvas.clear()
    screen = rare.load("firmware.screens." + view.screen)
    screen.draw(canvas, view)
    keys = screen.keys(view) if hasattr(screen, "keys") else BLANK
    too_late = screen.next_change_at(view) if hasattr(screen, "next_change_at") else None
    foot.draw_keys(canvas, view, keys)
    step = ring.next_step_at(view.now)
    return Drawn(keys, step if too_late is None else min(step, too_late))
