"""Words in a script that a panel's glyph packs lack, as a picture: what a panel asks the hub for, and gets.

A picture has `width` times `height` dots, each row from the left in whole bytes, 1 for ink.
"""

import json
from binascii import a2b_base64, b2a_base64

from shared.checked import identifier, integer, text

STRIP = "strip"
NAME, TITLE, DETAIL = 0, 1, 2
STYLES = ((340, 1, 48, 38, 36), (222, 2, 30, 25, 24), (222, 1, 27, 20, 18))
"""Widest in px, lines at most, height of a line, its baseline, and how large the letters are, of a room's name, a title and
what stands below one."""

TEXT_BYTES = 120
MAX_REPLY_BYTES = 4096


def strip_request(request_id: str, style: int, words: str) -> str:
    return json.dumps({"id": request_id, "kind": STRIP, "style": style, "text": words})


def check_strip_request(found: "dict[str, object]") -> None:
    """Raises ValueError for what is not one."""
    integer(found, "style", 0, len(STYLES) - 1)
    if len(text(found, "text", TEXT_BYTES, 1).encode()) > TEXT_BYTES:
        raise ValueError("text is too long")


def strip_reply(request_id: str, width: int, height: int, dots: bytes) -> str:
    """No dots at all: the hub has no such letters either."""
    said = {"id": request_id, "kind": STRIP, "width": width, "height": height}
    return json.dumps(said | {"dots": b2a_base64(dots, newline=False).decode()}, separators=(",", ":"))


def parse_strip_reply(found: "dict[str, object]", style: int) -> "tuple[str, int, int, bytes]":
    """Whose answer it is, width, height and dots, none of it larger than that style may be. Raises ValueError."""
    widest, lines, line_px, _, _ = STYLES[style]
    width, height = integer(found, "width", 0, widest), integer(found, "height", 0, lines * line_px)
    dots = a2b_base64(text(found, "dots", MAX_REPLY_BYTES))
    if len(dots) != (width + 7) // 8 * height:
        raise ValueError("as many dots as it says are not there")
    return identifier(found, "id"), width, height, dots
