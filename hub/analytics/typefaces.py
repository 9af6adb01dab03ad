"""Which fonts a page needs for its words: ours for Latin, Greek and Cyrillic, Noto's for other scripts, where the
hub's machine has them (docs/operating.md)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont
from fpdf import FPDF

TEXT = "text"
FONTS = Path(__file__).parents[1] / "fonts"
OURS = ("atkinson-hyperlegible-next-latin-ext", "commissioner-greek", "commissioner-cyrillic")
NOTO = (
    *(
        f"NotoSans{script}-%s.ttf"
        for script in ("Hebrew", "Arabic", "Devanagari", "Bengali", "Tamil", "Thai", "Armenian", "Georgian")
    ),
    "NotoSansCJK-%s.ttc",
    "Symbola_hint.ttf",
)
FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
STYLES = {"": ("400", "Regular"), "B": ("700", "Bold")}
"""A style of fpdf's, and what it is called in our files and in Noto's."""


@dataclass(frozen=True, slots=True)
class Face:
    name: str
    files: dict[str, Path]
    covers: frozenset[int]


def set_faces(sheet: FPDF, words: str) -> None:
    """`TEXT` can write `words` on the sheet, as far as there are fonts for them."""
    wanted = {ord(letter) for letter in words}
    needed = []
    for one in _faces():
        if wanted & one.covers or one.name == TEXT:
            wanted -= one.covers
            needed.append(one)
    for one in needed:
        for style, path in one.files.items():
            sheet.add_font(one.name, style, path)
    sheet.set_fallback_fonts([one.name for one in needed if one.name != TEXT], exact_match=False)


@cache
def _faces() -> tuple[Face, ...]:
    """Those that there are, the first choice first."""
    ours = [_ours(TEXT, "atkinson-hyperlegible-next-latin"), *(_ours(name, name) for name in OURS)]
    theirs = [_noto(number, pattern) for number, pattern in enumerate(NOTO)]
    return (*ours, *(one for one in theirs if one is not None))


def _ours(name: str, file: str) -> Face:
    files = {style: FONTS / f"{file}-{weight}.ttf" for style, (weight, _) in STYLES.items()}
    return Face(name, files, _covered(files[""]))


def _noto(number: int, pattern: str) -> Face | None:
    files = {}
    for style, (_, weight) in STYLES.items():
        path = _found(pattern % weight if "%" in pattern else pattern)
        if path is None:
            return None
        files[style] = path
    return Face(f"noto-{number}", files, _covered(files[""]))


def _found(name: str) -> Path | None:
    return next((path for folder in FOLDERS for path in sorted(folder.rglob(name))), None)


def _covered(path: Path) -> frozenset[int]:
    with TTFont(path, fontNumber=0, lazy=True) as font:
        return frozenset(font.getBestCmap())
