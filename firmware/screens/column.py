"""The column right of the ring: the room, what must be said, and the meetings. Heights are text baselines."""

from firmware import fonts
from firmware.screens import words
from firmware.strips import strips
from firmware.text_layout import fit, shorten
from firmware.troubles import CLOCK_NOT_SET
from shared.text_strip import DETAIL, NAME, STYLES, TITLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware.canvas import Canvas
    from firmware.fonts import Font
    from firmware.screens.view import View
    from shared.room_state import Meeting

LEFT, RIGHT = 444, 784
BOTTOM = 414
_WIDTH = RIGHT - LEFT
_RULE_Y = 103
_DETAIL = 26


def draw_header(canvas: "Canvas", view: "View") -> int:
    """The room, and below it a rule or the strip with what must be said; returns the next baseline."""
    name = view.state["room"]["name"] if view.state is not None else "Circle Time"
    picture = strips.find(NAME, name, fonts.D40)
    if picture is not None:
        canvas.picture(LEFT, 58 - fonts.D40.ascent, picture, picture[2])
        name = ""
    font, lines = fit(name, ((fonts.D50, 1), (fonts.D40, 1), (fonts.D32, 2), (fonts.D26, 2)), _WIDTH)
    baseline = 58 if len(lines) == 1 else 32
    for line in lines:
        canvas.text(LEFT, baseline, line, font)
        baseline += 32
    if view.state is not None:
        as_of = _as_of(view)
        aside_px = fonts.T20.width(as_of)
        canvas.text(LEFT, 89, _place(view, _WIDTH - aside_px), fonts.T20)
        canvas.text(RIGHT - aside_px, 89, as_of, fonts.T20)
    said, trouble = _said(view)
    if not said:
        canvas.fill(LEFT, _RULE_Y, _WIDTH, 3)
        return _RULE_Y + 32
    canvas.fill(LEFT, _RULE_Y - 1, _WIDTH, 30)
    canvas.set_ink(canvas.paper)
    number = " E%d" % trouble if trouble else ""
    number_px = fonts.B20.width(number)
    canvas.text(RIGHT - 10 - number_px, _RULE_Y + 20, number, fonts.B20)
    canvas.text(LEFT + 10, _RULE_Y + 20, shorten(said, fonts.B20, _WIDTH - 20 - number_px), fonts.B20)
    canvas.set_ink(canvas.paper)
    return _RULE_Y + 54


def _as_of(view: "View") -> str:
    if view.as_of is None or view.offline_since is not None:
        return ""
    return " " + words.say("as of %s") % words.moment(view, view.as_of)


def _place(view: "View", width: int) -> str:
    """Floor, seats and as many amenities as fit whole."""
    line = ""
    for part in words.place(view):
        longer = line + " · " + part if line else part
        if fonts.T20.width(longer) > width:
            break
        line = longer
    return line


def _said(view: "View") -> "tuple[str, int]":
    """What the strip says, and its number in docs/errors.md: what was just refused or done, else what makes the picture
    doubtful."""
    if view.notice:
        return words.say(view.notice), 0
    if view.offline_since is None:
        return ("", 0) if view.clock_trusted else (words.say("The clock is not set"), CLOCK_NOT_SET)
    if not view.clock_trusted or view.state is None:
        return words.say(
            "No link to the hub"
        ), view.trouble  # without a room there is no zone to tell the time in
    return words.say("No link since %s") % words.moment(view, view.offline_since), view.trouble


def draw_label(canvas: "Canvas", baseline: int, label: str, aside: str = "") -> None:
    """A heading, and at the right what else there is room for."""
    x = canvas.text(LEFT, baseline, shorten(words.upper(words.say(label)), fonts.B20, _WIDTH), fonts.B20)
    aside_x = RIGHT - fonts.T20.width(aside)
    if aside_x > x + 12:
        canvas.text(aside_x, baseline, aside, fonts.T20)


def draw_meetings(canvas: "Canvas", view: "View", label: str, bottom: int = BOTTOM) -> None:
    """The header, the meeting that the screen is about, and those after it."""
    meeting = view.meeting()
    baseline = draw_meeting(canvas, view, draw_header(canvas, view), label, meeting, bottom)
    draw_later(canvas, view, baseline, view.later(), bottom)


def draw_meeting(
    canvas: "Canvas", view: "View", baseline: int, label: str, meeting: "Meeting", bottom: int
) -> int:
    """The meeting that the screen is about, its title in all the lines there is room for.

    Returns the last baseline.
    """
    draw_label(canvas, baseline, label, words.say("until %s") % words.end(view, meeting))
    baseline += 40
    most = max(_lines_above(bottom, baseline, meeting), 2)
    choices = ((fonts.D32, 2), (fonts.D26, 2), (fonts.D22, most))
    font, lines = _titled(view, meeting, choices)
    return _draw_entry(canvas, view, baseline, meeting, font, lines)


