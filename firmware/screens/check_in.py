"""The room's time has come, and nobody has checked in yet."""

from firmware.screens import column, foot, ring, words

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
    until = "until " + words.end(view, meeting)
    ring.draw(canvas, view)
    ring.draw_words(canvas, "Check in", until if by is None else "by " + words.clock(view, by))
    bottom = foot.draw_link(canvas, view, "or scan", "to check in")
    top = column.draw_header(canvas, view)
    baseline = column.draw_meeting(canvas, view, top, "Now", meeting, bottom)
    column.draw_later(canvas, view, baseline, view.later(), bottom)
