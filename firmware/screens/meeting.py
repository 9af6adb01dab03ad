"""A meeting is on, checked in to."""

from firmware.screens import column, ring, words
from firmware.screens.keys import NONE, key, rule_for
from shared.panel_command import END, EXTEND, PIN, REPORT_ISSUE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.keys import Key, Keys
    from firmware.screens.view import View


def draw(canvas: "Canvas", view: "View") -> None:
    ring.draw(canvas, view)
    if view.offline_since is None:
        ring.draw_words(canvas, "Busy", words.say("until %s") % words.end(view, view.meeting()))
    else:
        ring.draw_words(canvas, "Busy?", words.say("as of %s") % words.moment(view, view.offline_since))
    column.draw_meetings(canvas, view, "Now")


def keys(view: "View") -> "Keys":
    end = "end_confirm" if rule_for(view, END) == PIN else "end"  # a PIN is not entered by mistake
    return key(view, "End early", end, END), _extend_key(view), key(view, "Report", "report:0", REPORT_ISSUE)


def _extend_key(view: "View") -> "Key":
    """Enabled when the longer meeting and its buffer end before the next, and it is not too long."""
    state, status = view.known()
    policy = state["policy"]
    if not policy["extendS"] or status.current is None:
        return NONE
    seconds = policy["extendS"][0]
    end = status.current["endUnix"] + seconds
    fits = end <= state["horizonUnix"] and end - status.current["startUnix"] <= policy["maxS"]
    if status.next is not None:
        fits = fits and end + policy["bufferS"] <= status.next["startUnix"]
    action = "extend:%d" % (seconds // 60)
    free = fits and view.offline_since is None
    return key(view, words.say("%s more") % words.length(seconds), action, EXTEND, free)
