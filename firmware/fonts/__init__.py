"""Glyph packs, read from flash glyph by glyph (README.md here describes their bytes).

In memory are only the ranges, the advances of ASCII, and one buffer for the glyph being drawn. A cache of glyphs
was tried: it left one in every 2 KB of the heap, and no room in one piece for the next RoomState.
"""

import struct
from array import array

import framebuf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from framebuf import FrameBuffer

_FOLDER = __file__.rsplit("/", 1)[0]
_HEADER, _RECORD = "<2sBBHH", "<bbBBBH"
_RECORD_BYTES = 7

_ASCII = 95
"""Every pack begins with the glyphs of ASCII, 0x20 to 0x7E."""

_rows = bytearray(9 * 80)
"""The glyph being drawn: none is wider than 72 px or higher than 80 (tests/firmware/test_fonts.py)."""

_ranges: "list[array[int]]" = []


def code_points(words: str) -> "Iterator[int]":
    """The code points of `words`.

    MicroPython keeps every character that a loop over a str, or an index into it, has ever made (it interns
    them); a panel that hangs for years would fill its heap with the alphabets of its titles.
    """
    code = more = 0
    for byte in words.encode():
        if byte < 0x80:
            yield byte
        elif byte >= 0xC0:
            more = 1 if byte < 0xE0 else 2 if byte < 0xF0 else 3
            code = byte & (0x3F >> more)
        else:
            code = code << 6 | byte & 0x3F
            more -= 1
            if not more:
                yield code


class Font:
    """One face at one size; `ascent` and `height` are in px."""

    __slots__ = ("_advances", "_advances_at", "_file", "_ranges", "_records_at", "ascent", "height", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self._file = open(_FOLDER + "/" + name + ".pack", "rb")
        _, self.ascent, descent, ranges, glyphs = struct.unpack(_HEADER, self._file.read(8))
        self.height: int = self.ascent + descent
        self._ranges = _known_ranges(self._file.read(6 * ranges))
        self._advances = self._file.read(_ASCII)
        self._advances_at = 8 + 6 * ranges
        self._records_at = self._advances_at + glyphs

    def width(self, words: str) -> int:
        """How far the pen moves over `words`, in px."""
        total = 0
        for code in code_points(words):
            total += self.advance(code)
        return total

    def advance(self, code: int) -> int:
        index = self._index(code)
        if 0 <= index < _ASCII:
            return self._advances[index]
        if index >= 0:
            self._file.seek(self._advances_at + index)
            return self._file.read(1)[0]
        return 0 if _has_no_width(code) else self.ascent * 5 // 8 + 2

    def has_all(self, words: str) -> bool:
        """Whether no box would stand in these words."""
        return all(self._index(code) >= 0 or _has_no_width(code) for code in code_points(words))

    def write(self, dots: "FrameBuffer", x: int, baseline: int, words: str, palette: "FrameBuffer") -> int:
        """Lays the ink of `words` on `dots`, and returns where the pen stands then.

        `palette` is two dots, the paper and the ink; what has the paper's colour is left as it is.
        """
        for code in code_points(words):
            self._draw(dots, x, baseline - self.ascent, code, palette)
            x += self.advance(code)
        return x

    def _draw(self, dots: "FrameBuffer", x: int, top: int, code: int, palette: "FrameBuffer") -> None:
        """One code point: nothing for a mark without width, a box for what the pack lacks."""
        index = self._index(code)
        if index < 0:
            if not _has_no_width(code):
                high = self.ascent * 5 // 8
                dots.rect(x + 1, top + self.ascent - high, high - 2, high, palette.pixel(1, 0))
            return
        self._file.seek(self._records_at + _RECORD_BYTES * index)
        left, down, width, height, place_high, place = struct.unpack(_RECORD, self._file.read(_RECORD_BYTES))
        if width:
            self._file.seek(place_high << 16 | place)
            self._file.readinto(memoryview(_rows)[: (width + 7) // 8 * height])
            ink = framebuf.FrameBuffer(_rows, width, height, framebuf.MONO_HLSB)
            dots.blit(ink, x + left, top + down, palette.pixel(0, 0), palette)

    def _index(self, code: int) -> int:
        """A code point's place in the pack, or -1."""
        code = max(code, 32)  # tabs, line ends and what else should not be in a title
        ranges = self._ranges
        for at in range(0, len(ranges), 3):
            if ranges[at] <= code <= ranges[at + 1]:
                return ranges[at + 2] + code - ranges[at]
        return -1


def _known_ranges(packed: bytes) -> "array[int]":
    """Most packs cover the same ranges: they share one array."""
    for known in _ranges:
        if bytes(known) == packed:
            return known
    _ranges.append(array("H", packed))
    return _ranges[-1]


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


D64 = Font("display64")
D50 = Font("display50")
D40 = Font("display40")
D32 = Font("display32")
D26 = Font("display26")
D22 = Font("display22")
T25 = Font("text25")
T20 = Font("text20")
B20 = Font("bold20")
