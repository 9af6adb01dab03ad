r"""Bakes the panel's glyph packs from the OFL fonts that npm packages carry.

The packs are committed; run this only to change sizes, weights or coverage:

    python3 -m venv /tmp/bake && /tmp/bake/bin/pip install pillow fonttools brotli
    cd /tmp/bake && npm pack @fontsource-variable/bricolage-grotesque@5.3.0 \
        @fontsource-variable/atkinson-hyperlegible-next@5.3.0 @fontsource-variable/commissioner@5.3.0
    cd - && /tmp/bake/bin/python -m tools.bake_fonts /tmp/bake

Bricolage Grotesque and Atkinson Hyperlegible Next draw Latin only, so Greek and Cyrillic come
from Commissioner, scaled to the same height. `firmware/fonts/README.md` describes a pack's bytes.
"""

import argparse
import io
import struct
import tarfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

OUT = Path(__file__).resolve().parent.parent / "firmware" / "fonts"

LATIN = [*range(0x20, 0x7F), *range(0xA0, 0xAD), *range(0xAE, 0x180), 0x218, 0x219, 0x21A, 0x21B, 0x1E9E]
GREEK = [*range(0x384, 0x3CF)]
CYRILLIC = [*range(0x400, 0x460), 0x490, 0x491]
SPACES = [*range(0x2000, 0x200B), 0x202F]
SIGNS = [
    *range(0x2010, 0x2023),
    0x2026,
    0x2032,
    0x2033,
    0x2039,
    0x203A,
    0x2044,
    0x20AC,
    0x2116,
    0x2122,
    0x2212,
    *SPACES,
]
SAME_AS = {
    **dict.fromkeys(SPACES, 0x20),
    0x2010: 0x2D,
    0x2011: 0x2D,
    0x2012: 0x2013,
    0x2015: 0x2014,
    0xB5: 0x3BC,
    0x2212: 0x2013,
}


@dataclass(frozen=True)
class Face:
    """The woff2 files of one npm package, asked in order, at fixed axes."""

    package: str
    files: tuple[str, ...]
    axes: tuple[float, ...]
    scale: float = 1.0


def _bricolage() -> Face:
    files = tuple(f"bricolage-grotesque-{part}-opsz-normal.woff2" for part in ("latin", "latin-ext"))
    return Face("bricolage-grotesque", files, (24, 700))


def _atkinson(weight: int) -> Face:
    files = tuple(f"atkinson-hyperlegible-next-{part}-wght-normal.woff2" for part in ("latin", "latin-ext"))
    return Face("atkinson-hyperlegible-next", files, (weight,))


def _commissioner(weight: int) -> Face:
    parts = ("greek", "cyrillic", "cyrillic-ext", "latin-ext", "latin")
    return Face(
        "commissioner", tuple(f"commissioner-{part}-wght-normal.woff2" for part in parts), (weight,), 0.97
    )


DISPLAY = (_bricolage(), _commissioner(700))
TEXT = (_atkinson(450), _commissioner(430))
BOLD = (_atkinson(700), _commissioner(700))

# name of the pack, faces in order of preference, size in px, code points
PACKS = (
    ("display64", DISPLAY, 64, LATIN + SIGNS),
    ("display50", DISPLAY, 50, LATIN + GREEK + CYRILLIC + SIGNS),
    ("display40", DISPLAY, 40, LATIN + GREEK + CYRILLIC + SIGNS),
    ("display32", DISPLAY, 32, LATIN + GREEK + CYRILLIC + SIGNS),
    ("display26", DISPLAY, 26, LATIN + GREEK + CYRILLIC + SIGNS),
    ("display22", DISPLAY, 22, LATIN + GREEK + CYRILLIC + SIGNS),
    ("text25", TEXT, 25, LATIN + GREEK + CYRILLIC + SIGNS),
    ("text20", TEXT, 20, LATIN + GREEK + CYRILLIC + SIGNS),
    ("bold20", BOLD, 20, LATIN + GREEK + CYRILLIC + SIGNS),
)


