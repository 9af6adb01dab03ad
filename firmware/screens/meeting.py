"""A meeting is on, checked in to."""

from firmware.screens import column, ring, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.view import View


def draw(canvas: "Canvas", view: "View") -> None:
    meeting = view.meeting()
    if meeting is None:
        raise ValueError("no meeting is on")
    until = "until " + words.end(view, meeting)
    ring.draw(canvas, view)
    if view.offline_since is None:
        ring.draw_words(canvas, "Busy", until)
    else:
        ring.draw_words(canvas, "Busy?", "as of " + words.moment(view, view.offline_since))
    top = column.draw_header(canvas, view)
    baseline = column.draw_meeting(canvas, view, top, "Now", meeting, column.BOTTOM)
    column.draw_later(canvas, view, baseline, view.later(), column.BOTTOM)
