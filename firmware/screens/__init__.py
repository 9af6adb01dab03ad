"""The panel's screens, one file each: loaded to draw one picture, and let go again (docs/firmware.md).

A screen is a module with `draw(canvas, view)` and, where its keys do something, `keys(view)`; one whose keys
change merely because time passes has `next_change_at(view)` too.
"""

from firmware import rare
from firmware.screens import foot, ring, words
from firmware.screens.keys import BLANK
from firmware.screens.view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.keys import Keys

__all__ = ["Drawn", "View", "draw"]

_NEVER = 1 << 40
_NEVER_BUSY = ("unknown", "out_of_service")


class Drawn:
    """A picture's `keys`, and two unix seconds at which it may change though the room's status stays as it is:
    `keys_change_at`, when a key is over, and `redraw_at`, when that comes or the pointer moves."""

    def __init__(self, keys: "Keys", keys_change_at: int, redraw_at: int) -> None:
        self.keys = keys
        self.keys_change_at = keys_change_at
        self.redraw_at = redraw_at


def draw(canvas: "Canvas", view: "View") -> Drawn:
    """Draws all 480 rows; a busy room is white on black, so that it reads down a corridor, and in a dark theme
    it is the other way round."""
    words.speak(view.language)
    busy = view.status is not None and view.status.checked_in and view.screen not in _NEVER_BUSY
    canvas.set_ink(0 if busy != view.dark else 1)
    canvas.clear()
    screen = rare.load("firmware.screens." + view.screen)
    screen.draw(canvas, view)
    keys = screen.keys(view) if hasattr(screen, "keys") else BLANK
    too_late = screen.next_change_at(view) if hasattr(screen, "next_change_at") else None
    foot.draw_keys(canvas, view, keys)
    keys_change_at = _NEVER if too_late is None else too_late
    return Drawn(keys, keys_change_at, min(keys_change_at, ring.next_step_at(view.now)))
