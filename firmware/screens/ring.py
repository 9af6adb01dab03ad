"""The day as a ring: a twelve-hour clock face with an arc wherever the hour hand will meet a meeting.

It shows the half hour that went by and the eleven and a half hours to come. Angles are in minutes of the
face, 720 to the round.
"""

from firmware import fonts
from firmware.canvas import at, draw_arc, draw_circle
from firmware.screens import words
from shared.room_state import timeline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from firmware.canvas import Canvas, Strip
    from firmware.fonts import Font
    from firmware.screens.view import View

CENTRE = CENTRE_X, CENTRE_Y = 213, 210
_OUTER, _INNER = 177, 143
_TICK, _NUMERAL = 185, 195
_POINTER_TIP, _POINTER_FOOT = _INNER - 4, _INNER - 30
_WORDS_RADIUS = _POINTER_FOOT - 4
"""Words inside this circle are never touched by the pointer."""

_STEP_S = 300
_BACK, _AHEAD = 30, 690


def next_step_at(now: int) -> int:
    """The unix second at which the pointer moves next: it goes in steps of five minutes."""
    return now // _STEP_S * _STEP_S + _STEP_S


def draw(canvas: "Canvas", view: "View") -> None:
    """The face; with a room the arcs, and with a trusted clock the pointer."""
    _draw_face(canvas)
    if view.state is None or view.status is None:
        return
    now = view.local(view.now) // _STEP_S * 5
    horizon = view.local(view.state["horizonUnix"]) // 60
    if horizon < now + _AHEAD:
        _draw_unknown(canvas, max(horizon, now - _BACK), now + _AHEAD)
    waiting = view.status.check_in
    for meeting in timeline(view.state):
        start = view.local(meeting["startUnix"]) // 60
        end = -(-view.local(meeting["endUnix"]) // 60)
        if start < now + _AHEAD and end > now - _BACK:
            striped = waiting is not None and waiting["id"] == meeting["id"]
            _draw_meeting(canvas, max(start, now - _BACK), min(end, now + _AHEAD), striped)
    if view.clock_trusted:
        _draw_pointer(canvas, now)


def _draw_face(canvas: "Canvas") -> None:
    canvas.note(CENTRE_Y - _TICK - 9, CENTRE_Y + _TICK + 10, _face, "face", ())
    for hour in range(0, 12, 3):
        x, y = at(CENTRE, _NUMERAL, hour * 60)
        canvas.centred(x, y + 7, str(hour or 12), fonts.B20)


def _face(strip: "Strip", note: "tuple[Any, ...]") -> None:
    """The two circles, and the hours that have no numeral: one note for all, since it is on every picture."""
    for radius in (_OUTER, _OUTER - 1, _INNER, _INNER + 1):
        draw_circle(strip, CENTRE_X, CENTRE_Y, radius, note[3])
    for hour in range(12):
        if hour % 3:
            draw_arc(strip, CENTRE, (_TICK, _TICK + 9), (hour * 60 - 3, hour * 60 + 3), (6, 6), note[3])


def _draw_unknown(canvas: "Canvas", start: int, end: int) -> None:
    """Past the horizon the ring's edges are dashed: there may be meetings that this panel never heard of."""
    canvas.set_ink(canvas.paper)
    canvas.arc(CENTRE, (_INNER - 2, _OUTER + 2), start, end)
    canvas.set_ink(canvas.paper)
    for radius in (_INNER, _OUTER - 1):
        canvas.arc(CENTRE, (radius, radius + 1), start, end, (4, 12))


def _draw_meeting(canvas: "Canvas", start: int, end: int, striped: bool) -> None:  # noqa: FBT001
    """A filled arc with a hair of paper at its ends, so that meetings that touch stay two; or stripes."""
    if striped:
        canvas.arc(CENTRE, (_INNER, _OUTER), start, end, (4, 8))
    else:
        canvas.arc(CENTRE, (_INNER, _OUTER), start + 1, max(end - 1, start + 2))


def _draw_pointer(canvas: "Canvas", now: int) -> None:
    tip = at(CENTRE, _POINTER_TIP, now)
    canvas.polygon(tip + at(CENTRE, _POINTER_FOOT, now - 9) + at(CENTRE, _POINTER_FOOT, now + 9))


def draw_words(canvas: "Canvas", word: str, line: str) -> None:
    """One word as large as the ring holds, and a line below it."""
    word, line = words.say(word), words.say(line)
    font = _largest(word, (fonts.D64, fonts.D50, fonts.D40, fonts.D32, fonts.D26))
    canvas.centred(CENTRE_X, CENTRE_Y + 7, word, font)
    small = _largest(line, (fonts.T25, fonts.T20))
    canvas.centred(CENTRE_X, CENTRE_Y + 46, line, small)


def _largest(text: str, choices: "Sequence[Font]") -> "Font":
    """The largest face in which `text`, at most 50 px from the centre's height, stay inside the circle."""
    widest = 2 * int((_WORDS_RADIUS * _WORDS_RADIUS - 50 * 50) ** 0.5)
    for font in choices:
        if font.width(text) <= widest:
            return font
    return choices[-1]
