"""Below the ring and the column: the link to the room's page, and the three soft keys."""

from firmware import fonts, rare
from firmware.screens import words
from firmware.screens.column import BOTTOM, RIGHT
from firmware.text_layout import shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.canvas import Canvas
    from firmware.screens.keys import Keys
    from firmware.screens.view import View

_KEYS_Y, _KEY_WIDTH = 421, 266
_LINK_BOTTOM = 405
_kept: "tuple[str, tuple[int, bytearray]] | None" = None
_QUIET = 4
"""Modules of paper that a reader needs around a code (ISO/IEC 18004, 6.3.8)."""


def draw_link(canvas: "Canvas", view: "View", first: str, second: str) -> int:
    """The code of `web_url` and what it is for, where there is one; returns the height at which they begin."""
    code = _code(view.web_url) if view.web_url else None
    if code is None:
        return BOTTOM
    size, modules = code
    scale = max(100 // size, 3)
    left, top = RIGHT - size * scale, _LINK_BOTTOM - size * scale
    quiet = _QUIET * scale
    if not canvas.ink:  # readers want black on white
        canvas.fill(left - quiet, top - quiet, size * scale + 2 * quiet, size * scale + 2 * quiet)
    canvas.modules(left, top, modules, size, scale)
    first, second = words.say(first), words.say(second)
    words_right = left - quiet - 4
    canvas.text(words_right - fonts.B20.width(first), _LINK_BOTTOM - 29, first, fonts.B20)
    canvas.text(words_right - fonts.T20.width(second), _LINK_BOTTOM - 4, second, fonts.T20)
    return top - quiet


def draw_code(canvas: "Canvas", url: str, right: int, top: int, most_px: int) -> None:
    """The code of `url` as large as fits into a square of `most_px`, where there is one."""
    code = _code(url) if url else None
    if code is not None:
        size, modules = code
        scale = most_px // size
        canvas.modules(right - size * scale, top, modules, size, scale)


def _code(url: str) -> "tuple[int, bytearray] | None":
    """The code is kept: it is the same for years, and its kilobyte in one piece is hard to find twice.
    None where it is too long, or a crowded heap has none: a picture without its code still tells the truth."""
    global _kept
    if _kept is None or _kept[0] != url:
        try:
            _kept = (url, rare.load("firmware.qr").encode(url))
        except (MemoryError, ValueError):
            return None
    return _kept[1]


def draw_keys(canvas: "Canvas", view: "View", keys: "Keys") -> None:
    """Grey when a key cannot be used; inverted when it is held down, or was and the hub has not answered."""
    canvas.fill(0, _KEYS_Y, 800, 3)
    if not (keys[0][0] or keys[1][0] or keys[2][0]):
        return
    for index, (label, action, enabled) in enumerate(keys):
        left = index * 800 // 3
        if index:
            canvas.fill(left, _KEYS_Y + 14, 2, 34)
        if label:
            taken = enabled and (action is None or view.pressed == index)
            _draw_key(canvas, left, label, taken=taken, enabled=enabled)


def _draw_key(canvas: "Canvas", left: int, label: str, *, taken: bool, enabled: bool) -> None:
    if taken:
        canvas.fill(left + 11, _KEYS_Y + 10, _KEY_WIDTH - 20, 42)
        canvas.set_ink(canvas.paper)
    label = words.say(label)
    font = fonts.D26 if fonts.D26.width(label) <= _KEY_WIDTH - 28 else fonts.D22
    fitting = shorten(label, font, _KEY_WIDTH - 28)
    canvas.centred(left + _KEY_WIDTH // 2 + 1, _KEYS_Y + 40, fitting, font)
    if taken:
        canvas.set_ink(canvas.paper)
    if not enabled:
        canvas.grey(left + 8, _KEYS_Y + 8, _KEY_WIDTH - 14, 46)
