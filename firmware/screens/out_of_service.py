"""The room cannot be used."""

from firmware.screens import layout, ring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.view import View


def draw(canvas: "Canvas", view: "View") -> None:
    ring.draw(canvas, view)
    ring.draw_words(canvas, "Closed", "out of service")
    y = layout.draw_header(canvas, view)
    layout.draw_code(canvas, view, "Scan to find", "another room")
    y = layout.draw_label(canvas, y, "Out of service")
    layout.draw_sentence(canvas, y, view.known()[0]["room"]["outOfService"] or "Please take another room")
