"""Somebody pressed End early: is it meant?"""

from firmware.screens import column, ring, words
from firmware.screens.keys import NONE, key
from shared.panel_command import END

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.keys import Keys
    from firmware.screens.view import View


def draw(canvas: "Canvas", view: "View") -> None:
    status = view.known()[1]
    ring.draw(canvas, view)
    free = "then free"
    if status.next is not None:
        free = words.say("free until %s") % words.moment(view, status.next["startUnix"])
    ring.draw_words(canvas, "Done?", free)
    column.draw_meetings(canvas, view, "End now")


def keys(view: "View") -> "Keys":
    return key(view, "Yes, end it", "end_confirm", END), NONE, ("Keep it", "end_keep", True)
