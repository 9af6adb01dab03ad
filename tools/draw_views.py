"""Draws panel screens; runs under MicroPython, for tools/preview.py and the tests.

Reads one JSON object a line: `state` (a RoomState or null), `now`, and any other field of a `View`;
`screen` may be left out where a state is given, `contact` is handed to `status_at`, `pin` has the `action`
that takes it and the `presses` so far, and `pictures` are the hub's answers for words in other scripts. Writes the
48,000 bytes of each frame, then to stderr one JSON line of what it cost.
"""

import gc
import json
import sys
import time

from firmware import screens, strips
from firmware.canvas import Canvas
from firmware.pin_entry import PinEntry
from firmware.screens import words
from shared.panel_screen import HEIGHT_PX, STRIP_ROWS
from shared.room_status import AVAILABLE, OCCUPIED, OUT_OF_SERVICE, status_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from shared.room_status import RoomStatus


def screen_of(status: "RoomStatus") -> str:
    if status.status == OUT_OF_SERVICE:
        return "out_of_service"
    if status.status == OCCUPIED:
        return "meeting" if status.checked_in else "check_in"
    return "idle" if status.status == AVAILABLE else "unknown"


def view_of(asked: "dict[str, Any]") -> "screens.View":
    state = asked.pop("state", None)
    contact = asked.pop("contact", None)
    for picture in asked.pop("pictures", ()):
        bring(picture)
    now = asked.pop("now")
    if "pin" in asked:
        asked["pin"] = entered(**asked["pin"])
    status = status_at(state, now, contact) if state is not None else None
    screen = asked.pop("screen", None) or (screen_of(status) if status is not None else "starting")
    return screens.View(screen, now, state, status, **asked)


def bring(picture: "dict[str, Any]") -> None:
    """Words as the hub has drawn them."""
    strips.strips.wanted = (picture["style"], picture["text"])
    question = strips.strips.question()
    if question is not None:
        strips.strips.take(picture | {"id": json.loads(question)["id"]})


def entered(action: str, presses: "list[int]", asked_id: "str | None" = None) -> "PinEntry":
    found = PinEntry(action, {})
    for key in presses:
        found.press(key)
    found.asked_id = asked_id
    return found


def heap_used() -> int:
    return gc.mem_alloc()  # type: ignore[attr-defined,no-any-return]


def note_unsaid() -> "list[str]":
    """Everything from now on that the language of the glass has no words for."""
    unsaid: list[str] = []
    say = words.say

    def noted(english: str) -> str:
        said = say(english)
        if said == english:
            unsaid.append(english)
        return said

    words.say = noted
    return unsaid


def main() -> None:
    gc.threshold(16384)  # type: ignore[attr-defined]  # as on the panel
    canvas = Canvas()
    unsaid = note_unsaid()
    for line in sys.stdin:
        view = view_of(json.loads(line))
        del line
        gc.collect()
        before, began = heap_used(), now_us()
        drawn = screens.draw(canvas, view)
        drawn_us, after = now_us() - began, heap_used()
        for row in range(0, HEIGHT_PX, STRIP_ROWS):
            sys.stdout.buffer.write(canvas.rows(row))
        gc.collect()
        cost: dict[str, Any] = {"drawUs": drawn_us, "heapBefore": before, "heapAfter": after}
        cost.update(heapKept=heap_used(), keys=drawn.keys, nextRedrawAt=drawn.redraw_at, marks=canvas.marks)
        cost["unsaid"] = unsaid
        sys.stderr.write(json.dumps(cost) + "\n")
        unsaid.clear()


def now_us() -> int:
    return time.time_ns() // 1000


main()
