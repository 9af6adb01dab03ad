"""What is wrong in the room? Two answers at a time."""

from firmware.screens import column, ring
from firmware.screens.keys import key
from shared.panel_command import REPORT_ISSUE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.keys import Key, Keys
    from firmware.screens.view import View

CATEGORIES = (
    "Something broken",
    "Screen or video",
    "Not clean",
    "Too warm or cold",
    "Something missing",
    "Something else",
)
_PAGES = len(CATEGORIES) // 2


def draw(canvas: "Canvas", view: "View") -> None:
    ring.draw(canvas, view)
    ring.draw_words(canvas, "Report", "%d / %d" % (view.page + 1, _PAGES))
    baseline = column.draw_header(canvas, view)
    column.draw_label(canvas, baseline, "Report an issue")
    column.draw_sentence(canvas, baseline, "What is wrong?")


def keys(view: "View") -> "Keys":
    first, second = CATEGORIES[2 * view.page : 2 * view.page + 2]
    last = ("Back", "close", True)
    if view.page < _PAGES - 1:
        last = ("More", "report:%d" % (view.page + 1), True)
    return _issue_key(view, first), _issue_key(view, second), last


def _issue_key(view: "View", category: str) -> "Key":
    return key(view, category, "issue:" + category.lower(), REPORT_ISSUE)
