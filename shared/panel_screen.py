"""What is on the glass, sent in strips small enough for any broker (contract, `up/screen`).

A strip is four big-endian 16-bit numbers (frame, first row, rows, rows in all), then the rows: 800 pixels
each, 100 bytes, the leftmost pixel in the highest bit, 1 for black ink.
"""

import struct

WIDTH_PX = 800
HEIGHT_PX = 480
ROW_BYTES = WIDTH_PX // 8
STRIP_ROWS = 40
FRAMES = 65536

_HEADER = ">HHHH"
_HEADER_BYTES = 8
STRIP_BYTES = _HEADER_BYTES + STRIP_ROWS * ROW_BYTES
"""A message's length."""


def strip_header(frame: int, first_row: int) -> bytes:
    return struct.pack(_HEADER, frame % FRAMES, first_row, STRIP_ROWS, HEIGHT_PX)


def parse_strip(payload: bytes) -> "tuple[int, int, bytes]":
    """Frame, first row and the rows' bytes. Raises ValueError where they do not fit one another."""
    if len(payload) != STRIP_BYTES:
        raise ValueError("not a strip's length")
    frame, first_row, rows, in_all = struct.unpack(_HEADER, payload[:_HEADER_BYTES])
    if rows != STRIP_ROWS or in_all != HEIGHT_PX or first_row % STRIP_ROWS or first_row >= HEIGHT_PX:
        raise ValueError("not a strip of this glass")
    return frame, first_row, payload[_HEADER_BYTES:]
