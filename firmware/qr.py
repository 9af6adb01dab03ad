"""QR codes for the panel's links: byte mode, error correction M, versions 1 to 6 (ISO/IEC 18004).

The mask is always pattern 0: every reader takes any mask, and judging all eight would take a board seconds.
"""

# Per version: bytes in all, check bytes a block, blocks, centre of the alignment pattern.
_VERSIONS = (
    (26, 10, 1, 0),
    (44, 16, 1, 18),
    (70, 26, 1, 22),
    (100, 18, 2, 26),
    (134, 24, 2, 30),
    (172, 16, 4, 34),
)
MOST_BYTES = 106
_FORMAT = 0b101010000010010  # level M, mask 0, with its check bits and mask (table C.1)
_DARK, _FREE = 1, 2


def encode(text: str) -> "tuple[int, bytearray]":
    """The code's size in modules, and its modules row by row, 1 for dark.

    Raises ValueError when `text` has more than `MOST_BYTES`, which version 6 holds.
    """
    data = text.encode()
    for number, (total, check, blocks, centre) in enumerate(_VERSIONS, 1):
        if len(data) + 2 <= total - check * blocks:
            size = 17 + 4 * number
            modules = bytearray(b"\x02" * (size * size))  # _FREE
            _draw_patterns(modules, size, centre)
            _fill(modules, size, _codewords(data, total - check * blocks, check, blocks))
            return size, modules
    raise ValueError("too long for a code")


def _draw_patterns(modules: bytearray, size: int, centre: int) -> None:
    for at in range(8, size - 8):
        modules[6 * size + at] = modules[at * size + 6] = 1 - at % 2
    for row, column in ((3, 3), (3, size - 4), (size - 4, 3)):
        _square(modules, size, row, column, 4, (1, 1, 0, 1, 0))
    if centre:
        _square(modules, size, centre, centre, 2, (1, 0, 1))
    for bit in range(15):
        dark = _FORMAT >> bit & 1
        if bit < 8:
            modules[(bit + (bit > 5)) * size + 8] = modules[8 * size + size - 1 - bit] = dark
        else:
            modules[8 * size + 14 - bit + (bit == 8)] = modules[(size - 15 + bit) * size + 8] = dark
    modules[(size - 8) * size + 8] = _DARK


def _square(
    modules: bytearray, size: int, row: int, column: int, reach: int, rings: "tuple[int, ...]"
) -> None:
    """Rings around a centre, the innermost first; what lies outside the code is left out."""
    for down in range(-reach, reach + 1):
        for across in range(-reach, reach + 1):
            if 0 <= row + down < size and 0 <= column + across < size:
                modules[(row + down) * size + column + across] = rings[max(abs(down), abs(across))]


def _codewords(data: bytes, room: int, check: int, blocks: int) -> bytearray:
    """Data and check bytes, interleaved over the blocks (all are equally long in these versions)."""
    # Mode 0100, the length in 8 bits, the data, and a terminator 0000 fall half a byte off the bytes.
    stream = bytearray(room)
    stream[0] = 0x40 | len(data) >> 4
    stream[1] = len(data) << 4 & 0xF0
    for at, byte in enumerate(data):
        stream[at + 1] |= byte >> 4
        stream[at + 2] = byte << 4 & 0xF0
    for at in range(len(data) + 2, room):
        stream[at] = 0x11 if (at - len(data)) % 2 else 0xEC
    length = room // blocks
    parts = [stream[at : at + length] for at in range(0, room, length)]
    checks = [_check_bytes(part, check) for part in parts]
    woven = bytearray(part[at] for at in range(length) for part in parts)
    return woven + bytearray(part[at] for at in range(check) for part in checks)


def _check_bytes(data: bytearray, count: int) -> bytearray:
    """The remainder of `data` over the Reed-Solomon generator of degree `count`."""
    divisor = bytearray(count)
    divisor[-1] = 1
    root = 1
    for _ in range(count):
        for at in range(count):
            divisor[at] = _times(divisor[at], root) ^ (divisor[at + 1] if at + 1 < count else 0)
        root = _times(root, 2)
    rest = bytearray(count)
    for byte in data:
        factor = byte ^ rest[0]
        for at in range(count):
            rest[at] = (rest[at + 1] if at + 1 < count else 0) ^ _times(divisor[at], factor)
    return rest


def _times(a: int, b: int) -> int:
    """The product in GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product


def _fill(modules: bytearray, size: int, codewords: bytearray) -> None:
    """Lays the bits in pairs of columns from the right, up and down in turn, masked where (row + column) is even."""
    bit, bits = 0, 8 * len(codewords)
    right = size - 1
    while right > 0:
        if right == 6:
            right = 5
        upward = (right + 1) & 2 == 0
        for step in range(size):
            row = size - 1 - step if upward else step
            for column in (right, right - 1):
                if modules[row * size + column] == _FREE:
                    dark = codewords[bit >> 3] >> (7 - bit & 7) & 1 if bit < bits else 0
                    modules[row * size + column] = dark ^ (row + column + 1 & 1)
                    bit += 1
        right -= 2
