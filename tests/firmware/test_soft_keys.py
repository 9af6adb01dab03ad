"""What the three keys mean, on each screen."""

import pytest

from tests.firmware.screen_views import HIRING, MINUTE, PLANNING, TEN, VIEWS, meeting, state
from tests.micropython import needs_micropython
from tools import preview

pytestmark = needs_micropython

NOTHING = ["", None, False]
ELSEWHERE = ["Other rooms", "other_rooms", True]
SOON = meeting(TEN + 40 * MINUTE, 60)
MORE = ["15 min more", "extend:15", True]
NO_MORE = ["15 min more", None, False]


def keys(**view):
    return preview.draw([{"now": TEN, **view}])[1][0]["keys"]


def labels(found):
    return [label for label, _, _ in found]


def actions(found):
    return [action for _, action, _ in found]


def test_free_room_can_be_booked_for_the_lengths_of_its_policy():
    assert actions(keys(state=state(HIRING))) == ["book:15", "book:30", "book:60"]


def test_lengths_that_reach_into_the_next_meeting_are_grey():
    assert keys(state=state(SOON)) == [
        ["Book 15 min", "book:15", True],
        ["Book 30 min", "book:30", True],
        ["Book 1 hour", None, False],
    ]


def test_walk_up_leaves_its_buffer_before_the_next_meeting():
    assert actions(keys(state=state(SOON, policy={"bufferS": 599}))) == ["book:15", "book:30", None]
    assert actions(keys(state=state(SOON, policy={"bufferS": 600}))) == ["book:15", None, None]


def test_walk_up_that_would_reach_the_hub_a_moment_too_late_is_grey():
    at = SOON["startUnix"] - 30 * MINUTE
    assert actions(keys(state=state(SOON), now=at - 1)) == ["book:15", "book:30", None]
    assert actions(keys(state=state(SOON), now=at)) == ["book:15", None, None]


def test_nothing_is_booked_past_what_is_known():
    assert actions(keys(state=state() | {"horizonUnix": TEN + 1801})) == ["book:15", "book:30", None]


def test_fewer_and_more_lengths_than_keys():
    assert keys(state=state(policy={"quickBookS": [7200]})) == [
        ["Book 2 hours", "book:120", True],
        NOTHING,
        NOTHING,
    ]
    assert actions(keys(state=state(policy={"quickBookS": [900, 1200, 5400, 3600]}))) == [
        "book:15",
        "book:20",
        "book:90",
    ]


def test_offline_nothing_is_promised_that_only_the_hub_can_grant():
    assert actions(keys(state=state(HIRING), offline_since=TEN - 60)) == [None, None, None]
    busy = keys(state=state(current=PLANNING), offline_since=TEN - 60)
    assert busy == [["End early", "end", True], NO_MORE, ["Report", "report:0", True]]


def test_before_its_start_idle_offers_check_in():
    view = {"state": state(meeting(TEN + 10 * MINUTE, 60)), "offline_since": TEN - 60}
    assert keys(**view) == [["Check in", "check_in", True], NOTHING, NOTHING]


def test_waiting_for_check_in():
    found = keys(state=state(current=meeting(TEN - 5 * MINUTE, 60)))
    assert found == [["Check in", "check_in", True], ELSEWHERE, ["Not us", "release", True]]


def test_pressed_key_waits_for_the_hub():
    found = keys(state=state(current=meeting(TEN - 5 * MINUTE, 60)), pending=["check_in"])
    assert found == [["Check in", None, True], ELSEWHERE, ["Not us", "release", True]]


@pytest.mark.parametrize(
    ("gap_minutes", "policy", "key"),
    [
        (15, {}, MORE),
        (14, {}, NO_MORE),
        (15, {"bufferS": 1}, NO_MORE),
        (60, {"maxS": 105 * MINUTE}, MORE),
        (60, {"maxS": 104 * MINUTE}, NO_MORE),
        (60, {"extendS": []}, NOTHING),
    ],
)
def test_meeting_can_be_extended_when_it_still_fits(gap_minutes, policy, key):
    after = meeting(PLANNING["endUnix"] + gap_minutes * MINUTE, 30)
    assert keys(state=state(after, current=PLANNING, policy=policy))[1] == key


def test_end_early_asks_again():
    assert actions(keys(**VIEWS["end-early"])) == ["end_confirm", None, "end_keep"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("unknown", ["Other rooms", "", "Report"]),
        ("out-of-service", ["Other rooms", "", "Report"]),
        ("starting", ["", "", ""]),
    ],
)
def test_rooms_that_cannot_be_used_can_be_reported(name, expected):
    assert labels(keys(**VIEWS[name])) == expected


def allowing(**glass):
    return {"policy": {"glass": glass}}


def test_what_is_off_has_no_key():
    assert keys(state=state(HIRING, **allowing(book="off"))) == [NOTHING] * 3
    busy = state(current=PLANNING, **allowing(extend="off", end="off"))
    assert labels(keys(state=busy)) == ["", "", "Report"]
    waiting = meeting(TEN, 60)
    assert labels(keys(state=state(current=waiting, **allowing(checkIn="off")))) == [
        "",
        "Other rooms",
        "Not us",
    ]
    assert labels(keys(state=state(current=waiting, **allowing(end="off")))) == [
        "Check in",
        "Other rooms",
        "",
    ]
    closed = state(outOfService="Wet", **allowing(reportIssue="off"))
    assert labels(keys(state=closed)) == ["Other rooms", "", ""]


def test_rule_of_a_later_hub_has_no_key():
    assert keys(state=state(HIRING, **allowing(book="badge"))) == [NOTHING] * 3


def test_what_takes_a_pin_needs_the_hub():
    busy = state(current=PLANNING, **allowing(end="pin", reportIssue="pin"))
    assert keys(state=busy)[0] == ["End early", "end_confirm", True], "a PIN is not entered by mistake"
    assert keys(state=busy, offline_since=TEN - 60) == [
        ["End early", None, False],
        NO_MORE,
        ["Report", None, False],
    ]


def test_every_category_has_a_key_and_the_last_page_a_way_back():
    found = [keys(screen="report", page=page, state=state(HIRING)) for page in range(3)]
    assert [label for page in found for label in labels(page)] == [
        "Something broken",
        "Screen or video",
        "More",
        "Not clean",
        "Too warm or cold",
        "More",
        "Something missing",
        "Something else",
        "Back",
    ]
    assert actions(found[0]) == ["issue:something broken", "issue:screen or video", "report:1"]
    assert actions(found[2])[2] == "close"


def test_a_report_on_its_way_shows_as_pressed():
    found = keys(screen="report", page=1, state=state(HIRING), pending=["issue:not clean"])
    assert found[0] == ["Not clean", None, True]


def test_only_the_hub_knows_of_other_rooms():
    closed = state(outOfService="Wet")
    assert keys(state=closed)[0] == ELSEWHERE
    assert keys(state=closed, offline_since=TEN - 60)[0] == ["Other rooms", None, False]
