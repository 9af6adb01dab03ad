"""Codes against qr_codes.json: what segno 1.6 (mask 0, level M) makes of a text that fills each version."""

import json
from pathlib import Path

import pytest

from firmware import qr

CODES = json.loads((Path(__file__).parent / "qr_codes.json").read_text())
PAD = (0xEC, 0x11)


@pytest.mark.parametrize("text", CODES, ids=[f"version-{number}" for number in range(1, 7)])
def test_full_code_has_the_modules_of_the_reference(text):
    size, modules = qr.encode(text)
    rows = [
        "".join("#" if dark else "." for dark in modules[at : at + size])
        for at in range(0, size * size, size)
    ]
    assert rows == CODES[text]


@pytest.mark.parametrize("length", range(107))
def test_code_reads_back_as_its_text(length):
    text = "http://127.0.0.1:8000/rooms/AbCdEf123456"[:length].ljust(length, "/")
    assert _read(*qr.encode(text), length) == text


def test_text_past_version_6_is_refused():
    with pytest.raises(ValueError, match="too long"):
        qr.encode("x" * (qr.MOST_BYTES + 1))


def _read(size, modules, length):
    """A reader of its own: walks the free modules, unmasks, unweaves, and checks length and padding."""
    number = (size - 17) // 4
    data_bytes = (16, 28, 44, 64, 86, 108)[number - 1]
    blocks = (1, 1, 1, 2, 2, 4)[number - 1]
    bits = "".join(
        str(modules[row * size + column] ^ (row + column + 1) % 2) for row, column in _free(size, number)
    )
    woven = [int(bits[at : at + 8], 2) for at in range(0, 8 * data_bytes, 8)]
    stream = [byte for block in range(blocks) for byte in woven[block::blocks]]
    nibbles = "".join(f"{byte:02x}" for byte in stream)
    assert nibbles[:3] == f"4{length:02x}"
    rest = bytes.fromhex(nibbles[4 + 2 * length :])
    assert nibbles[3 + 2 * length] == "0"
    assert list(rest) == [PAD[at % 2] for at in range(len(rest))]
    return bytes.fromhex(nibbles[3 : 3 + 2 * length]).decode()


def _free(size, number):
    """Where data lies, in the order of ISO/IEC 18004, 7.7.3."""
    centre = size - 7 if number > 1 else -9
    columns = [*range(size - 1, 6, -2), 5, 3, 1]
    for index, right in enumerate(columns):
        for row in range(size) if index % 2 else range(size - 1, -1, -1):
            for column in (right, right - 1):
                corner = (row < 9 and (column < 9 or column > size - 9)) or (row > size - 9 and column < 9)
                alignment = abs(row - centre) < 3 and abs(column - centre) < 3
                if not corner and not alignment and row != 6:
                    yield row, column
