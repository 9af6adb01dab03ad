"""Somebody pressed End early: is it meant?"""

from firmware.screens import layout, ring, words

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
    y = layout.draw_header(canvas, view)
    y = layout.draw_label(canvas, y, "End now", "booked until " + words.moment(view, meeting["endUnix"]))
    y = layout.draw_main(canvas, view, y, meeting, meeting["organizer"])
    layout.draw_later(canvas, view, y, layout.after(status), layout.BOTTOM)
