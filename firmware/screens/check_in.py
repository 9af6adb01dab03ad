"""The room's time has come, and nobody has checked in yet."""

from firmware.screens import column, foot, ring, words
from firmware.screens.keys import key, other_rooms
from shared.panel_command import CHECK_IN, END

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.keys import Keys
    from firmware.screens.view import View


def draw(canvas: "Canvas", view: "View") -> None:
    meeting = view.meeting()
    open_now = view.known()[1].check_in is not None
    by = meeting["checkInByUnix"] if open_now else None
    until = words.say("until %s") % words.end(view, meeting)
    ring.draw(canvas, view)
    ring.draw_words(canvas, "Check in", until if by is None else words.say("by %s") % words.clock(view, by))
    column.draw_meetings(canvas, view, "Now", foot.draw_link(canvas, view, "or scan", "to check in"))


def keys(view: "View") -> "Keys":
    open_now = view.known()[1].check_in is not None
    check_in = key(view, "Check in", "check_in", CHECK_IN, open_now)
    return check_in, other_rooms(view), key(view, "Not us", "release", END)
