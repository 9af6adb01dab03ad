"""Shapes of rooms on a plan, and the words that are laid into them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.rooms.labels import BOLD, SMALLER, fitted, text_width
from hub.rooms.shapes import LARGEST, Polygon, Rectangle, label_box, what_is_wrong

L_SHAPE = Polygon([(0, 0), (100, 0), (100, 40), (40, 40), (40, 100), (0, 100)])


@pytest.mark.parametrize(
    ("shape", "wrong"),
    [
        (Rectangle(0, 0, 100, 80), None),
        (Rectangle(1, 0, 100, 80), "is not within the plan"),
        (Rectangle(0, 1, 100, 80), "is not within the plan"),
        (Polygon([(0, 0), (100, 0), (100, 80)]), None),
        (Polygon([(0, 0), (101, 0), (100, 80)]), "is not within the plan"),
        (Polygon([(0, 0), (50, 0), (100, 0)]), "has no area"),
        (Polygon([(5, 5), (5, 5), (5, 5)]), "has no area"),
        (Polygon([(0, 0), (100, 80), (100, 0), (0, 60)]), "crosses itself"),
        (Polygon([(0, 0), (50, 0), (50, 40), (100, 40), (100, 80), (50, 80), (50, 40), (0, 40)]), None),
    ],
)
def test_shape_lies_within_its_plan_and_has_an_inside(shape, wrong):
    assert what_is_wrong(shape, 100, 80) == wrong


def test_label_of_a_corner_room_lies_in_one_of_its_wings():
    left, top, width, height = label_box(L_SHAPE)
    assert (left, top) == (0, 0)
    assert width > 85
    assert 25 < height <= 40


CORNER = st.integers(0, LARGEST)


@given(st.lists(st.tuples(CORNER, CORNER), min_size=3, max_size=12))
def test_label_never_leaves_the_box_around_its_shape(points):
    shape = Polygon(points)
    if what_is_wrong(shape, LARGEST, LARGEST):
        return
    left, top, width, height = label_box(shape)
    xs, ys = zip(*points, strict=True)
    assert min(xs) <= left
    assert left + width <= max(xs) + 1e-6
    assert min(ys) <= top
    assert top + height <= max(ys) + 1e-6


def test_label_has_few_lines_where_there_is_room_and_more_where_it_is_narrow():
    wide = fitted("Building Blocks", "Busy", "until 11:30", 400, 200, 10, 24)
    assert (wide.name, wide.status, wide.size) == (("Building Blocks",), ("Busy until 11:30",), 24)
    narrow = fitted("Building Blocks", "Busy", "until 11:30", 160, 200, 10, 24)
    assert (narrow.name, narrow.status) == (("Building", "Blocks"), ("Busy", "until 11:30"))
    assert 20 < narrow.size <= 24


def test_label_gives_up_the_time_before_the_name_and_never_the_word():
    low = fitted("Sandbox", "Busy", "until 11:30", 80, 26, 10, 24)
    assert (low.name, low.status) == (("Sandbox",), ("Busy",))
    tiny = fitted("Quarter planning", "Busy", "until 11:30", 80, 26, 10, 24)
    assert tiny.name[0].endswith("…")
    assert tiny.status == ("Busy",)


@given(st.text(max_size=255), st.floats(1, 5000), st.floats(1, 5000))
def test_label_fits_its_box_whatever_the_name(name, width, height):
    label = fitted(name, "Check-in", "by 10:45", width, height, 10, 24)
    assert label.size <= 24
    assert label.height <= height * 1.0001
    for line in label.name:
        assert text_width(line) * BOLD * label.size <= width * 1.0001
    for line in label.status:
        assert text_width(line) * BOLD * SMALLER * label.size <= width * 1.0001
