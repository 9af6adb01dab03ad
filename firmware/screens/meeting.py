"""A meeting is on, checked in to."""

from firmware.screens import layout, ring, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.view import View


def draw(canvas: "Canvas", view: "View") -> None:
    status = view.known()[1]
    meeting = view.meeting()
    if meeting is None:
        raise ValueError("no meeting is on")
    until = "until " + words.moment(view, meeting["endUnix"])
    ring.draw(canvas, view)
    if view.offline_since is None:
        ring.draw_words(canvas, "Busy", until)
    else:
        ring.draw_words(canvas, "Busy?", "as of " + words.moment(view, view.offline_since))
    y = layout.draw_header(canvas, view)
    y = layout.draw_label(canvas, y, "Now", until)
    y = layout.draw_main(canvas, view, y, meeting, meeting["organizer"])
    layout.draw_later(canvas, view, y, layout.after(status), layout.BOTTOM)
