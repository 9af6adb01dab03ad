"""The room is free."""

from firmware.screens import column, foot, ring, words
from firmware.screens.keys import NONE, key
from shared.panel_command import BOOK, CHECK_IN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.keys import Key, Keys
    from firmware.screens.view import View


def draw(canvas: "Canvas", view: "View") -> None:
    status = view.known()[1]
    ring.draw(canvas, view)
    if view.offline_since is not None:
        ring.draw_words(canvas, "Free?", words.say("as of %s") % words.moment(view, view.offline_since))
    elif status.until is not None and (status.until_known or not words.day(view, status.until)):
        ring.draw_words(canvas, "Free", words.say("until %s") % words.moment(view, status.until))
    else:
        ring.draw_words(canvas, "Free", "rest of the day")
    bottom = foot.draw_link(canvas, view, "Scan to book", "another time")
    column.draw_next(canvas, view, column.draw_header(canvas, view), bottom)


def keys(view: "View") -> "Keys":
    if view.known()[1].check_in is not None:
        return key(view, "Check in", "check_in", CHECK_IN), NONE, NONE
    found = [_book_key(view, seconds) for seconds in _lengths(view)] + [NONE] * 3
    return found[0], found[1], found[2]


def next_change_at(view: "View") -> "int | None":
    """The next second at which a length no longer fits."""
    too_late = [_too_late_at(view, seconds) for seconds in _lengths(view)]
    return min([at for at in too_late if at > view.now], default=None)


def _lengths(view: "View") -> "list[int]":
    return view.known()[0]["policy"]["quickBookS"][:3]


def _book_key(view: "View", seconds: int) -> "Key":
    fits = view.now < _too_late_at(view, seconds) and view.offline_since is None
    return key(view, words.say("Book %s") % words.length(seconds), "book:%d" % (seconds // 60), BOOK, fits)


def _too_late_at(view: "View", seconds: int) -> int:
    """From when on a walk-up of that length, pressed for now, would reach the hub too late to fit.

    It and its buffer must end before the next meeting; nothing is promised past the horizon.
    """
    state, status = view.known()
    if status.next is None:
        return state["horizonUnix"] - seconds
    return min(status.next["startUnix"] - state["policy"]["bufferS"], state["horizonUnix"]) - seconds
