"""Where a room lies on its floor's plan: a rectangle or a polygon in the plan's own whole units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import hypot
from typing import Annotated

import msgspec
from msgspec import Meta

LARGEST = 10_000
MAX_POINTS = 64
CELLS = 16
"""How finely a polygon is searched for the place of its label, along each side."""

Point = tuple[int, int]
Box = tuple[float, float, float, float]
"""Left, top, width, height."""

Coordinate = Annotated[int, Meta(ge=0, le=LARGEST)]
Extent = Annotated[int, Meta(ge=1, le=LARGEST)]


class Rectangle(
    msgspec.Struct, tag_field="kind", tag="rectangle", rename="camel", frozen=True, forbid_unknown_fields=True
):
    """`x` and `y` are its left and its top."""

    x: Coordinate
    y: Coordinate
    width: Extent
    height: Extent

    @property
    def corners(self) -> list[Point]:
        right, bottom = self.x + self.width, self.y + self.height
        return [(self.x, self.y), (right, self.y), (right, bottom), (self.x, bottom)]


class Polygon(
    msgspec.Struct, tag_field="kind", tag="polygon", rename="camel", frozen=True, forbid_unknown_fields=True
):
    """Its corners in order, each `[x, y]`; the last one is joined to the first."""

    points: Annotated[list[tuple[Coordinate, Coordinate]], Meta(min_length=3, max_length=MAX_POINTS)]

    @property
    def corners(self) -> list[Point]:
        return self.points


Shape = Rectangle | Polygon


def what_is_wrong(shape: Shape, width: int, height: int) -> str | None:
    """Why the shape cannot be on a plan of that size; None where it can."""
    corners = shape.corners
    if any(x > width or y > height for x, y in corners):
        return "is not within the plan"
    if _doubled_area(corners) == 0:
        return "has no area"
    sides = list(_sides(corners))
    for number, one in enumerate(sides):
        for other in sides[number + 1 :]:
            if _cross(one, other):
                return "crosses itself"
    return None


def label_box(shape: Shape) -> Box:
    """A rectangle within the shape, as wide and high as a label likes."""
    if isinstance(shape, Rectangle):
        return (shape.x, shape.y, shape.width, shape.height)
    xs, ys = zip(*shape.corners, strict=True)
    left, top = min(xs), min(ys)
    across, down = (max(xs) - left) / CELLS, (max(ys) - top) / CELLS
    inside = [_cells(shape.corners, left, top + row * down, across, down) for row in range(CELLS)]
    boxes = [
        (left + column * across, top + row * down, columns * across, rows * down)
        for row, column, rows, columns in _blocks(inside)
    ]
    enough = max(map(_liking, boxes)) * 0.85
    middle = (left + CELLS * across / 2, top + CELLS * down / 2)
    return min((box for box in boxes if _liking(box) >= enough), key=lambda box: _distance(box, middle))


def _liking(box: Box) -> float:
    """Labels are wider than high: what is beyond that helps nothing."""
    return min(box[2], 2.5 * box[3])


def _distance(box: Box, point: tuple[float, float]) -> float:
    left, top, width, height = box
    return hypot(left + width / 2 - point[0], top + height / 2 - point[1])


def _blocks(inside: list[list[bool]]) -> Iterator[tuple[int, int, int, int]]:
    """Every block of cells that are all inside and can't grow: row, column, rows, columns."""
    yield (CELLS // 2, CELLS // 2, 0, 0)
    for top in range(CELLS):
        open_columns = [True] * CELLS
        for bottom in range(top, CELLS):
            open_columns = [a and b for a, b in zip(open_columns, inside[bottom], strict=True)]
            begins = 0
            for column, is_open in enumerate([*open_columns, False]):
                if not is_open:
                    if column > begins and not _can_grow(inside, top, bottom, begins, column):
                        yield (top, begins, bottom - top + 1, column - begins)
                    begins = column + 1


def _can_grow(inside: list[list[bool]], top: int, bottom: int, begins: int, ends: int) -> bool:
    """Upwards or downwards."""
    beside = [row for row in (top - 1, bottom + 1) if 0 <= row < CELLS]
    return any(all(inside[row][begins:ends]) for row in beside)


def _cells(corners: Sequence[Point], left: float, top: float, width: float, height: float) -> list[bool]:
    """Which cells of a row lie inside: at their top, their middle and their bottom."""
    levels = [_inside_at(corners, top + height * part) for part in (0.01, 0.5, 0.99)]
    cells = [(left + width * (column + 0.01), left + width * (column + 0.99)) for column in range(CELLS)]
    return [
        all(any(begin <= first and last <= end for begin, end in level) for level in levels)
        for first, last in cells
    ]


def _inside_at(corners: Sequence[Point], y: float) -> list[tuple[float, float]]:
    """From where to where a level line runs inside."""
    crossings = sorted(
        x1 + (y - y1) * (x2 - x1) / (y2 - y1)
        for (x1, y1), (x2, y2) in _sides(corners)
        if (y1 > y) != (y2 > y)
    )
    return list(zip(crossings[::2], crossings[1::2], strict=True))


def _sides(corners: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    return zip(corners, [*corners[1:], corners[0]], strict=True)


def _doubled_area(corners: Sequence[Point]) -> int:
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in _sides(corners)))


def _cross(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    """Whether the sides pass through each other; that they touch is no harm."""
    return (
        _side_of(*one, other[0]) * _side_of(*one, other[1]) < 0
        and _side_of(*other, one[0]) * _side_of(*other, one[1]) < 0
    )


def _side_of(begin: Point, end: Point, point: Point) -> int:
    return (end[0] - begin[0]) * (point[1] - begin[1]) - (end[1] - begin[1]) * (point[0] - begin[0])
