"""Another firmware is on its way into the panel."""

from firmware.screens import column, ring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.view import View


def draw(canvas: "Canvas", view: "View") -> None:
    ring.draw(canvas, view)
    ring.draw_words(canvas, "Updating", "one moment")
    baseline = column.draw_header(canvas, view)
    column.draw_label(canvas, baseline, "New software")
    column.draw_sentence(canvas, baseline, "This panel is back in a few minutes")
