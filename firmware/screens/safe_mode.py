"""The panel's software does not come up; what an operator can do is in docs/updates.md under this word."""

from firmware.screens import column, ring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.view import View


def draw(canvas: "Canvas", view: "View") -> None:
    ring.draw(canvas, view)
    ring.draw_words(canvas, "Sorry", "safe mode")
    baseline = column.draw_header(canvas, view)
    column.draw_label(canvas, baseline, "Out of order")
    column.draw_sentence(canvas, baseline, "This panel waits for new software from the hub")
