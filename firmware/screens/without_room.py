"""The panel has no room to show: it starts, or nobody has given it one."""

from firmware.screens import layout, ring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.view import View


def draw(canvas: "Canvas", view: "View") -> None:
    ring.draw(canvas, view)
    y = layout.draw_header(canvas, view)
    if view.screen == "unclaimed":
        ring.draw_words(canvas, "Hello", "no room yet")
        layout.draw_code(canvas, view, "Scan to open", "Circle Time")
        y = layout.draw_label(canvas, y, "New panel")
        layout.draw_sentence(canvas, y, "Give this panel a room in the web app")
    else:
        ring.draw_words(canvas, "Hello", "one moment")
        y = layout.draw_label(canvas, y, "Starting")
        layout.draw_sentence(canvas, y, "Asking the hub for this room")
