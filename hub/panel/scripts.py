"""Words in any script as a picture for a panel's glass: shaped by Pillow, with fonts that the hub's machine has.

Latin, Greek and Cyrillic a panel has itself. For other scripts the hub needs Noto's fonts, an extra (docs/operating.md);
`missing()` says which are not there.
"""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, features

from shared.text_strip import DETAIL, STYLES, TITLE

log = logging.getLogger(__name__)

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
CJK = "NotoSansCJK-%s.ttc"
LATIN = "NotoSans-%s.ttf"
SCRIPTS = {
    "Hebrew": ("NotoSansHebrew-%s.ttf", ((0x590, 0x5FF), (0xFB1D, 0xFB4F))),
    "Arabic": (
        "NotoSansArabic-%s.ttf",
        ((0x600, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC)),
    ),
    "Devanagari": ("NotoSansDevanagari-%s.ttf", ((0x900, 0x97F),)),
    "Bengali": ("NotoSansBengali-%s.ttf", ((0x980, 0x9FF),)),
    "Tamil": ("NotoSansTamil-%s.ttf", ((0xB80, 0xBFF),)),
    "Thai": ("NotoSansThai-%s.ttf", ((0xE00, 0xE7F),)),
    "Armenian": ("NotoSansArmenian-%s.ttf", ((0x530, 0x58F),)),
    "Georgian": ("NotoSansGeorgian-%s.ttf", ((0x10A0, 0x10FF),)),
    "Chinese, Japanese, Korean": (
        CJK,
        (
            (0x1100, 0x11FF),
            (0x2E80, 0x9FFF),
            (0xAC00, 0xD7FF),
            (0xF900, 0xFAFF),
            (0xFF00, 0xFFEF),
            (0x20000, 0x3FFFF),
        ),
    ),
    "emoji": ("Symbola_hint.ttf", ((0x2190, 0x2BFF), (0x1F000, 0x1FAFF))),
}
_FACES = {"jp": 0, "kr": 1, "sc": 2}
_RIGHT_TO_LEFT = ("Hebrew", "Arabic")
_INVISIBLE = {
    *range(0xFE00, 0xFE10),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x206A),
    0x200E,
    0x200F,
    0xFEFF,
    0xAD,
}
_SKIN = range(0x1F3FB, 0x1F400)
_DARK = 110
"""From this grey on, of 255, a dot has ink."""

Run = tuple[str, ImageFont.FreeTypeFont]


class Unwritable(Exception):
    """Raised where this machine has no font for a script of the words; the text is the script's name."""


def missing() -> list[str]:
    """The scripts that this hub has no font for."""
    lacking = [script for script, (name, _) in SCRIPTS.items() if _file(_named(name, TITLE)) is None]
    shaped = (
        [] if features.check("raqm") else ["the joined letters of Arabic and Devanagari (Pillow has no raqm)"]
    )
    return lacking + shaped


def report_missing() -> None:
    """One sentence in the log, where a panel's glass may show boxes."""
    lacking = missing()
    if lacking:
        log.warning(
            "panels show boxes for some scripts, for there is no font for: %s (docs/operating.md, Fonts)",
            "; ".join(lacking),
        )


@lru_cache(maxsize=1024)
def picture(style: int, words: str) -> tuple[int, int, bytes]:
    """Width, height and dots as `shared.text_strip` has them. Raises Unwritable."""
    widest, most, line_px, baseline, _ = STYLES[style]
    clean = "".join(c for c in " ".join(words.split()) if ord(c) not in _INVISIBLE and ord(c) not in _SKIN)
    lines = _lines(clean, style, widest, most)
    width = min(widest, max(1, *(_width(line) for line in lines)))
    image = Image.new("L", (width, line_px * len(lines)), 0)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        x = width - _width(line) if _is_right_to_left(clean) else 0
        for run, font in line:
            draw.text((x, number * line_px + baseline), run, 255, font, anchor="ls")
            x += _run_width(run, font)
    return width, image.height, image.point(lambda grey: 255 * (grey >= _DARK)).convert("1").tobytes()


def _lines(words: str, style: int, widest: int, most: int) -> list[list[Run]]:
    """At most so many lines, broken between words, or anywhere where one is too long; the last one cut."""
    found: list[list[Run]] = []
    rest = words
    while rest and len(found) < most:
        end = _fitting(rest, words, style, widest)
        if end < len(rest) and len(found) == most - 1:
            while end and _width(_runs(rest[:end].rstrip() + "…", words, style)) > widest:
                end -= 1
            return [*found, _runs(rest[:end].rstrip() + "…", words, style)]
        if end < len(rest) and " " in rest[1:end] and not rest[end].isspace():
            end = rest.rindex(" ", 1, end)
        found.append(_runs(rest[:end].strip(), words, style))
        rest = rest[end:].strip()
    return found or [_runs("…", words, style)]


def _fitting(words: str, whole: str, style: int, widest: int) -> int:
    """How many characters fit; at least one."""
    least, most = 1, len(words)
    while least < most:
        middle = (least + most + 1) // 2
        if _width(_runs(words[:middle], whole, style)) <= widest:
            least = middle
        else:
            most = middle - 1
    while least < len(words) and unicodedata.combining(words[least]):
        least -= 1
    return max(least, 1)


def _runs(words: str, whole: str, style: int) -> list[Run]:
    """Pieces of one font each, from left to right as they stand."""
    found: list[tuple[str, str]] = []
    for character in words:
        script = _script(character)
        before = found[-1][1] if found else None
        if before is not None and script in ("", before):
            found[-1] = (found[-1][0] + character, before)
        elif before == "":
            found[-1] = (found[-1][0] + character, script)
        else:
            found.append((character, script))
    if _is_right_to_left(whole):
        found.reverse()
    return [(run, _font(script, style, _face(whole))) for run, script in found]


def _script(character: str) -> str:
    """Nothing for what goes with its neighbours, "Latin" for what a panel has itself."""
    code = ord(character)
    if character == " " or code in (0x200C, 0x200D) or unicodedata.combining(character):
        return ""
    for script, (_, ranges) in SCRIPTS.items():
        if any(first <= code <= last for first, last in ranges):
            return script
    return "Latin"


def _is_right_to_left(words: str) -> bool:
    """By its first letter (Unicode Bidirectional Algorithm, rule P2)."""
    first = next((way for way in map(unicodedata.bidirectional, words) if way in ("L", "R", "AL")), "L")
    return first != "L"


def _face(words: str) -> str:
    """Which country's shapes Han characters take: what else is in the words tells."""
    if any(0x3040 <= ord(c) <= 0x30FF for c in words):
        return "jp"
    return "kr" if any(0xAC00 <= ord(c) <= 0xD7FF for c in words) else "sc"


def _width(line: Iterable[Run]) -> int:
    return sum(_run_width(run, font) for run, font in line)


def _run_width(run: str, font: ImageFont.FreeTypeFont) -> int:
    return round(font.getlength(run))


@cache
def _font(script: str, style: int, face: str) -> ImageFont.FreeTypeFont:
    name = SCRIPTS[script][0] if script in SCRIPTS else LATIN
    path = _file(_named(name, style))
    if path is None:
        raise Unwritable(script or "Latin")
    return ImageFont.truetype(path, STYLES[style][4], index=_FACES[face] if name == CJK else 0)


def _named(name: str, style: int) -> str:
    """The file of the weight that the panel's own letters have."""
    return name.replace("%s", "Regular" if style == DETAIL else "Bold")


@cache
def _file(name: str) -> Path | None:
    return next((path for folder in FOLDERS if folder.is_dir() for path in folder.rglob(name)), None)
