"""The room is free."""

from firmware.screens import column, foot, ring, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.view import View


def draw(canvas: "Canvas", view: "View") -> None:
    status = view.known()[1]
    ring.draw(canvas, view)
    if view.offline_since is not None:
        ring.draw_words(canvas, "Free?", "as of " + words.moment(view, view.offline_since))
    elif status.until is not None and (status.until_known or not words.day(view, status.until)):
        ring.draw_words(canvas, "Free", "until " + words.moment(view, status.until))
    else:
        ring.draw_words(canvas, "Free", "rest of the day")
    bottom = foot.draw_link(canvas, view, "Scan to book", "another time")
    column.draw_next(canvas, view, column.draw_header(canvas, view), bottom)
