"""Drawings that mean harm, or were damaged: refused, or harmless and the same when they come in again.

What may come in is written out here a second time, so that a line too many in `hub/rooms/drawing.py` is seen.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, fromstring, tostring

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.errors import Refused
from hub.rooms.drawing import MAX_ELEMENTS, clean
from tests.hub.fuzz.mutations import bytes_taken, damaged, quick
from tests.hub.rooms.test_drawing import HOSTILE
from tests.soak import examples

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {
    "svg",
    "g",
    "defs",
    "symbol",
    "use",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "title",
    "desc",
}
ATTRIBUTES = {
    "id",
    "href",
    "x",
    "y",
    "width",
    "height",
    "rx",
    "ry",
    "cx",
    "cy",
    "r",
    "x1",
    "y1",
    "x2",
    "y2",
    "dx",
    "dy",
    "d",
    "points",
    "viewBox",
    "preserveAspectRatio",
    "transform",
    "pathLength",
    "textLength",
    "lengthAdjust",
    "rotate",
    "fill",
    "fill-opacity",
    "fill-rule",
    "stroke",
    "stroke-width",
    "stroke-opacity",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-miterlimit",
    "stroke-dasharray",
    "stroke-dashoffset",
    "opacity",
    "color",
    "display",
    "visibility",
    "vector-effect",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "text-anchor",
    "dominant-baseline",
    "letter-spacing",
}
OUTSIDE = re.compile(r"[:/\\;<>&@{}\[\]\"]|url|expression|script|import", re.IGNORECASE)
"""No value has a way to say an address, or to leave its attribute."""

OFFICE = b"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!-- Created with Inkscape (http://www.inkscape.org/) -->
<svg xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" xmlns="http://www.w3.org/2000/svg"
  xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" xmlns:xlink="http://www.w3.org/1999/xlink"
  width="210mm" height="297mm" viewBox="0 0 210 297" version="1.1" id="svg5" inkscape:version="1.2">
 <sodipodi:namedview id="namedview7" pagecolor="#ffffff" inkscape:zoom="0.7"/>
 <defs id="defs2"><symbol id="chair" viewBox="0 0 4 4"><circle cx="2" cy="2" r="1.5" class="seat"/></symbol>
  <style>.seat { fill: url(#a) }</style></defs>
 <g inkscape:label="Walls" inkscape:groupmode="layer" id="layer1" transform="translate(10.5,-3) rotate(90)">
  <path style="fill:none;stroke:#000000;stroke-width:0.26;stroke-opacity:1;-inkscape-font:x"
    d="M 10,20 H 190 V 140 C 1,2 3,4 5,6 Z" id="path1" sodipodi:nodetypes="ccccc"/>
  <rect x="20" y="30" width="60" height="40" rx="2" fill="rgb(200, 210, 220)" onclick="alert(1)"/>
  <use xlink:href="#chair" x="25" y="35" width="4" height="4"/><use href="#chair" x="30" y="35"/>
  <text xml:space="preserve" x="30" y="50" style="font-size:8px;font-family:'DejaVu Sans'"><tspan
    x="30" y="50">Kitchen &amp; more</tspan></text>
 </g>
</svg>
"""
TOKENS = [one.encode() for one in HOSTILE] + [
    *(
        b"<g>",
        b"</g>",
        b"<",
        b">",
        b"'",
        b'"',
        b"&#x26;",
        b"&lt;",
        b"]]>",
        b"<![CDATA[",
        b"<!--",
        b"-->",
        b"<?p ?>",
    ),
    *(b"xmlns='", b" xmlns:h='http://www.w3.org/2000/svg'", b"href='#chair'", b"id='chair'", b"id='layer1'"),
    *(
        b"style='fill:",
        b"url(#a)",
        b"u\\72l(",
        b"\xe2\x80\xae",
        b"\xff",
        b"\x00",
        b"e9999",
        b"nan",
        b"-1e400",
    ),
]


def holds(data: bytes) -> None:
    try:
        found = quick(lambda: clean(data), len(data))
    except Refused:
        return
    root = fromstring(found.svg)
    assert root.tag == f"{SVG}svg"
    assert sum(1 for _ in root.iter()) <= MAX_ELEMENTS
    ids = {element.get("id") for element in root.iter()}
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in ELEMENTS
        assert element.attrib.keys() <= ATTRIBUTES
        for name, value in element.attrib.items():
            assert OUTSIDE.search(value) is None, (name, value)
            assert name != "href" or (element.tag == f"{SVG}use" and value.startswith("#drawn-"))
    assert all(one is None or one.startswith("drawn-") for one in ids)
    assert clean(found.svg.encode()).svg == found.svg
    assert len(found.svg) <= 4 * len(data) + 200


@settings(max_examples=examples(80), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False))
def test_a_drawing_that_was_damaged_is_refused_or_harmless(random):
    holds(damaged(OFFICE, random, TOKENS))


NAMES = st.sampled_from(
    [*sorted(ELEMENTS), "script", "foreignObject", "style", "image", "a", "animate", "set", "G"]
)
VALUES = st.one_of(
    st.sampled_from(
        ["#a", "#drawn-a", "a", "url(#a)", "javascript:x", "//x", "red", "1e9", "M0 0L1 1", "rgb(1,2,3)"]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8),
)
FEATURES = st.dictionaries(
    st.sampled_from([*sorted(ATTRIBUTES), "onload", "style", "class", "{http://www.w3.org/1999/xlink}href"]),
    VALUES,
    max_size=4,
)


@st.composite
def trees(draw, depth=2):
    """An element of any name, with others in it."""
    element = Element(SVG + draw(NAMES), draw(FEATURES))
    element.text = draw(st.none() | st.text(st.characters(codec="utf-8", min_codepoint=32), max_size=5))
    if depth:
        element.extend(draw(st.lists(trees(depth=depth - 1), max_size=3)))
    return element


@settings(max_examples=examples(50), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(trees(), max_size=3))
def test_a_tree_of_any_elements_is_refused_or_harmless(found):
    root = Element(f"{SVG}svg", {"viewBox": "0 0 10 10"})
    root.extend(found)
    holds(tostring(root))


def test_parts_that_repeat_each_other_cost_little():
    levels = "".join(f"<g id='n{i}'><use href='#n{i + 1}'/><use href='#n{i + 1}'/></g>" for i in range(60))
    holds(f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'>{levels}</svg>".encode())


def test_the_drawing_that_is_damaged_here_comes_in():
    assert clean(OFFICE).left_out == ("<style>", "class", "onclick")


def test_a_drawing_takes_no_more_memory_than_a_page_of_the_app():
    assert (
        bytes_taken(lambda: holds(OFFICE.replace(b"</svg>", b"<g><g/></g>" * 2000 + b"</svg>"))) < 15_000_000
    )
