"""What was asked takes the room's PIN."""

from firmware import fonts
from firmware.screens import column, ring, words
from shared import panel_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.pin_entry import PinEntry
    from firmware.screens.keys import Keys
    from firmware.screens.view import View

_ASKED = {
    panel_command.BOOK: "To book",
    panel_command.CHECK_IN: "To check in",
    panel_command.EXTEND: "For more time",
    panel_command.END: "To end it",
    panel_command.REPORT_ISSUE: "To report",
}


def draw(canvas: "Canvas", view: "View") -> None:
    pin = _pin(view)
    ring.draw(canvas, view)
    ring.draw_words(canvas, "•" * pin.count or "PIN", "one moment" if pin.asked_id else "4 to 8 digits")
    baseline = column.draw_header(canvas, view)
    column.draw_label(canvas, baseline, _ASKED[pin.action])
    if pin.asked_id:
        column.draw_sentence(canvas, baseline, "Asking the hub")
        return
    column.draw_sentence(canvas, baseline, "Enter this room's PIN")
    lines = ("Choose the digit's key,", "then the digit.", "Right, right, right is OK.")
    for index, line in enumerate(lines):
        canvas.text(column.LEFT, baseline + 130 + index * 28, words.say(line), fonts.T20)


def keys(view: "View") -> "Keys":
    return _pin(view).keys()


def _pin(view: "View") -> "PinEntry":
    if view.pin is None:
        raise ValueError("no PIN is asked for")
    return view.pin
