"""Rooms nearby that are free now, as the hub says."""

from firmware import fonts
from firmware.screens import column, ring, words
from firmware.screens.keys import NONE
from firmware.text_layout import shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.keys import Keys
    from firmware.screens.view import View

_ENTRY = 62


def draw(canvas: "Canvas", view: "View") -> None:
    ring.draw(canvas, view)
    ring.draw_words(canvas, "Elsewhere", "free now")
    baseline = column.draw_header(canvas, view)
    column.draw_label(canvas, baseline, "Free nearby")
    if not view.rooms:
        sentence = "Asking the hub" if view.rooms is None else "No other room is free"
        column.draw_sentence(canvas, baseline, sentence)
        return
    width = column.RIGHT - column.LEFT
    baseline += 38
    for room in view.rooms:
        until = words.say("until %s") % words.moment(view, room["untilUnix"])
        detail = words.say("Floor %s") % room["floor"] + " · " + words.seats(room["capacity"]) + " · " + until
        canvas.text(column.LEFT, baseline, shorten(room["name"], fonts.D26, width), fonts.D26)
        canvas.text(column.LEFT, baseline + 26, shorten(detail, fonts.T20, width), fonts.T20)
        baseline += _ENTRY


def keys(_: "View") -> "Keys":
    return ("Back", "close", True), NONE, NONE
