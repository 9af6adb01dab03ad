"""Words in a box: in how many lines, and how large, so that they fit whatever sans-serif is there."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

BOLD = 1.12
LINE = 1.2
"""From one line to the next."""
GAP = 0.1
"""Between the name and the lines under it."""
SMALLER = 0.82
"""The lines under the name."""
_WIDTHS = {"iljI'.,:;!|": 0.36, "ftr-()[]/ ": 0.44, "mwMW@%": 1.0}
_ADVANCES = {letter: width for letters, width in _WIDTHS.items() for letter in letters}


@dataclass(frozen=True, slots=True)
class Label:
    """A name over what is to be said of it, all of it at `size` (the lines under the name SMALLER)."""

    name: tuple[str, ...]
    status: tuple[str, ...]
    size: float

    @property
    def width(self) -> float:
        return self.size * _width(self.name, self.status)

    @property
    def height(self) -> float:
        return self.size * _height(self.name, self.status)


def fitted(name: str, word: str, rest: str, width: float, height: float, least: float, most: float) -> Label:
    """The label for a box of that size. It shrinks to `least`; then `rest` goes, then the end of the name."""
    whole = f"{word} {rest}".strip()
    for status in (((whole,), (word, rest)) if rest else ((word,),), ((word,),)):
        label = max(
            (_sized(lines, under, width, height, most) for lines in _broken(name) for under in status),
            key=lambda one: (round(one.size / most, 1), -len(one.name) - len(one.status)),
        )
        if label.size >= least:
            return label
    short = _cut(name, width / least)
    return _sized((short,), (word,), width, height, least)


def _sized(name: tuple[str, ...], status: tuple[str, ...], width: float, height: float, most: float) -> Label:
    return Label(name, status, min(width / _width(name, status), height / _height(name, status), most))


def _broken(name: str) -> list[tuple[str, ...]]:
    """In one line, and in two at each blank."""
    words = name.split()
    return [
        (name,),
        *((" ".join(words[:at]), " ".join(words[at:])) for at in range(1, min(len(words), 12))),
    ]


def _cut(name: str, width_em: float) -> str:
    if text_width(name) * BOLD <= width_em:
        return name
    while name and text_width(name + "…") * BOLD > width_em:
        name = name[:-1].rstrip()
    return name + "…"


def _width(name: tuple[str, ...], status: tuple[str, ...]) -> float:
    return max(
        *(BOLD * text_width(line) for line in name),
        *(BOLD * SMALLER * text_width(line) for line in status),
        0.1,
    )


def _height(name: tuple[str, ...], status: tuple[str, ...]) -> float:
    return LINE * (len(name) + SMALLER * len(status)) + GAP


def text_width(text: str) -> float:
    """In ems, and rather too wide: of the fonts that may be there, that of the widest common one."""
    return sum(_advance(letter) for letter in text)


def _advance(letter: str) -> float:
    if letter in _ADVANCES:
        return _ADVANCES[letter]
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if letter.isupper():
        return 0.75
    return 0.64 if letter.isalnum() else 0.85