@cache
def _file(archive: Path, name: str) -> tuple[bytes, frozenset[int]]:
    """A font file out of an npm archive, and the code points that it draws."""
    # Only bakers have it.
    from fontTools.ttLib import TTFont

    with tarfile.open(archive) as package:
        member = package.extractfile(f"package/files/{name}")
        data = member.read() if member is not None else b""
    return data, frozenset(TTFont(io.BytesIO(data)).getBestCmap())


@cache
def _font(archive: Path, name: str, size: float, axes: tuple[float, ...]) -> Any:
    font = ImageFont.truetype(io.BytesIO(_file(archive, name)[0]), size)
    font.set_variation_by_axes(list(axes))
    return font


def _find(packages: Path, faces: tuple[Face, ...], size: int, code: int) -> Any:
    """The font that draws a code point at `size` px, or None when no face has it."""
    for face in faces:
        archive = next(packages.glob(f"fontsource-variable-{face.package}-*.tgz"))
        for name in face.files:
            if code in _file(archive, name)[1]:
                return _font(archive, name, size * face.scale, face.axes)
    return None


def _glyph(font: Any, text: str, ascent: int) -> tuple[int, int, int, int, int, bytes]:
    """(advance, left, top, width, height, rows) of a character; top counts down from the ascent line."""
    advance = round(max(font.getlength(text), 0.26 * font.size if text == " " else 0))
    margin = 64
    image = Image.new("L", (advance + 2 * margin, 3 * margin + ascent), 0)
    ImageDraw.Draw(image).text((margin, margin + ascent), text, fill=255, font=font, anchor="ls")
    ink = image.point(lambda grey: 255 if grey >= 112 else 0).convert("1", dither=Image.Dither.NONE)
    box = ink.getbbox()
    if box is None:
        return advance, 0, 0, 0, 0, b""
    left, top, right, bottom = box
    return advance, left - margin, top - margin, right - left, bottom - top, ink.crop(box).tobytes()


def bake(packages: Path, faces: tuple[Face, ...], size: int, codes: list[int]) -> bytes:
    """One pack: header, ranges of code points, advances, records, rows of ink."""
    ascent, descent = _find(packages, faces, size, ord("x")).getmetrics()
    found: list[tuple[int, tuple[int, int, int, int, int, bytes]]] = []
    for code in sorted(set(codes)):
        font = _find(packages, faces, size, code)
        shown = code
        if font is None and code in SAME_AS:
            shown = SAME_AS[code]
            font = _find(packages, faces, size, shown)
        if font is not None:
            found.append((code, _glyph(font, chr(shown), ascent)))
    ranges: list[list[int]] = []
    for index, (code, _) in enumerate(found):
        if not ranges or ranges[-1][1] != code - 1:
            ranges.append([code, code, index])
        ranges[-1][1] = code
    records, rows = bytearray(), bytearray()
    start = 8 + 6 * len(ranges) + 8 * len(found)  # an advance and a record of 7 bytes each
    for _, (_, left, top, width, height, ink) in found:
        place = start + len(rows)
        records += struct.pack("<bbBBBH", left, top, width, height, place >> 16, place & 0xFFFF)
        rows += ink
    advances = bytes(glyph[0] for _, glyph in found)
    head = struct.pack("<2sBBHH", b"CT", ascent, descent, len(ranges), len(found))
    return head + b"".join(struct.pack("<HHH", *part) for part in ranges) + advances + records + rows


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("packages", type=Path, help="folder that holds the three npm archives")
    packages = parser.parse_args().packages
    for name, faces, size, codes in PACKS:
        pack = bake(packages, faces, size, codes)
        (OUT / f"{name}.pack").write_bytes(pack)
        print(f"{name:<10} {len(pack):7} bytes")


if __name__ == "__main__":
    main()
