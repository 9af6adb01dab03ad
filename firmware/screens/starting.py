"""The panel starts, and the hub may be about to say what is true."""

from firmware.screens import column, ring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.view import View


def draw(canvas: "Canvas", view: "View") -> None:
    ring.draw(canvas, view)
    ring.draw_words(canvas, "Hello", "one moment")
    baseline = column.draw_header(canvas, view)
    column.draw_label(canvas, baseline, "Starting")
    column.draw_sentence(canvas, baseline, "Asking the hub for this room")
