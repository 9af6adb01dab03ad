"""Nobody has given this panel a room."""

from firmware.screens import column, foot, ring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.view import View


def draw(canvas: "Canvas", view: "View") -> None:
    ring.draw(canvas, view)
    ring.draw_words(canvas, "Hello", "no room yet")
    baseline = column.draw_header(canvas, view)
    foot.draw_link(canvas, view, "Scan to open", "Circle Time")
    column.draw_label(canvas, baseline, "New panel")
    column.draw_sentence(canvas, baseline, "Give this panel a room in the web app")
