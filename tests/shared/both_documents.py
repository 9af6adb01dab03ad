"""Reading what comes over the wire; run on both interpreters by test_both_interpreters.py."""

import json

from shared import panel_command, panel_presence, panel_screen, room_state, topics
from tests.shared.examples import START, meeting, refuses, state


def test_room_state_comes_back_as_it_was_sent():
    doc = state(meeting(0), meeting(7200, name="m2"))
    assert room_state.parse(room_state.encode(doc)) == doc


def test_fields_that_are_not_known_are_left_alone():
    doc = state(meeting(0))
    doc["colour"] = "green"
    assert room_state.parse(json.dumps(doc))["colour"] == "green"


def test_hostile_room_states_are_refused():
    hostile = [
        b"",
        b"{",
        b"[]",
        b"null",
        b"[" * 5000,
        b"\xff\xfe\x00",
        b" " * 20000,
    ]
    for payload in hostile:
        assert refuses(room_state.parse, payload), payload[:20]


def test_each_field_of_a_room_state_is_checked():
    for path, value in (
        (("v",), 2),
        (("revision",), -1),
        (("revision",), True),
        (("horizonUnix",), "soon"),
        (("room",), None),
        (("room", "id"), "a/b"),
        (("room", "name"), 5),
        (("room", "amenities"), [1]),
        (("zone", "offsets"), []),
        (("zone", "offsets"), [[0, 10**9]]),
        (("policy", "checkInOpensS"), 1.5),
        (("policy", "quickBookS"), [0]),
        (("policy", "glass"), ["end"]),
        (("policy", "glass"), {"end": 1}),
        (("policy", "glass"), {"end": "o" * 17}),
        (("current",), 5),
        (("next", "startUnix"), "10:00"),
        (("next", "endUnix"), START),
        (("next", "status"), "cancelled"),
        (("upcoming",), [None] * 25),
        (("upcoming",), "none"),
    ):
        doc = state(meeting(0))
        at = doc
        for level in path[:-1]:
            at = at[level]
        at[path[-1]] = value
        assert refuses(room_state.parse, json.dumps(doc)), path


def test_meetings_that_overlap_are_refused():
    assert refuses(room_state.parse, json.dumps(state(meeting(0), meeting(3599, name="m2"))))
    assert room_state.parse(json.dumps(state(meeting(0), meeting(3600, name="m2"))))


def test_offset_is_the_last_one_begun():
    doc = state()
    assert room_state.utc_offset_at(doc, START - 10**6 - 1) == 7200
    assert room_state.utc_offset_at(doc, START - 10**6) == 3600
    assert room_state.utc_offset_at(doc, 0) == 7200


def test_text_is_cut_between_characters():
    assert room_state.cut("naïve", 3) == "na"
    assert room_state.cut("naïve", 4) == "naï"
    assert room_state.cut("日本語", 8) == "日本"
    assert room_state.cut("short", 120) == "short"


def test_topics_are_told_apart():
    assert topics.parse(topics.room_state("r1")) == ("room", "r1", "state")
    assert topics.parse(topics.panel_up("p1", "hello")) == ("up", "p1", "hello")
    assert topics.parse(topics.panel_down("p1", "ack")) == ("down", "p1", "ack")
    assert topics.parse(topics.HUB_PRESENCE) == ("hub", "", "presence")
    for other in (
        "",
        "/",
        "circletime/v1/rooms/+/state",
        "circletime/v1/panels/p/up/ack",
        "x/" * 99,
        "$SYS/a",
    ):
        assert topics.parse(other) is None, other


def test_commands_are_checked_by_what_they_do():
    good = {"id": "c1", "action": "check_in", "roomId": "r", "atUnix": START, "bookingId": "b"}
    assert panel_command.parse(json.dumps(good))["bookingId"] == "b"
    for name, value in (
        ("id", ""),
        ("action", "dance"),
        ("roomId", "#"),
        ("atUnix", -1),
        ("atUnix", 1e9),
        ("bookingId", None),
        ("text", "x" * 1001),
        ("attendees", "many"),
        ("clockTrusted", 1),
        ("pin", 4711),
        ("pin", "471"),
        ("pin", "123456789"),
        ("pin", "47 11"),
        ("pin", "\u0664\u0667\u0661\u0661"),
        ("pin", "4711\n"),
    ):
        bad = dict(good)
        bad[name] = value
        assert refuses(panel_command.parse, json.dumps(bad)), name
    assert refuses(panel_command.parse, json.dumps({"id": "c", "action": "book", "roomId": "r", "atUnix": 1}))


def test_what_a_passer_by_may_do_is_on_unless_told():
    rule = panel_command.rule_for
    assert [rule(None, action) for action in panel_command.ACTIONS] == ["on"] * 5
    glass = {"checkIn": "off", "reportIssue": "pin", "end": "pin", "extend": "on", "dance": "on"}
    assert [rule(glass, action) for action in panel_command.ACTIONS] == ["off", "pin", "on", "on", "pin"]


def test_rule_of_a_later_hub_is_off():
    assert panel_command.rule_for({"end": "badge"}, "end") == "off"
    doc = state()
    doc["policy"]["glass"] = {"end": "badge", "dance": "on"}
    assert room_state.parse(json.dumps(doc))["policy"]["glass"]["end"] == "badge"


def test_acks_carry_a_revision_or_a_problem():
    assert panel_command.parse_ack('{"id":"c","ok":true,"revision":3}')["revision"] == 3
    assert (
        panel_command.parse_ack('{"id":"c","ok":false,"problem":"cannot-extend"}')["problem"]
        == "cannot-extend"
    )
    assert refuses(panel_command.parse_ack, '{"id":"c","ok":true}')
    assert refuses(panel_command.parse_ack, '{"id":"c","ok":"yes","revision":3}')


def test_hello_welcome_and_presence_come_back():
    assert panel_presence.parse_hello(panel_presence.hello("b", "1", None, 0))["roomId"] is None
    assert panel_presence.parse_welcome(panel_presence.welcome(START, "r", 3))["nowUnix"] == START
    assert (
        panel_presence.parse_presence(panel_presence.presence("sleeping", "b", START))["untilUnix"] == START
    )
    assert refuses(panel_presence.parse_presence, '{"status":"dead","bootId":"b"}')
    assert refuses(panel_presence.parse_hello, '{"bootId":"b","firmware":"1","roomId":"+","revision":0}')


def test_strip_of_the_glass_comes_back():
    rows = bytes(panel_screen.STRIP_ROWS * panel_screen.ROW_BYTES)
    strip = panel_screen.strip_header(70000, 40) + rows
    assert panel_screen.parse_strip(strip) == (70000 % 65536, 40, rows)
    assert refuses(panel_screen.parse_strip, strip[:-1])
    assert refuses(panel_screen.parse_strip, panel_screen.strip_header(1, 41) + rows)
    assert refuses(panel_screen.parse_strip, panel_screen.strip_header(1, 480) + rows)