def draw_later(canvas: "Canvas", view: "View", baseline: int, meetings: "list[Meeting]", bottom: int) -> None:
    """As many of `meetings` as end above `bottom`, with a line where another day begins."""
    shown_day = words.day(view, max(view.meeting()["startUnix"], view.now))
    for meeting in meetings:
        day = words.day(view, meeting["startUnix"])
        top = baseline + (38 if day == shown_day else 70)
        most = min(_lines_above(bottom, top, meeting), 3)
        if most < 1:
            return
        font, lines = _titled(view, meeting, ((fonts.D26, 1), (fonts.D22, most)))
        if day != shown_day:
            draw_label(canvas, top - 34, day)
        baseline = _draw_entry(canvas, view, top, meeting, font, lines)
        shown_day = day


def _titled(
    view: "View", meeting: "Meeting", choices: "Sequence[tuple[Font, int]]"
) -> "tuple[Font, list[str]]":
    """The title's face and lines; lines that the hub has drawn are empty, and in D26."""
    title = words.title(meeting)
    picture = strips.find(TITLE, title, fonts.D26)
    if picture is None:
        return fit(title, choices, _title_width(view))
    most = max(1, choices[-1][1] * choices[-1][0].height // fonts.D26.height)
    return fonts.D26, [""] * min(most, picture[2] // STYLES[TITLE][2])


def _lines_above(bottom: int, baseline: int, meeting: "Meeting") -> int:
    """How many lines of the smallest title, the first at `baseline`, end above `bottom` with the organizer."""
    room = bottom - 6 - baseline - (_DETAIL if meeting["organizer"] else 0)
    return room // (fonts.D22.height - 3) + 1


def _title_width(view: "View") -> int:
    return RIGHT - _title_x(view)


def _title_x(view: "View") -> int:
    return LEFT + (110 if view.hour24 else 118)


def _entry_height(meeting: "Meeting", font: "Font", lines: "list[str]") -> int:
    """From the first baseline of an entry to its last."""
    return (len(lines) - 1) * (font.height - 3) + (_DETAIL if meeting["organizer"] else 0)


def _draw_entry(
    canvas: "Canvas", view: "View", baseline: int, meeting: "Meeting", font: "Font", lines: "list[str]"
) -> int:
    """Start, title and organizer; returns the last baseline."""
    x = _title_x(view)
    last = baseline + _entry_height(meeting, font, lines)
    _draw_start(canvas, view, baseline, meeting, large=font is fonts.D32)
    if lines and not lines[0]:
        _draw_picture(canvas, x, baseline, TITLE, words.title(meeting), fonts.D26, len(lines))
    for line in lines:
        canvas.text(x, baseline, line, font)
        baseline += font.height - 3
    organizer = meeting["organizer"] or ""
    if organizer and not _draw_picture(canvas, x, last, DETAIL, organizer, fonts.T20, 1):
        canvas.text(x, last, shorten(organizer, fonts.T20, RIGHT - x), fonts.T20)
    return last


def _draw_picture(
    canvas: "Canvas", x: int, baseline: int, style: int, said: str, font: "Font", lines: int
) -> bool:
    """False where the letters are the panel's own, or the hub has not drawn them yet."""
    picture = strips.find(style, said, font)
    if picture is not None:
        canvas.picture(x, baseline - font.ascent, picture, lines * STYLES[style][2])
    return picture is not None


def _draw_start(canvas: "Canvas", view: "View", baseline: int, meeting: "Meeting", *, large: bool) -> None:
    """The time of day; AM and PM small behind it."""
    digits, _, half = words.clock(view, meeting["startUnix"]).partition(" ")
    font = fonts.D26
    if large and view.hour24:
        font = fonts.D32
    x = canvas.text(LEFT, baseline, digits, font)
    canvas.text(x + 5, baseline, half, fonts.T20)


def draw_next(canvas: "Canvas", view: "View", baseline: int, bottom: int) -> None:
    """The meetings to come, or that there are none as far as is known."""
    state, status = view.known()
    if status.next is None:
        draw_label(canvas, baseline, "Next")
        draw_sentence(canvas, baseline, "Nothing booked")
        before = words.say("before %s") % words.moment(view, state["horizonUnix"])
        canvas.text(LEFT, baseline + 68, before, fonts.T20)
        return
    label = words.day(view, status.next["startUnix"]) or words.say("Next")
    if view.offline_since is not None:
        label = words.say("%s, as last heard") % label
    baseline = draw_meeting(canvas, view, baseline, label, status.next, bottom)
    draw_later(canvas, view, baseline, status.upcoming, bottom)


def draw_sentence(canvas: "Canvas", baseline: int, sentence: str) -> None:
    """A sentence below a label, in up to five lines."""
    font, lines = fit(words.say(sentence), ((fonts.D32, 2), (fonts.D26, 3), (fonts.D22, 5)), _WIDTH)
    for index, line in enumerate(lines):
        canvas.text(LEFT, baseline + 40 + index * (font.height - 3), line, font)
