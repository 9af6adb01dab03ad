"""Words in a script that the glyph packs lack: pictures that the hub has drawn, kept in flash (docs/firmware.md).

A picture's file is named after its words; at most MOST are kept, and the one that came first goes first. Nothing waits for
one: where it is not there it is `wanted`, and boxes stand for its letters meanwhile.
"""

import binascii
import hashlib
import os
import struct

from firmware import flash_file, ticks
from firmware.command_outbox import new_id
from shared import text_strip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.fonts import Font

    Found = tuple[str, int, int]
    """Path, width and height."""

INCOMING = "reply.json"
FOLDER = "strips"
MOST = 48
_KEY_BYTES = 8
_HEAD = ">HH"
HEAD_BYTES = 4

AGAIN_MS = 30000
"""An answer that has not come by then is asked for again."""

SOON_MS = 5000
"""How long a panel on battery stays awake for it."""

NONE_FOR_MS = 3600000
"""A hub without the font is asked no more for so long: somebody may install it."""


class Strips:
    def __init__(self) -> None:
        self.wanted: tuple[int, str] | None = None
        self._asked: tuple[int, str, str] | None = None
        self._asked_ticks = self._none_ticks = 0
        self._none = False

    def find(self, style: int, words: str, font: "Font") -> "Found | None":
        """The picture of words that `font` has not all letters for; None where it has, or none came yet."""
        if font.has_all(words):
            return None
        words = _cut(words)
        path = FOLDER + "/" + _key(style, words)
        try:
            with open(path, "rb") as file:
                width, height = struct.unpack(_HEAD, file.read(HEAD_BYTES))
        except (OSError, ValueError):
            self.wanted = self.wanted or (style, words)
            return None
        widest, lines, line_px, _, _ = text_strip.STYLES[style]
        return (path, width, height) if 0 < width <= widest and 0 < height <= lines * line_px else None

    def question(self) -> "str | None":
        """What to ask the hub now for what is wanted, if anything."""
        wanted, self.wanted = self.wanted, None
        if self._none and ticks.since_ms(self._none_ticks) < NONE_FOR_MS:
            return None
        waits = self._asked is not None and ticks.since_ms(self._asked_ticks) < AGAIN_MS
        if wanted is None or waits:
            return None
        self._asked = (wanted[0], wanted[1], new_id())
        self._asked_ticks = ticks.now_ms()
        return text_strip.strip_request(self._asked[2], wanted[0], wanted[1])

    def not_answered(self) -> None:
        """The link is lost, and any answer with it: the next look asks again."""
        self._asked = None

    @property
    def expects_answer(self) -> bool:
        """Whether the hub may be about to answer."""
        return self._asked is not None and ticks.since_ms(self._asked_ticks) < SOON_MS

    def take(self, reply: "dict[str, object]") -> None:
        """The hub's answer. Raises ValueError for what is none to what was asked, OSError where the flash is full."""
        if self._asked is None:
            raise ValueError("nothing was asked")
        style, words, asked_id = self._asked
        answers, width, height, dots = text_strip.parse_strip_reply(reply, style)
        if answers != asked_id:
            raise ValueError("an answer to another question")
        self._asked = None
        self._none = not dots
        if dots:
            _keep(_key(style, words), struct.pack(_HEAD, width, height) + dots)
        else:
            self._none_ticks = ticks.now_ms()


def _cut(words: str) -> str:
    """Whole characters, no more than the hub takes."""
    raw = words.encode()
    end = min(len(raw), text_strip.TEXT_BYTES)
    while end < len(raw) and raw[end] & 0xC0 == 0x80:
        end -= 1
    return raw[:end].decode()


def _key(style: int, words: str) -> str:
    found = hashlib.sha256(b"%d" % style + words.encode()).digest()
    return binascii.hexlify(found[:_KEY_BYTES]).decode()


def _keep(key: str, content: bytes) -> None:
    """The index, one line a picture, is written first: what it names may be missing, but nothing is there unnamed."""
    kept = _index()
    if key not in kept:
        for old in kept[: max(0, len(kept) - MOST + 1)]:
            flash_file.remove(FOLDER + "/" + old)
        kept = kept[-(MOST - 1) :] + [key]  # noqa: RUF005  MicroPython unpacks into no list
        flash_file.replace(FOLDER + ".txt", "".join([each + "\n" for each in kept]))
    with open(FOLDER + ".new", "wb") as file:  # one place for all that is half written
        file.write(content)
    os.rename(FOLDER + ".new", FOLDER + "/" + key)


def _index() -> "list[str]":
    """The keys, oldest first; makes the folder, and empties it where its index is not to be read."""
    try:
        os.mkdir(FOLDER)
    except OSError:  # it is there
        pass
    found = flash_file.read(FOLDER + ".txt", (MOST + 1) * (2 * _KEY_BYTES + 1)).decode().split()
    if not found:
        for name in os.listdir(FOLDER):
            flash_file.remove(FOLDER + "/" + name)
    return found


strips = Strips()
