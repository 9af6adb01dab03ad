"""Draws a floor's plan as SVG: each room with its status as fill, as pattern and as word.

Colours are attributes, so that the drawing looks the same where a page forbids style sheets. The one style
sheet only chooses between two sizes of the same words: for a desk, and for a phone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape as escaped
from xml.sax.saxutils import quoteattr

from hub.rooms.labels import GAP, LINE, SMALLER, Label, fitted
from hub.rooms.plans import FloorPlan
from hub.rooms.service import RoomRecord
from hub.rooms.shapes import Box, Rectangle, Shape, label_box

FREE, CHECK_IN, BUSY, OUT_OF_SERVICE = "free", "check_in", "busy", "out_of_service"
FONT = "'Atkinson Hyperlegible Next Variable', 'Atkinson Hyperlegible Next', system-ui, sans-serif"


@dataclass(frozen=True, slots=True)
class RoomLook:
    """What a room says now. `kind` is one of the four above; `word` "Free", `rest` "until 11:00" or empty."""

    kind: str
    word: str
    rest: str

    @property
    def says(self) -> str:
        """As in `free until 11:00`."""
        return f"{self.word.lower()} {self.rest}".strip()


@dataclass(frozen=True, slots=True)
class _Paint:
    """`plate` lies between pattern and words; None where there is no pattern."""

    fill: str
    edge: str
    name: str
    status: str
    plate: str | None = None
    pattern: str | None = None


PAPER, CARD = "#faf6ee", "#fffdf8"
_PAINT = {
    FREE: _Paint("#e2efe8", "#1c6b57", "#20211f", "#1c6b57"),
    CHECK_IN: _Paint("#f7e6c4", "#8a5300", "#20211f", "#8a5300", plate="#f7e6c4", pattern="stripes"),
    BUSY: _Paint("#4a4842", "#20211f", CARD, "#f6dcd3"),
    OUT_OF_SERVICE: _Paint("#dfd8ca", "#5d5a52", "#20211f", "#5d5a52", plate=PAPER, pattern="hatch"),
}


@dataclass(frozen=True, slots=True)
class _Sizes:
    """For screens of about 1,000 and 360 px: the smallest and the largest letters, as parts of the width."""

    name: str
    least: float
    most: float


_SIZES = (_Sizes("desk", 1 / 90, 1 / 40), _Sizes("phone", 1 / 34, 1 / 24))


def draw(plan: FloorPlan, looks: Mapping[str, RoomLook]) -> str:
    """The plan as a whole SVG document; `looks` by the room's id."""
    unit = max(plan.width, plan.height) / 1000
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {plan.width} {plan.height}" role="group" '
        f'class="floor-plan" aria-labelledby="plan-{plan.floor.id}" font-family="{FONT}">'
    )
    return "".join(
        (
            head,
            f'<title id="plan-{plan.floor.id}">{escape(_title(plan))}</title>',
            f"<desc>{escape(_summary(looks))}</desc>",
            _STYLE,
            f"<defs>{_patterns(plan.floor.id, unit)}</defs>",
            f'<rect width="{plan.width}" height="{plan.height}" fill="{PAPER}"/>',
            _behind(plan),
            *(_room(plan, room, shape, looks[room.id], unit) for room, shape in plan.rooms),
            "</svg>",
        )
    )


_STYLE = (
    "<style>.floor-plan a:focus-visible{outline:none}.floor-plan a:focus-visible .edge,"
    ".floor-plan a:hover .edge{stroke:#3b4ba3;stroke-width:4px;vector-effect:non-scaling-stroke}"
    "@media (max-width:640px){.floor-plan .desk{display:none}.floor-plan .phone{display:inline}}</style>"
)


def escape(words: str) -> str:
    """For XML, which knows no control characters."""
    return escaped(_NOT_XML.sub(" ", words))


_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _title(plan: FloorPlan) -> str:
    return f"{plan.building.name}, floor {plan.floor.name}"


def _summary(looks: Mapping[str, RoomLook]) -> str:
    """As in `4 rooms: 2 free, 1 busy.`"""
    kinds = [look.word for look in looks.values()]
    counted = ", ".join(f"{kinds.count(word)} {word.lower()}" for word in dict.fromkeys(kinds))
    rooms = f"{len(kinds)} room{'' if len(kinds) == 1 else 's'}"
    return f"{rooms}: {counted}." if kinds else "No rooms are drawn here."


