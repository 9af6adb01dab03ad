"""Draws a plan for a floor that nobody has drawn: its rooms on both sides of a corridor, stairs and lift at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from hub.rooms import plans
from hub.rooms.drawing import clean
from hub.rooms.plans import RoomOnPlan
from hub.rooms.service import RoomRecord
from hub.rooms.shapes import Polygon, Rectangle, Shape

WIDTH, HEIGHT = 1000, 640
WALL = 14
CORE = 130
"""Stairs and lift, at the left end."""
BACK, CORRIDOR, FRONT = (WALL, 262), (276, 364), (378, HEIGHT - WALL)
"""From the top: the rooms at the back, the corridor, and the rooms at the front."""
BEVEL = 96
"""The corner of the house at the front, on the right, is cut off: so is the room in it."""
FLOOR, LINES, LINE = "#fffdf8", "#d9d0bf", "#8c8778"


def draw_plan(session: Session, floor_id: str, rooms: Sequence[RoomRecord]) -> None:
    """Gives the floor a plan of these rooms, in their order along the corridor, and a drawing behind it."""
    placed = list(_placed(rooms))
    plans.set_plan(session, floor_id, WIDTH, HEIGHT, [RoomOnPlan(room.id, shape) for room, shape in placed])
    plans.set_drawing(session, floor_id, clean(_house([shape for _, shape in placed]).encode()))


def _placed(rooms: Sequence[RoomRecord]) -> Iterator[tuple[RoomRecord, Shape]]:
    """The first half at the back, the others at the front, each as wide as befits its seats."""
    half = (len(rooms) + 1) // 2
    for some, (top, bottom) in ((rooms[:half], BACK), (rooms[half:], FRONT)):
        left, right = CORE + 2 * WALL, WIDTH - WALL
        shares = [room.capacity**0.5 + 1.5 for room in some]
        usable = right - left - WALL * (len(some) - 1)
        for number, room in enumerate(some):
            width = round(usable * shares[number] / sum(shares)) if number + 1 < len(some) else right - left
            if (top, bottom) == FRONT and number + 1 == len(some):
                yield room, _with_cut_corner(left, top, left + width, bottom)
            else:
                yield room, Rectangle(left, top, width, bottom - top)
            left += width + WALL


def _with_cut_corner(left: int, top: int, right: int, bottom: int) -> Polygon:
    cut = BEVEL - WALL // 2
    return Polygon([(left, top), (right, top), (right, bottom - cut), (right - cut, bottom), (left, bottom)])


def _house(shapes: Sequence[Shape]) -> str:
    """Walls, corridor, stairs, lift, and a door to every room."""
    right, bottom = WIDTH, HEIGHT
    walls = f"M0 0H{right}V{bottom - BEVEL}L{right - BEVEL} {bottom}H0Z"
    ground = f'<path d="{walls}" fill="{LINES}"/>' + _area(
        WALL, CORRIDOR[0], WIDTH - 2 * WALL, CORRIDOR[1] - CORRIDOR[0]
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">{ground}{_stairs()}{_lift()}'
        f'<g fill="none" stroke="{LINE}" stroke-width="3">{"".join(map(_door, shapes))}</g></svg>'
    )


def _area(x: int, y: int, width: int, height: int) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{FLOOR}"/>'


def _stairs() -> str:
    top, bottom = BACK
    steps = "".join(f"M{WALL + 14} {y}H{WALL + CORE - 14}" for y in range(top + 34, bottom - 40, 17))
    up = f"M{WALL + CORE // 2} {bottom - 40}V{top + 22}l-11 13m11 -13l11 13"
    return (
        _area(WALL, top, CORE, CORRIDOR[0] - top)
        + f'<path d="{steps}" stroke="{LINES}" stroke-width="5"/><path d="{up}" fill="none" stroke="{LINE}" stroke-width="4"/>'
    )


def _lift() -> str:
    top, bottom = FRONT
    middle, side = WALL + CORE // 2, 74
    left, above = middle - side // 2, top + (bottom - top - side) // 2
    cabin = f"M{left} {above}h{side}v{side}h-{side}zM{left} {above}l{side} {side}M{left + side} {above}l-{side} {side}"
    return (
        _area(WALL, CORRIDOR[1], CORE, bottom - CORRIDOR[1])
        + f'<path d="{cabin}" fill="none" stroke="{LINE}" stroke-width="3"/>'
    )


def _door(shape: Shape) -> str:
    """Ajar, into the corridor."""
    xs, ys = zip(*shape.corners, strict=True)
    hinge, leaf = min(xs) + 24, 38
    at_back = max(ys) < CORRIDOR[0]
    wall, swing = (CORRIDOR[0], 1) if at_back else (CORRIDOR[1], -1)
    return (
        f'<path d="M{hinge} {wall}v{swing * leaf}A{leaf} {leaf} 0 0 {0 if at_back else 1} {hinge + leaf} {wall}"/>'
        f'<path d="M{hinge} {wall - swing * WALL // 2}h{leaf}" stroke="{FLOOR}" stroke-width="{WALL}"/>'
    )
