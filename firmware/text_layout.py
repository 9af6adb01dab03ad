"""Breaking words into lines that fit."""

from firmware.fonts import code_points

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware.fonts import Font

ELLIPSIS = "…"


def fit(words: str, choices: "Sequence[tuple[Font, int]]", width: int) -> "tuple[Font, list[str]]":
    """The first of the `(font, lines)` choices that holds `words`; the last one, cut, when none does."""
    for font, most in choices:
        lines, rest = wrap(words, font, width, most)
        if not rest:
            return font, lines
    font, most = choices[-1]
    lines, rest = wrap(words, font, width, most, whole_words=False)
    if rest:
        lines[-1] = shorten(lines[-1] + rest, font, width)
    return font, lines


def wrap(
    words: str, font: "Font", width: int, most: int, *, whole_words: bool = True
) -> "tuple[list[str], str]":
    """At most `most` lines no wider than `width`, and the rest that did not fit.

    With `whole_words` a word wider than a line does not fit at all; without, it is broken anywhere.
    """
    lines: list[str] = []
    rest = " ".join(words.split())
    while rest and len(lines) < most:
        rest = rest.lstrip()
        end = _room(rest, font, width)
        if end < len(rest) and rest[end : end + 1] != " ":
            space = rest.rfind(" ", 0, end)
            if space > 0:
                end = space
            elif whole_words:
                return lines, rest
        lines.append(rest[:end])
        rest = rest[end:]
    return lines, rest


def shorten(words: str, font: "Font", width: int) -> str:
    """`words`, or as much of them as fits before an ellipsis."""
    if font.width(words) <= width:
        return words
    end = _room(words, font, width - font.width(ELLIPSIS))
    return words[:end].rstrip() + ELLIPSIS


def _room(words: str, font: "Font", width: int) -> int:
    """How many characters fit into `width`; at least one."""
    for at, code in enumerate(code_points(words)):
        width -= font.advance(code)
        if width < 0:
            return max(at, 1)
    return len(words)
