"""The panel knows no Wi-Fi: how to tell it one, from a phone. `claim` is the name and the password of its own."""

from firmware import fonts
from firmware.screens import foot, words
from firmware.text_layout import fit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.view import View

_LEFT, _RIGHT = 40, 760
_WIDTH = 440


def draw(canvas: "Canvas", view: "View") -> None:
    ssid, key = view.claim or ("", "")
    canvas.text(_LEFT, 76, "Circle Time", fonts.D50)
    canvas.fill(_LEFT, 103, _RIGHT - _LEFT, 3)
    canvas.text(_LEFT, 152, words.upper(words.say("New panel")), fonts.B20)
    said = words.say("Join its Wi-Fi with a phone, and tell it yours")
    font, lines = fit(said, ((fonts.D32, 2), (fonts.D26, 3)), _WIDTH)
    for index, line in enumerate(lines):
        canvas.text(_LEFT, 196 + index * (font.height - 3), line, font)
    canvas.text(_LEFT, 276, words.say("Wi-Fi"), fonts.T20)
    canvas.text(_LEFT, 302, ssid, fonts.B20)
    canvas.text(_LEFT, 334, words.say("Password"), fonts.T20)
    canvas.text(_LEFT, 370, key, fonts.D40)
    canvas.text(_LEFT, 406, view.notice or "", fonts.B20)
    foot.draw_code(canvas, view.web_url or "", _RIGHT, 152 - 17, 240)
