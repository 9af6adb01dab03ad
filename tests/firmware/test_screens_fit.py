"""Whatever a room and its meetings are called, nothing is clipped and nothing runs into something else."""

import random

import pytest
from PIL import Image, ImageChops

from firmware import qr
from tests.firmware.screen_views import HOUR, LINK, MINUTE, TEN, meeting, state
from tests.micropython import needs_micropython
from tools import preview

pytestmark = needs_micropython

ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÅÄÖÉŠŽ",
    "WMÅĄ@",
    "il.,'|!",
    "абвгдежзийклмнопрстуфхцчшщъыьэюяЁЩЙ",
    "αβγδεζηθικλμνξοπρστυφχψωΆΏ",
    "会議室日本語한국어",
    "e\u0301a\u0308\u200d\U0001f600",
    "0123456789:",
)
CENTRE = (213, 210)
COLUMN = range(444, 784)
KEYS_TOP = 421


def words(chance, most_bytes=120):
    letters = chance.choice(ALPHABETS) + chance.choice(("", " ", "  ", "     "))
    made = "".join(chance.choice(letters) for _ in range(chance.randint(1, most_bytes)))
    return made.encode()[:most_bytes].decode(errors="ignore")


def elsewhere(chance, now):
    room = {"name": words(chance, 60), "floor": words(chance, 20), "capacity": chance.choice((0, 1, 400))}
    return room | {"untilUnix": now + chance.randrange(12 * HOUR)}


def any_view(seed):
    """A state with meetings of every length and name, at any minute of the day, in every condition."""
    chance = random.Random(seed)
    now = TEN + chance.randrange(24 * 60) * MINUTE
    start = now - chance.choice((0, 5, 14, 400)) * MINUTE
    meetings = []
    for _ in range(chance.randint(0, 24)):
        length = chance.choice((1, 15, 60, 95, 800))
        named = (
            words(chance) if chance.random() < 0.9 else None,
            words(chance) if chance.random() < 0.8 else None,
        )
        checked_in = chance.random() < 0.5
        meetings.append(meeting(start, length, *named, status="checked_in" if checked_in else "confirmed"))
        start += (length + chance.choice((0, 0, 15, 300))) * MINUTE
    current = meetings.pop(0) if meetings and meetings[0]["startUnix"] <= now else None
    if current is not None and not current["startUnix"] <= now < current["endUnix"]:
        current = None
    room = {
        "name": words(chance),
        "floor": words(chance, 12),
        "amenities": [words(chance, 30) for _ in range(9)],
    }
    made = state(*meetings, current=current, capacity=chance.choice((0, 1, 400)), **room)
    made["horizonUnix"] = now + chance.choice((-1, 5, 48)) * HOUR
    screens = (
        [None] * 7
        + (["end_early"] if current is not None else [None]) * 2
        + ["starting", "unclaimed", "report", "report", "other_rooms", "other_rooms"]
    )
    screen = chance.choice(screens)
    return {
        "screen": screen,
        "state": None if screen in ("starting", "unclaimed") else made,
        "now": now,
        "hour24": chance.random() < 0.5,
        "web_url": chance.choice((None, LINK, LINK + "x" * 50, "x" * 300)),
        "offline_since": chance.choice((None, now - 60, now - 40 * HOUR)),
        "notice": chance.choice((None, None, words(chance))),
        "pressed": chance.choice((None, 0, 1, 2)),
        "clock_trusted": chance.random() < 0.9,
        "language": chance.choice(("en", "de", "fr", "es")),
        "page": chance.randrange(3),
        "rooms": chance.choice((None, [], [elsewhere(chance, now) for _ in range(4)])),
    }


VIEW_COUNT = 200


@pytest.fixture(scope="module")
def drawn():
    """Views beside their pictures, white for ink whether the panel is inverted or not, and their keys."""
    views = [any_view(seed) for seed in range(VIEW_COUNT)]
    frames, costs = preview.draw(views)
    pictures = []
    for frame in frames:
        picture = preview.picture(frame).convert("L")
        paper = picture.getpixel((0, 0))
        pictures.append(ImageChops.invert(picture) if paper else picture)
    return list(zip(views, pictures, [cost["keys"] for cost in costs], strict=True))


def ink_in(picture, left, top, right, bottom):
    return picture.crop((left, top, right, bottom)).getbbox()


def test_nothing_touches_the_glass_s_edges_or_leaves_its_column(drawn):
    for view, picture, _ in drawn:
        assert ink_in(picture, 0, 0, 800, 1) is None, view
        assert ink_in(picture, 419, 0, COLUMN.start - 2, KEYS_TOP) is None, view
        assert ink_in(picture, COLUMN.stop + 2, 0, 800, KEYS_TOP) is None, view
        assert ink_in(picture, 430, KEYS_TOP - 4, 800, KEYS_TOP) is None, view


def test_the_pointer_crosses_no_words(drawn):
    """Between the words' circle and the pointer's foot, whatever the hour, there is only paper."""
    band = [
        (CENTRE[0] + x, CENTRE[1] + y)
        for x in range(-112, 113)
        for y in range(-112, 113)
        if 109**2 < x * x + y * y < 111**2
    ]
    for view, picture, _ in drawn:
        dots = picture.load()
        assert not any(dots[at] for at in band), view


def test_code_stands_whole_in_its_quiet_zone(drawn):
    codes = 0
    for view, picture, keys in drawn:
        link = view["web_url"]
        shown = (
            view["screen"] != "starting"
            and view["screen"] not in ("report", "other_rooms")
            and keys[0][0] not in ("End early", "Yes, end it")
        )
        if not shown or link is None or len(link) > qr.MOST_BYTES:
            continue
        size, modules = qr.encode(link)
        scale = max(100 // size, 3)
        left, top = 784 - size * scale, 405 - size * scale
        quiet = 4 * scale
        code = Image.frombytes("L", (size, size), bytes(255 * dark for dark in modules))
        expected = Image.new("L", (size * scale + 2 * quiet,) * 2)
        expected.paste(code.resize((size * scale,) * 2, Image.Resampling.NEAREST), (quiet, quiet))
        box = (left - quiet, top - quiet, 784 + quiet, 405 + quiet)
        assert ImageChops.difference(picture.crop(box), expected).getbbox() is None, view
        codes += 1
    assert codes > VIEW_COUNT // 8


def test_key_labels_stay_between_their_dividers(drawn):
    for view, picture, _ in drawn:
        for divider in (266, 533):
            assert ink_in(picture, divider - 8, KEYS_TOP + 3, divider, 480) is None, view
            assert ink_in(picture, divider + 2, KEYS_TOP + 3, divider + 8, 480) is None, view
        assert ink_in(picture, 0, 476, 800, 480) is None, view
