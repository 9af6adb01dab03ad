"""Words that the glyph packs lack: asked of the hub once, kept within a bound, and never waited for."""

import json
from base64 import b64encode

from shared import text_strip, topics
from tests.firmware.hub_double import PANEL, wait_until
from tests.micropython import needs_micropython
from tests.shared.examples import START, meeting, state

pytestmark = needs_micropython

BEGIN = """
import json, os
from binascii import b2a_base64
from firmware import fonts, ticks
from firmware.strips import AGAIN_MS, FOLDER, MOST, NONE_FOR_MS, Strips
from shared.text_strip import TITLE
now = [0]
ticks.now_ms = lambda: now[0]
ticks.since_ms = lambda earlier: now[0] - earlier
def answer(question, width=16, height=2, dots=b"\\xff\\x0f\\x01\\x02"):
    asked = json.loads(question)
    return {"id": asked["id"], "kind": "strip", "width": width, "height": height, "dots": b2a_base64(dots).decode().strip()}
def refused(strips, reply):
    try:
        strips.take(reply)
    except ValueError:
        return True
def find(strips, words):
    return strips.find(TITLE, words, fonts.D26)
strips = Strips()
"""


def test_picture_comes_once_and_is_found_after_a_restart(on_micropython):
    on_micropython(
        BEGIN
        + """
assert find(strips, "Roadmap \\u0301") is None and strips.question() is None, "the packs have it all"
assert find(strips, "会議") is None
question = strips.question()
assert json.loads(question)["text"] == "会議" and strips.question() is None, "asked once"
strips.take(answer(question))
path, width, height = find(Strips(), "会議")
assert (width, height) == (16, 2) and Strips().question() is None
assert open(path, "rb").read()[4:] == b"\\xff\\x0f\\x01\\x02"
"""
    )


def test_answer_that_does_not_come_is_asked_for_again_later(on_micropython):
    on_micropython(
        BEGIN
        + """
find(strips, "会議"); assert strips.question()
find(strips, "会議"); assert strips.question() is None
now[0] += AGAIN_MS
find(strips, "会議"); late = strips.question()
strips.not_answered()
assert refused(strips, answer(late)), "its link is gone"
find(strips, "会議"); assert strips.question()
"""
    )


def test_hub_without_the_font_is_left_alone_for_an_hour(on_micropython):
    on_micropython(
        BEGIN
        + """
find(strips, "会議")
strips.take(answer(strips.question(), 0, 0, b""))
assert find(strips, "会議") is None and strips.question() is None
now[0] += NONE_FOR_MS
find(strips, "会議"); assert strips.question()
"""
    )


def test_flash_holds_so_many_and_the_first_goes_first(on_micropython):
    on_micropython(
        BEGIN
        + """
os.mkdir(FOLDER)
open(FOLDER + "/left-by-a-power-cut", "w").close()
for number in range(MOST + 5):
    find(strips, "会議%d" % number)
    strips.take(answer(strips.question()))
assert len(os.listdir(FOLDER)) == MOST, os.listdir(FOLDER)
assert find(strips, "会議4") is None and find(strips, "会議5") and find(strips, "会議%d" % (MOST + 4))
open(FOLDER + ".txt", "w").close()
strips.wanted = None
find(strips, "new"+"会"); strips.take(answer(strips.question()))
assert len(os.listdir(FOLDER)) == 1, "an index that is gone takes all with it"
"""
    )


def test_hostile_answers_change_nothing(on_micropython):
    on_micropython(
        BEGIN
        + """
assert refused(strips, {"id": "x", "kind": "strip", "width": 8, "height": 1, "dots": "AA=="}), "nothing was asked"
find(strips, "会議")
good = answer(strips.question())
for change in ({"id": "other"}, {"width": 223}, {"width": -1}, {"height": 61}, {"height": 3}, {"dots": "!"}, {"dots": 5},
               {"dots": "AA=="}, {"width": None}, {"width": True}, {"id": "../x"}):
    bad = dict(good)
    bad.update(change)
    assert refused(strips, bad), change
assert find(strips, "会議") is None
strips.take(good)
path = find(strips, "会議")[0]
for content in (b"", b"\\xff\\xff\\xff\\xff", b"\\x00\\x10"):
    with open(path, "wb") as file:
        file.write(content)
    assert find(strips, "会議") is None, content
"""
    )


def the_next(hub, after):
    return wait_until(lambda: hub.said("request")[after:], "the panel asks")[0]


def test_letters_stand_on_the_glass_of_a_real_panel_once_the_hub_has_drawn_them(hub, panel):
    hub.state = state(meeting(0) | {"title": "会議", "organizer": "山田"}) | {"revision": 3}
    hub.publish_retained()
    one = panel()
    hub.shows("check_in")
    asked, words = 0, set()
    before = hub.glass()
    while len(words) < 2:
        request = the_next(hub, asked)
        asked += 1
        words.add(request["text"])
        assert request["kind"] == text_strip.STRIP
        dots = b64encode(bytes([0xFF] * 2 * 20)).decode()
        reply = {"id": request["id"], "kind": "strip", "width": 16, "height": 20, "dots": dots}
        hub.down("reply", reply)
    assert words == {"会議", "山田"}
    kept = wait_until(lambda: len(list((one.flash / "strips").glob("*"))) == 2, "both are in flash")
    assert kept
    wait_until(lambda: hub.glass() != before, "they are on the glass")
    hub.publish(topics.panel_down(PANEL, "reply"), b'{"id":"x","kind":"strip","width":1e9}')
    hub.publish(topics.panel_down(PANEL, "reply"), json.dumps({"kind": "strip"} | reply).encode())
    hub.publish(topics.panel_down(PANEL, "reply"), b"x" * 16000)
    hub.publish_state(state(meeting(0)) | {"revision": 9, "publishedUnix": START + 400})
    hub.welcome()
    wait_until(lambda: hub.said("telemetry")[-1]["revision"] == 9, "and it goes on")
