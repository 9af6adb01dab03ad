"""The committed packs: what they cover, and that the panel's reader and this one see the same bytes."""

import struct
from pathlib import Path

import pytest

from tests import micropython

FONTS = Path(micropython.ROOT) / "firmware" / "fonts"
PACKS = sorted(FONTS.glob("*.pack"))
LATIN = [*range(0x20, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x180)]
GREEK = [*range(0x386, 0x387), *range(0x388, 0x38B), *range(0x38E, 0x3A2), *range(0x3A3, 0x3CF)]
CYRILLIC = [*range(0x400, 0x460), 0x490, 0x491]
# Two letters out of use, which none of the faces draws: boxes on the panel.
LATIN_LEFT_OUT = {0x149, 0x17F}

READ = """
import json, sys
from firmware import fonts
words = json.loads(sys.stdin.readline())
print(json.dumps([[font.height, [font.width(word) for word in words]] for font in (fonts.D32, fonts.T20)]))
"""


def glyphs(pack):
    """Code point to (advance, left, down, width, height, rows)."""
    data = pack.read_bytes()
    magic, _, _, ranges, count = struct.unpack_from("<2sBBHH", data)
    assert magic == b"CT"
    codes = {}
    for at in range(ranges):
        first, last, index = struct.unpack_from("<HHH", data, 8 + 6 * at)
        codes |= {code: index + code - first for code in range(first, last + 1)}
    assert sorted(codes.values()) == list(range(count))
    advances_at = 8 + 6 * ranges
    found = {}
    for code, index in codes.items():
        left, down, width, height, high, low = struct.unpack_from(
            "<bbBBBH", data, advances_at + count + 7 * index
        )
        place = high << 16 | low
        rows = data[place : place + (width + 7) // 8 * height]
        assert len(rows) == (width + 7) // 8 * height
        found[code] = (data[advances_at + index], left, down, width, height, rows)
    return found


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.stem)
def test_pack_covers_the_scripts_of_europe(pack):
    found = glyphs(pack)
    wanted = set(LATIN)
    if pack.stem != "display64":  # it writes only the panel's own words
        wanted |= {*GREEK, *CYRILLIC}
    assert wanted - set(found) == LATIN_LEFT_OUT


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.stem)
def test_every_glyph_has_ink_and_fits_the_drawing_buffer(pack):
    for code, (advance, _, _, width, height, rows) in glyphs(pack).items():
        assert len(rows) <= 9 * 80, chr(code)
        assert advance > 0, chr(code)
        if not chr(code).isspace() and not 0x2000 <= code <= 0x200F:
            assert any(rows), hex(code)
            assert width, height


def test_each_face_brings_its_licence():
    for face in ("bricolage-grotesque", "atkinson-hyperlegible-next", "commissioner"):
        text = (FONTS / f"LICENSE-{face}.txt").read_text()
        assert "SIL OPEN FONT LICENSE Version 1.1" in text
        assert "PERMISSION & CONDITIONS" in text


@micropython.needs_micropython
def test_panel_measures_as_the_packs_say(tmp_path):
    words = ["Story Corner", "Ωκεανός", "Щука", "e\u0301\u200d", "\t", "会"]
    program = tmp_path / "read.py"
    program.write_text(READ)
    process = micropython.Answering(program)
    measured = process.ask(words)
    process.close()
    for (height, widths), name in zip(measured, ("display32", "text20"), strict=True):
        pack = FONTS / f"{name}.pack"
        found = glyphs(pack)
        ascent, descent = pack.read_bytes()[2:4]
        box = ascent * 5 // 8 + 2
        assert height == ascent + descent
        expected = [sum(found[ord(letter)][0] for letter in word) for word in words[:3]]
        assert widths == [*expected, found[ord("e")][0], found[32][0], box]
