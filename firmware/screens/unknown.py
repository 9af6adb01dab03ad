"""The panel has heard nothing of the present: it must not say Free."""

from firmware.screens import column, foot, ring, words
from firmware.screens.keys import report_only as keys  # noqa: F401  what the keys do here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.view import View


def draw(canvas: "Canvas", view: "View") -> None:
    state = view.known()[0]
    ring.draw(canvas, view)
    heard = view.offline_since if view.offline_since is not None else state["publishedUnix"]
    ring.draw_words(canvas, "No news", words.say("since %s") % words.moment(view, heard))
    baseline = column.draw_header(canvas, view)
    foot.draw_link(canvas, view, "Scan to see", "the room now")
    column.draw_label(canvas, baseline, "Perhaps booked")
    column.draw_sentence(
        canvas, baseline, words.say("Nothing is known after %s") % words.moment(view, state["horizonUnix"])
    )
