"""The panel has no room to show: it starts, or nobody has given it one."""

from firmware.screens import column, foot, ring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.view import View


def draw(canvas: "Canvas", view: "View") -> None:
    ring.draw(canvas, view)
    baseline = column.draw_header(canvas, view)
    if view.screen == "unclaimed":
        ring.draw_words(canvas, "Hello", "no room yet")
        foot.draw_link(canvas, view, "Scan to open", "Circle Time")
        column.draw_label(canvas, baseline, "New panel")
        column.draw_sentence(canvas, baseline, "Give this panel a room in the web app")
    else:
        ring.draw_words(canvas, "Hello", "one moment")
        column.draw_label(canvas, baseline, "Starting")
        column.draw_sentence(canvas, baseline, "Asking the hub for this room")
