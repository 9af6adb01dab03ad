"""What a panel asks, and what it may be answered."""

import json

from shared import panel_request
from tests.shared.examples import refuses

ROOM = {"name": "Sandbox", "floor": "3", "capacity": 4, "untilUnix": 1795341600}


def test_question_and_answer_are_read_as_they_were_written():
    assert panel_request.parse_request(panel_request.request("q1")) == {"id": "q1", "kind": "free_rooms"}
    found = panel_request.check_reply(json.loads(panel_request.reply("q1", [ROOM])))
    assert found == {"id": "q1", "kind": "free_rooms", "rooms": [ROOM]}


def test_the_longest_answer_is_taken():
    longest = {"name": "語" * 20, "floor": "語" * 6, "capacity": 100000, "untilUnix": 253402300799}
    said = panel_request.reply("q" * 64, [longest] * panel_request.MOST_ROOMS)
    assert len(said) <= panel_request.MAX_BYTES
    assert len(panel_request.check_reply(json.loads(said))["rooms"]) == panel_request.MOST_ROOMS


def test_what_is_no_question_is_refused():
    for asked in (
        "",
        "[]",
        '{"id":"q1"}',
        '{"id":"q1","kind":"secrets"}',
        '{"id":"a b","kind":"free_rooms"}',
    ):
        assert refuses(panel_request.parse_request, asked), asked


def test_what_is_no_answer_is_refused():
    for change in ({"name": None}, {"floor": 2}, {"capacity": -1}, {"untilUnix": "now"}, {"name": "x" * 61}):
        found = {"id": "q1", "kind": "free_rooms", "rooms": [dict(ROOM, **change)]}
        assert refuses(panel_request.check_reply, found), change
    assert refuses(panel_request.check_reply, {"id": "q1", "kind": "free_rooms", "rooms": [ROOM] * 5})
    assert refuses(panel_request.check_reply, {"id": "q1", "kind": "free_rooms", "rooms": [3]})
