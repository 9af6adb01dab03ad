"""Somebody pressed End early: is it meant?"""

from firmware.screens import column, ring, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.view import View


def draw(canvas: "Canvas", view: "View") -> None:
    status = view.known()[1]
    meeting = view.meeting()
    if meeting is None:
        raise ValueError("no meeting to end")
    ring.draw(canvas, view)
    free = "then free"
    if status.next is not None:
        free = "free until " + words.moment(view, status.next["startUnix"])
    ring.draw_words(canvas, "Done?", free)
    top = column.draw_header(canvas, view)
    baseline = column.draw_meeting(canvas, view, top, "End now", meeting, column.BOTTOM)
    column.draw_later(canvas, view, baseline, view.later(), column.BOTTOM)
