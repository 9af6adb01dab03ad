"""Glyph packs, read from flash as they are needed (README.md here describes their bytes).

Only a pack's table of ranges stays in memory. Glyphs lately used are kept in two generations: when
the young one is full it becomes the old one, and what is used again moves back to the young.
"""

import struct

import framebuf
from micropython import const

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Glyph = tuple[int, int, int, int, int, Any]
    """Advance, left, top (down from the line's top), width, height, and the ink or None for a box."""

_GENERATION = const(28)
_FOLDER = __file__.rsplit("/", 1)[0]

_young: "dict[int, Glyph]" = {}
_old: "dict[int, Glyph]" = {}


class Font:
    """One face at one size; `ascent` and `height` are in px."""

    __slots__ = ("_file", "_key", "_ranges", "_records", "ascent", "height")

    def __init__(self, name: str, key: int) -> None:
        self._file = open(_FOLDER + "/" + name + ".pack", "rb")
        _, self.ascent, descent, ranges, _ = struct.unpack("<2sBBHH", self._file.read(8))
        self._ranges = self._file.read(6 * ranges)
        self._records = 8 + 6 * ranges
        self.height: int = self.ascent + descent
        self._key = key << 21

    def glyph(self, code: int) -> "Glyph":
        """The picture of a code point: nothing for marks without width, a box for what the pack lacks."""
        global _young, _old
        key = self._key | code
        found = _young.get(key)
        if found is not None:
            return found
        found = _old.get(key) or self._read(code)
        if len(_young) >= _GENERATION:
            _old, _young = _young, {}
        _young[key] = found
        return found

    def width(self, words: str) -> int:
        """How far the pen moves over `words`, in px."""
        total = 0
        for character in words:
            total += self.glyph(ord(character))[0]
        return total

    def _read(self, code: int) -> "Glyph":
        index = self._index(code)
        if index < 0:
            return self._stand_in(code)
        self._file.seek(self._records + 8 * index)
        advance, left, top, width, height, high, low = struct.unpack("<BbbBBBH", self._file.read(8))
        if not width:
            return advance, 0, 0, 0, 0, None
        self._file.seek(high << 16 | low)
        rows = bytearray(self._file.read((width + 7) // 8 * height))
        return (
            advance,
            left,
            top,
            width,
            height,
            framebuf.FrameBuffer(rows, width, height, framebuf.MONO_HLSB),
        )

    def _index(self, code: int) -> int:
        for at in range(0, len(self._ranges), 6):
            first, last, index = struct.unpack_from("<HHH", self._ranges, at)
            if first <= code <= last:
                return int(index + code - first)
        return -1

    def _stand_in(self, code: int) -> "Glyph":
        if _has_no_width(code):
            return 0, 0, 0, 0, 0, None
        if code < 32:
            return self.glyph(32)
        high = self.ascent * 5 // 8
        return high + 2, 1, self.ascent - high, high - 2, high, None


def _has_no_width(code: int) -> bool:
    """Combining marks, joiners and direction marks, which many calendars leave in titles."""
    return (
        0x300 <= code < 0x370
        or 0x200B <= code <= 0x200F
        or 0x202A <= code <= 0x202E
        or 0x2060 <= code <= 0x2069
        or 0xFE00 <= code <= 0xFE0F
        or code in (0xAD, 0xFEFF)
    )


D64 = Font("display64", 0)
D50 = Font("display50", 1)
D40 = Font("display40", 2)
D32 = Font("display32", 3)
D26 = Font("display26", 4)
D22 = Font("display22", 5)
T25 = Font("text25", 6)
T20 = Font("text20", 7)
B20 = Font("bold20", 8)