def _patterns(floor_id: str, unit: float) -> str:
    """Stripes for waiting, a net for closed; named for the floor, for there may be several in one page."""
    step = _number(22 * unit)
    pattern = f'width="{step}" height="{step}" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"'
    stripe = f'<rect width="{_number(9 * unit)}" height="{step}" fill="#e6c27c"/>'
    line = f'stroke="#8c8778" stroke-width="{_number(2.2 * unit)}"'
    net = f'<path d="M0 0H{step}M0 0V{step}" fill="none" {line}/>'
    return f'<pattern id="stripes-{floor_id}" {pattern}>{stripe}</pattern><pattern id="hatch-{floor_id}" {pattern}>{net}</pattern>'


def _behind(plan: FloorPlan) -> str:
    """The drawing, which is no more than a picture to those who can't see it."""
    if plan.drawing is None:
        return ""
    return f'<g aria-hidden="true"><svg width="{plan.width}" height="{plan.height}">{plan.drawing}</svg></g>'


def _room(plan: FloorPlan, room: RoomRecord, shape: Shape, look: RoomLook, unit: float) -> str:
    paint = _PAINT[look.kind]
    layers = [_shape(shape, unit, f'fill="{paint.fill}"')]
    if paint.pattern:
        layers.append(_shape(shape, unit, f'fill="url(#{paint.pattern}-{plan.floor.id})"'))
    edge = f'stroke="{paint.edge}" stroke-width="{_number(3 * unit)}" stroke-linejoin="round"'
    layers.append(_shape(shape, unit, f'class="edge" fill="none" {edge}'))
    box = label_box(shape)
    labels = (_label(room, box, look, paint, sizes, plan.width) for sizes in _SIZES)
    return (
        f'<a href={quoteattr("/rooms/" + room.id)} data-room={quoteattr(room.id)} data-look="{look.kind}">'
        f"<title>{escape(f'{room.name}, {look.says}')}</title><desc>{escape(_facts(room))}</desc>"
        f"{''.join(layers)}{''.join(labels)}</a>"
    )


def _facts(room: RoomRecord) -> str:
    """As in `6 seats. screen, whiteboard.`"""
    facts = [f"{room.capacity} seat{'' if room.capacity == 1 else 's'}"]
    if room.amenities:
        facts.append(", ".join(slug.replace("-", " ") for slug in room.amenities))
    if room.out_of_service:
        facts.append(room.out_of_service)
    return ". ".join(facts) + "."


def _shape(shape: Shape, unit: float, more: str) -> str:
    if isinstance(shape, Rectangle):
        round_by = _number(min(8 * unit, shape.width / 4, shape.height / 4))
        return f'<rect x="{shape.x}" y="{shape.y}" width="{shape.width}" height="{shape.height}" rx="{round_by}" {more}/>'
    return f'<polygon points="{" ".join(f"{x},{y}" for x, y in shape.points)}" {more}/>'


def _label(room: RoomRecord, box: Box, look: RoomLook, paint: _Paint, sizes: _Sizes, plan_width: int) -> str:
    left, top, width, height = box
    least, most = sizes.least * plan_width, sizes.most * plan_width
    margin = min(0.06 * width, 0.06 * height, most / 2)
    inner = (
        (width - 4 * margin, height - 4 * margin)
        if paint.plate
        else (width - 2 * margin, height - 2 * margin)
    )
    if min(inner) <= 0:
        return ""
    label = fitted(room.name, look.word, look.rest, *inner, least, most)
    hidden = ' display="none"' if sizes.name == "phone" else ""
    plate = _plate(label, box, paint, margin)
    return f'<g class="{sizes.name}"{hidden} aria-hidden="true" text-anchor="middle">{plate}{"".join(_lines(label, left + width / 2, top + height / 2, paint))}</g>'


def _plate(label: Label, box: Box, paint: _Paint, margin: float) -> str:
    if paint.plate is None:
        return ""
    left, top, width, height = box
    wide, high = label.width + 2 * margin, label.height + 1.2 * margin
    x, y = left + (width - wide) / 2, top + (height - high) / 2
    return (
        f'<rect x="{_number(x)}" y="{_number(y)}" width="{_number(wide)}" height="{_number(high)}" '
        f'rx="{_number(min(wide, high) / 6)}" fill="{paint.plate}"/>'
    )


def _lines(label: Label, x: float, middle: float, paint: _Paint) -> Iterator[str]:
    """The name, then a gap, then what is said of it."""
    y = middle - label.height / 2
    for lines, size, weight, colour in (
        (label.name, label.size, 700, paint.name),
        (label.status, label.size * SMALLER, 600, paint.status),
    ):
        for line in lines:
            baseline = y + size * (LINE / 2 + 0.35)
            y += size * LINE
            yield (
                f'<text x="{_number(x)}" y="{_number(baseline)}" font-size="{_number(size)}" '
                f'font-weight="{weight}" fill="{colour}">{escape(line)}</text>'
            )
        y += label.size * GAP


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
