"""The picture in memory: 800x480 dots of one bit, 1 for black ink, as `shared.panel_screen` sends them."""

import framebuf

from shared.panel_screen import HEIGHT_PX, ROW_BYTES, WIDTH_PX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array

    from firmware.fonts import Font


class Canvas:
    """Draws in `ink` on `paper`. Make it first of all at boot: `buffer` is 48,000 bytes in one piece."""

    def __init__(self) -> None:
        self.buffer = bytearray(HEIGHT_PX * ROW_BYTES)
        self._dots = framebuf.FrameBuffer(self.buffer, WIDTH_PX, HEIGHT_PX, framebuf.MONO_HLSB)
        self._palette = framebuf.FrameBuffer(bytearray(1), 2, 1, framebuf.MONO_HLSB)
        self.set_ink(1)

    def set_ink(self, ink: int) -> None:
        self.ink, self.paper = ink, 1 - ink
        self._palette.pixel(0, 0, self.paper)
        self._palette.pixel(1, 0, ink)

    def clear(self) -> None:
        self._dots.fill(self.paper)

    def fill(self, x: int, y: int, width: int, height: int) -> None:
        self._dots.fill_rect(x, y, width, height, self.ink)

    def polygon(self, corners: "array[int]", ink: int) -> None:
        """Fills the polygon whose corners are `x0, y0, x1, y1, ...`, 16-bit numbers."""
        self._dots.poly(0, 0, corners, ink, True)

    def circle(self, x: int, y: int, radius: int) -> None:
        self._dots.ellipse(x, y, radius, radius, self.ink)

    def text(self, x: int, baseline: int, words: str, font: "Font") -> int:
        """Writes from `x` on, and returns where the pen stands then."""
        return font.write(self._dots, x, baseline, words, self._palette)

    def centred(self, middle: int, baseline: int, words: str, font: "Font") -> None:
        self.text(middle - font.width(words) // 2, baseline, words, font)

    def grey(self, x: int, y: int, width: int, height: int) -> None:
        """Takes every second dot of ink away, as in a chessboard."""
        for row in range(y, y + height):
            for column in range(x + (x + row) % 2, x + width, 2):
                self._dots.pixel(column, row, self.paper)

    def modules(self, x: int, y: int, rows: bytearray, size: int, scale: int) -> None:
        """Draws a square of `size` modules, one byte each, in black whatever the ink is."""
        for row in range(size):
            for column in range(size):
                if rows[row * size + column]:
                    self._dots.fill_rect(x + column * scale, y + row * scale, scale, scale, 1)
