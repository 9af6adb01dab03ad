"""The room's time has come, and nobody has checked in yet."""

from firmware.screens import layout, ring, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.view import View


def draw(canvas: "Canvas", view: "View") -> None:
    status = view.known()[1]
    meeting = view.meeting()
    if meeting is None:
        raise ValueError("nothing to check in to")
    by = meeting["checkInByUnix"] if status.check_in is not None else None
    until = "until " + words.moment(view, meeting["endUnix"])
    ring.draw(canvas, view)
    ring.draw_words(canvas, "Check in", until if by is None else "by " + words.clock(view, by))
    y = layout.draw_header(canvas, view)
    bottom = layout.draw_code(canvas, view, "or scan", "to check in")
    y = layout.draw_label(canvas, y, "Now", until)
    y = layout.draw_main(canvas, view, y, meeting, meeting["organizer"])
    layout.draw_later(canvas, view, y, layout.after(status), bottom)
