"""The room cannot be used."""

from firmware.screens import column, foot, ring
from firmware.screens.keys import report_only as keys  # noqa: F401  what the keys do here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.view import View


def draw(canvas: "Canvas", view: "View") -> None:
    ring.draw(canvas, view)
    ring.draw_words(canvas, "Closed", "out of service")
    baseline = column.draw_header(canvas, view)
    foot.draw_link(canvas, view, "Scan to find", "another room")
    column.draw_label(canvas, baseline, "Out of service")
    column.draw_sentence(
        canvas, baseline, view.known()[0]["room"]["outOfService"] or "Please take another room"
    )
