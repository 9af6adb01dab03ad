"""The picture: what is drawn is taken down, and its dots are made a strip of rows at a time.

A whole frame would take a quarter of a small heap. So `text`, `fill` and the rest only take note; `rows` makes the
dots of one strip, 1 for black ink, as `shared.panel_screen` sends them; and `marks` tells which strips differ from
an earlier picture's, without making a dot.
"""

import binascii
from array import array
from math import cos, pi, sin

import framebuf

from firmware.strips import HEAD_BYTES
from shared.panel_screen import HEIGHT_PX, ROW_BYTES, STRIP_ROWS, WIDTH_PX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.fonts import Font

STRIPS = HEIGHT_PX // STRIP_ROWS


class Strip:
    """The dots of `rows` rows from `top` on."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.buffer = bytearray(rows * ROW_BYTES)
        self.dots = framebuf.FrameBuffer(self.buffer, WIDTH_PX, rows, framebuf.MONO_HLSB)
        self.palette = framebuf.FrameBuffer(bytearray(1), 2, 1, framebuf.MONO_HLSB)
        self.corners = array("h", bytes(16))
        self.top = 0


class Canvas:
    """Draws in `ink` on `paper`."""

    def __init__(self) -> None:
        self._strip = Strip(STRIP_ROWS)
        self._notes: list[Any] = []  # each as `note` has it
        self.marks = [0] * STRIPS
        """A number for each strip: where two pictures' are the same, so are their dots."""
        self.set_ink(1)
        self.clear()

    def set_ink(self, ink: int) -> None:
        self.ink, self.paper = ink, 1 - ink

    def clear(self) -> None:
        """Begins a new picture, all paper."""
        self._notes.clear()
        self._background = self.paper
        for strip in range(STRIPS):
            self.marks[strip] = self.paper

    def fill(self, x: int, y: int, width: int, height: int) -> None:
        self.note(y, y + height, _fill, "fill", (x, y, width, height))

    def polygon(self, corners: "tuple[int, ...]") -> None:
        """Fills the polygon whose corners are `x0, y0, x1, y1, ...`."""
        heights = [corners[place] for place in range(1, len(corners), 2)]
        self.note(min(heights), max(heights) + 1, _polygon, "polygon", corners)

    def arc(
        self,
        centre: "tuple[int, int]",
        radii: "tuple[int, int]",
        start: int,
        end: int,
        dash: "tuple[int, int]" = (6, 6),
    ) -> None:
        """A piece of a ring between two radii, from `start` to `end` in minutes of a twelve-hour face, 720 to the
        round: in dashes so long, each beginning so much after the one before."""
        heights = [at(centre, radius, minute)[1] for radius in radii for minute in (start, end)]
        for turn, way in ((0, -1), (360, 1)):
            if (turn - start) % 720 <= end - start:
                heights.append(centre[1] + way * max(radii))
        what = centre + radii + (start, end) + dash
        self.note(min(heights) - 1, max(heights) + 2, _arc, "arc", what)

    def text(self, x: int, baseline: int, words: str, font: "Font") -> int:
        """Writes from `x` on, and returns where the pen stands then."""
        top = baseline - font.ascent
        self.note(top, top + font.height, _text, font.name, (x, baseline, words), font)
        return x + font.width(words)

    def centred(self, middle: int, baseline: int, words: str, font: "Font") -> None:
        self.text(middle - font.width(words) // 2, baseline, words, font)

    def grey(self, x: int, y: int, width: int, height: int) -> None:
        """Takes every second dot of ink away, as in a chessboard."""
        self.note(y, y + height, _grey, "grey", (x, y, width, height))

    def modules(self, x: int, y: int, rows: bytearray, size: int, scale: int) -> None:
        """Draws a square of `size` modules, one byte each, in black whatever the ink is. `rows` is kept."""
        what = (x, y, size, scale, binascii.crc32(rows))
        self.note(y, y + size * scale, _modules, "modules", what, rows)

    def picture(self, x: int, y: int, found: "tuple[str, int, int]", height: int) -> None:
        """Draws the first `height` rows of a picture of `firmware.strips`, in the ink; its path says what is in it."""
        path, width, high = found
        self.note(y, y + min(height, high), _picture, "picture", (x, y, width, min(height, high), path))

    def rows(self, first_row: int, strip: "Strip | None" = None) -> memoryview:
        """The dots of STRIP_ROWS rows from `first_row` on, good until the next call; or of what rows `strip` has,
        good until its next."""
        strip = strip or self._strip
        strip.top = first_row
        strip.dots.fill(self._background)
        for note in self._notes:
            if note[0] < first_row + strip.rows and note[1] > first_row:
                note[2](strip, note)
        return memoryview(strip.buffer)

    def note(
        self, first: int, after: int, draw: "Any", name: str, what: "tuple[Any, ...]", thing: "Any" = None
    ) -> None:
        """What reaches from row `first` to the row before `after` is drawn by `draw(strip, note)`, when its strips
        are; `note` is `first, after, draw, ink, thing` and the items of `what`.

        `name`, ink and `what` say all of the picture; `thing` is what it takes to draw it.
        """
        self._notes.append((first, after, draw, self.ink, thing) + what)  # noqa: RUF005
        mark = repr((name, self.ink, what)).encode()
        for strip in range(max(first // STRIP_ROWS, 0), min((after - 1) // STRIP_ROWS + 1, STRIPS)):
            self.marks[strip] = binascii.crc32(mark, self.marks[strip])


def at(centre: "tuple[int, int]", radius: int, minute: int) -> "tuple[int, int]":
    """The dot that far from the centre, where the hour hand points at `minute` of a twelve-hour face."""
    angle = minute % 720 * pi / 360
    return round(centre[0] + radius * sin(angle)), round(centre[1] - radius * cos(angle))


def draw_circle(strip: "Strip", x: int, y: int, radius: int, ink: int) -> None:
    strip.dots.ellipse(x, y - strip.top, radius, radius, ink)


def draw_arc(
    strip: "Strip",
    centre: "tuple[int, int]",
    radii: "tuple[int, int]",
    span: "tuple[int, int]",
    dash: "tuple[int, int]",
    ink: int,
) -> None:
    """As `Canvas.arc`, on one strip, at once; `span` is start and end."""
    corners = strip.corners
    for step in range(span[0], span[1], dash[1]):
        after = min(step + dash[0], span[1])
        corners[0], corners[1] = at(centre, radii[0], step)
        corners[2], corners[3] = at(centre, radii[1], step)
        corners[4], corners[5] = at(centre, radii[1], after)
        corners[6], corners[7] = at(centre, radii[0], after)
        strip.dots.poly(0, -strip.top, corners, ink, True)


def _fill(strip: "Strip", note: "Any") -> None:
    x, y, width, height = note[5:]
    strip.dots.fill_rect(x, y - strip.top, width, height, note[3])


def _polygon(strip: "Strip", note: "Any") -> None:
    strip.dots.poly(0, -strip.top, array("h", note[5:]), note[3], True)


def _arc(strip: "Strip", note: "Any") -> None:
    what = note[5:]
    draw_arc(strip, what[:2], what[2:4], what[4:6], what[6:], note[3])


def _text(strip: "Strip", note: "Any") -> None:
    x, baseline, words = note[5:]
    strip.palette.pixel(0, 0, 1 - note[3])
    strip.palette.pixel(1, 0, note[3])
    note[4].write(strip.dots, x, baseline - strip.top, words, strip.palette)


def _grey(strip: "Strip", note: "Any") -> None:
    x, y, width, height = note[5:]
    top, paper = strip.top, 1 - note[3]
    for row in range(max(y, top), min(y + height, top + strip.rows)):
        for column in range(x + (x + row) % 2, x + width, 2):
            strip.dots.pixel(column, row - top, paper)


def _picture(strip: "Strip", note: "Any") -> None:
    """Row by row from flash. What is no longer there is not drawn."""
    x, y, width, height, path = note[5:]
    row_bytes = (width + 7) // 8
    row = bytearray(row_bytes)
    dots = framebuf.FrameBuffer(row, width, 1, framebuf.MONO_HLSB)
    strip.palette.pixel(0, 0, 1 - note[3])
    strip.palette.pixel(1, 0, note[3])
    first = max(y, strip.top)
    try:
        with open(path, "rb") as file:
            file.seek(HEAD_BYTES + (first - y) * row_bytes)
            for at_y in range(first, min(y + height, strip.top + strip.rows)):
                file.readinto(row)
                strip.dots.blit(dots, x, at_y - strip.top, 1 - note[3], strip.palette)
    except OSError:
        pass


def _modules(strip: "Strip", note: "Any") -> None:
    x, y, size, scale, _ = note[5:]
    rows = note[4]
    for row in range(size):
        top = y + row * scale - strip.top
        if -scale < top < strip.rows:
            for column in range(size):
                if rows[row * size + column]:
                    strip.dots.fill_rect(x + column * scale, top, scale, scale, 1)
