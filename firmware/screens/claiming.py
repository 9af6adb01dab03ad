"""The panel has no credentials: its code, for somebody to claim it with."""

from firmware import fonts
from firmware.screens import foot, words
from firmware.text_layout import fit, shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.view import View

_LEFT, _RIGHT = 40, 760
_WIDTH = 440
"""Of what stands beside the QR code."""


def draw(canvas: "Canvas", view: "View") -> None:
    canvas.text(_LEFT, 76, "Circle Time", fonts.D50)
    canvas.fill(_LEFT, 103, _RIGHT - _LEFT, 3)
    if view.claim is None:
        _draw_trouble(canvas, view)
    else:
        _draw_code(canvas, view, *view.claim)


def _draw_code(canvas: "Canvas", view: "View", code: str, name: str) -> None:
    """In two halves: eight letters in a row are read wrong."""
    canvas.text(_LEFT, 152, words.upper(words.say("New panel")), fonts.B20)
    half = len(code) // 2
    canvas.text(_LEFT, 232, code[:half] + "-" + code[half:], fonts.D64)
    _draw_lines(
        canvas, 288, words.say("Type this code in Circle Time to give the panel its room, or scan it")
    )
    canvas.text(_LEFT, 394, shorten(name, fonts.B20, _WIDTH), fonts.B20)
    foot.draw_code(canvas, view.web_url or "", _RIGHT, 152 - 17, 240)


def _draw_trouble(canvas: "Canvas", view: "View") -> None:
    canvas.text(_LEFT, 152, words.upper(words.say("New panel")), fonts.B20)
    number = " · E%d" % view.trouble if view.trouble else ""
    said = words.say(view.notice or "") + number
    font, lines = fit(said, ((fonts.D32, 2), (fonts.D26, 3), (fonts.D22, 4)), _RIGHT - _LEFT)
    for index, line in enumerate(lines):
        canvas.text(_LEFT, 202 + index * (font.height - 3), line, font)
    canvas.text(_LEFT, 340, words.say("It goes on asking. Its hub is"), fonts.T25)
    canvas.text(_LEFT, 374, shorten(view.web_url or "", fonts.T25, _RIGHT - _LEFT), fonts.T25)


def _draw_lines(canvas: "Canvas", baseline: int, sentence: str) -> None:
    font, lines = fit(sentence, ((fonts.T25, 3),), _WIDTH)
    for index, line in enumerate(lines):
        canvas.text(_LEFT, baseline + index * (font.height + 2), line, font)
