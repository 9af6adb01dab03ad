"""Somebody has just checked in: how many are here?"""

from firmware.screens import column, ring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.keys import Key, Keys
    from firmware.screens.view import View

_MOST = 999


def draw(canvas: "Canvas", view: "View") -> None:
    ring.draw(canvas, view)
    ring.draw_words(canvas, str(view.page), "here")
    baseline = column.draw_header(canvas, view)
    column.draw_label(canvas, baseline, "Checked in")
    column.draw_sentence(canvas, baseline, "How many are here?")


def keys(view: "View") -> "Keys":
    return _step(view, "One less", -1), _step(view, "One more", 1), ("OK", "count:%d" % view.page, True)


def _step(view: "View", label: str, by: int) -> "Key":
    count = view.page + by
    return label, "attendance:%d" % count, 1 <= count <= _MOST
