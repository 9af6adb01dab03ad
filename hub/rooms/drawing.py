"""A drawing somebody made, brought in as the background of a floor plan: only lines, areas and words come in.

Everything is on a list of what may come in, and nothing else does: no script, no style sheet, no event
handler, no image, nothing that points out of the drawing. Read with expat, which is stopped at a DOCTYPE, so
that there are no entities. What `clean` gives is written anew from what was let in, and `clean` of it is itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from hub.errors import Refused

MAX_BYTES = 512 * 1024
MAX_ELEMENTS = 20_000
"""Also of what is drawn: a `use` counts as what it repeats."""
MAX_DEPTH = 64
MAX_NAMED = 40
"""Of what was left out."""

_SVG = "http://www.w3.org/2000/svg"
_SPELLED = {"href": "href", "http://www.w3.org/1999/xlink href": "href"}
_WITH_WORDS = {"text", "tspan", "title", "desc"}
_ELEMENTS = _WITH_WORDS | set(
    "svg g defs symbol use path rect circle ellipse line polyline polygon".split()  # noqa: SIM905  easier read
)
_PRESENTATION = set(
    "fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin "  # noqa: SIM905
    "stroke-miterlimit stroke-dasharray stroke-dashoffset opacity color display visibility vector-effect "
    "font-family font-size font-style font-weight text-anchor dominant-baseline letter-spacing".split()
)
_ATTRIBUTES = _PRESENTATION | set(
    "x y width height rx ry cx cy r x1 y1 x2 y2 dx dy d points viewBox preserveAspectRatio transform "  # noqa: SIM905
    "pathLength textLength lengthAdjust rotate".split()
)
_NOT_MISSED = {"metadata", "version", "baseProfile"}
_PLAIN = re.compile(r"[\w\s.,%#()+'-]*", re.ASCII)
"""No colon, slash, backslash, semicolon, brace, quote of XML's: no address and no CSS beyond a value."""
_FUNCTION = re.compile(r"([a-z]+)\s*\(", re.IGNORECASE)
_FUNCTIONS = {"rgb", "rgba", "hsl", "hsla", "matrix", "translate", "scale", "rotate", "skewx", "skewy"}
_ID = re.compile(r"[A-Za-z_][\w.-]{0,199}", re.ASCII)
_OURS = "drawn-"
"""Before every id, so that none is one of the page's."""
_NUMBER = re.compile(r"\s*([0-9]{1,7}(?:\.[0-9]{1,6})?)(?:px)?\s*")


@dataclass(frozen=True, slots=True)
class Drawing:
    """`svg` is whole and has a viewBox. `left_out`: names of elements and attributes that did not come in."""

    svg: str
    left_out: tuple[str, ...]


@dataclass(slots=True)
class _Element:
    name: str
    attributes: dict[str, str]
    inside: list[_Element | str] = field(default_factory=list)

    def elements(self) -> Iterator[_Element]:
        return (one for one in self.inside if isinstance(one, _Element))


def clean(data: bytes) -> Drawing:
    """What may come in of an SVG file in UTF-8. Raises Refused for what is no SVG, or too much of it."""
    if len(data) > MAX_BYTES:
        raise _refused(f"It has more than {MAX_BYTES // 1024} KiB.")
    reader = _Reader()
    reader.read(data)
    root = reader.root
    if root is None:
        raise _refused("It is no SVG.")
    size = _view_box(root.attributes)
    shared = {name: value for name, value in root.attributes.items() if name in _PRESENTATION}
    root.attributes = {"viewBox": size, **shared}
    _check_repetition(root)
    return Drawing(
        "".join(_written(root, " " + f"xmlns={quoteattr(_SVG)}")), tuple(sorted(reader.left_out))[:MAX_NAMED]
    )


class _Reader:
    """Builds the tree of what may come in, while expat reads."""

    def __init__(self) -> None:
        self.root: _Element | None = None
        self.left_out: set[str] = set()
        self._open: list[_Element] = []
        self._skipping = 0
        self._count = 0

    def read(self, data: bytes) -> None:
        parser = expat.ParserCreate("utf-8", " ")
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._words
        try:
            parser.Parse(data, True)  # this is all of it
        except expat.ExpatError as error:
            raise _refused(f"It is not well-formed XML: {expat.ErrorString(error.code)}.") from error

    def _doctype(self, *_: object) -> NoReturn:
        raise _refused("It has a DOCTYPE: save it as plain SVG, without one.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS:
            raise _refused(f"It has more than {MAX_ELEMENTS} elements.")
        space, _, local = name.rpartition(" ")
        if self._skipping or space != _SVG or local not in _ELEMENTS:
            if not self._skipping and space == _SVG and local not in _NOT_MISSED:
                self.left_out.add(f"<{local[:40]}>")
            self._skipping += 1
            return
        if len(self._open) >= MAX_DEPTH:
            raise _refused(f"It is nested more than {MAX_DEPTH} deep.")
        element = _Element(local, self._let_in(local, attributes))
        if self._open:
            self._open[-1].inside.append(element)
        elif local == "svg":
            self.root = element
        else:
            raise _refused("It is no SVG.")
        self._open.append(element)

    def _end(self, _: str) -> None:
        if self._skipping:
            self._skipping -= 1
        else:
            self._open.pop()

    def _words(self, words: str) -> None:
        if not self._skipping and self._open and self._open[-1].name in _WITH_WORDS:
            self._open[-1].inside.append(words)

    def _let_in(self, element: str, attributes: dict[str, str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, value in attributes.items():
            spelled = _SPELLED.get(name, name)
            if spelled == "style":
                self._let_in_style(value, found)
            elif (let_in := _value(element, spelled, value)) is not None:
                found.setdefault(spelled, let_in)
            elif " " not in name:  # another program's notes are not missed
                self._leave_out(spelled, found)
        return found

    def _let_in_style(self, style: str, found: dict[str, str]) -> None:
        """Declarations become attributes, which is all they mean here; they go before attributes."""
        for declaration in style.split(";"):
            name, _, value = (part.strip() for part in declaration.partition(":"))
            if name in _PRESENTATION and (let_in := _value("", name, value)) is not None:
                found[name] = let_in
            elif name and not name.startswith("-"):
                self._leave_out(name, found)

    def _leave_out(self, name: str, found: dict[str, str]) -> None:
        if name not in _NOT_MISSED:
            self.left_out.add(name[:40])
        if name == "fill":
            found["fill"] = "none"  # a colour that is not there would be black


def _value(element: str, name: str, value: str) -> str | None:
    """The attribute's value as it comes in; None where it doesn't."""
    if name == "id":
        return _ours(value)
    if name == "href":
        target = _ours(value.strip().removeprefix("#"))
        return f"#{target}" if element == "use" and value.strip().startswith("#") and target else None
    if name in _ATTRIBUTES and _PLAIN.fullmatch(value) and _harmless(value):
        return value
    return None


def _harmless(value: str) -> bool:
    return value.count("(") == len(_FUNCTION.findall(value)) and all(
        function.lower() in _FUNCTIONS for function in _FUNCTION.findall(value)
    )


def _ours(identifier: str) -> str | None:
    own = identifier.removeprefix(_OURS)
    return _OURS + own if _ID.fullmatch(own) else None


def _view_box(attributes: dict[str, str]) -> str:
    """The drawing's own, or its width and height where it has none."""
    numbers = attributes.get("viewBox", "").replace(",", " ").split()
    try:
        x, y, width, height = map(float, numbers)
    except ValueError:
        x, y = 0.0, 0.0
        width, height = (_pixels(attributes.get(name, "")) for name in ("width", "height"))
    if not (0 < width <= 1e6 and 0 < height <= 1e6 and abs(x) <= 1e6 and abs(y) <= 1e6):
        raise _refused("It says nowhere how large it is: it needs a viewBox.")
    return " ".join(f"{number:g}" for number in (x, y, width, height))


def _pixels(words: str) -> float:
    found = _NUMBER.fullmatch(words)
    return float(found[1]) if found else 0.0


def _check_repetition(root: _Element) -> None:
    """A few `use` of each other can stand for more than any browser draws. Raises Refused."""
    by_id: dict[str, _Element] = {}
    _index(root, by_id)
    known: dict[int, int] = {}

    def drawn(element: _Element, depth: int) -> int:
        if depth > MAX_DEPTH:
            raise _refused("Its parts repeat each other without end.")
        if id(element) not in known:
            count = 1 + sum(drawn(one, depth + 1) for one in element.elements())
            target = by_id.get(element.attributes.get("href", "")[1:])
            known[id(element)] = count + (drawn(target, depth + 1) if target else 0)
        return known[id(element)]

    if drawn(root, 0) > MAX_ELEMENTS:
        raise _refused(f"With what it repeats it has more than {MAX_ELEMENTS} elements.")


def _index(element: _Element, by_id: dict[str, _Element]) -> None:
    if "id" in element.attributes:
        by_id.setdefault(element.attributes["id"], element)
    for one in element.elements():
        _index(one, by_id)


def _written(element: _Element, more: str = "") -> Iterator[str]:
    yield f"<{element.name}{more}"
    for name, value in element.attributes.items():
        yield f" {name}={quoteattr(value)}"
    yield ">"
    for one in element.inside:
        if isinstance(one, str):
            yield escape(one, {"\r": "&#13;"})
        else:
            yield from _written(one)
    yield f"</{element.name}>"


def _refused(detail: str) -> Refused:
    return Refused("bad-drawing", "This drawing cannot be brought in", detail)
