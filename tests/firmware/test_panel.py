"""What stands beside the door, seen from the hub: real firmware, real broker."""

from __future__ import annotations

import signal

import pytest

from shared import panel_screen, topics
from tests.firmware.hub_double import PANEL, ROOM, wait_until
from tests.micropython import needs_micropython
from tests.shared.examples import START, meeting, state
from tools import simulator

pytestmark = needs_micropython


def test_panel_shows_the_rooms_state_and_says_what_is_on_its_glass(hub, panel):
    panel()
    told = hub.shows("check_in")
    glass = hub.glass()
    assert len(glass) == 48000
    assert any(glass)
    assert told["heapFree"] > 32_000
    hub.publish_state(state(meeting(0, status="checked_in")) | {"revision": 8})
    assert hub.shows("meeting")["frame"] == told["frame"] + 1
    assert hub.glass() != glass


def test_panel_introduces_itself(hub, panel):
    panel()
    hub.shows("check_in")
    assert hub.said("hello")[-1].keys() == {"bootId", "firmware", "roomId", "revision"}
    assert hub.said("hello")[-1]["roomId"] == ROOM
    assert hub.said("presence")[-1] == {"status": "online", "bootId": hub.said("hello")[-1]["bootId"]}


def test_its_will_says_offline_for_this_very_start(hub, panel):
    one = panel()
    hub.shows("check_in")
    one.cut_power()
    wait_until(lambda: hub.said("presence")[-1]["status"] == "offline", "the will")
    assert hub.said("presence")[-1]["bootId"] == hub.said("hello")[-1]["bootId"]


def test_a_picture_that_is_the_same_is_not_drawn_again(hub, panel):
    panel()
    frame = hub.shows("check_in")["frame"]
    for revision in range(8, 12):
        hub.publish_state(hub.state | {"revision": revision})
        hub.welcome()
    hub.publish_state(state(meeting(0, status="checked_in")) | {"revision": 12})
    assert hub.shows("meeting")["frame"] == frame + 1


def test_press_becomes_a_command(hub, panel):
    panel()
    hub.shows("check_in")
    hub.press(0)
    hub.shows("meeting")
    (command,) = hub.said("command")
    assert command["id"]
    assert (command["action"], command["roomId"], command["bookingId"]) == ("check_in", ROOM, "m1")
    assert abs(command["atUnix"] - hub.now_unix) <= 3
    assert command["clockTrusted"] is True


def test_not_us_ends_the_meeting(hub, panel):
    panel()
    hub.shows("check_in")
    hub.press(2)
    hub.shows("idle")
    (command,) = hub.said("command")
    assert (command["action"], command["bookingId"]) == ("end", "m1")


def test_a_meeting_is_ended_early_only_after_a_second_key(hub, panel):
    hub.publish_state(state(meeting(0, status="checked_in")))
    panel()
    hub.shows("meeting")
    hub.press(0)
    hub.shows("end_early")
    hub.press(2)
    hub.shows("meeting")
    hub.press(0)
    hub.shows("end_early")
    assert hub.said("command") == []
    hub.press(0)
    hub.shows("idle")
    assert hub.said("command")[0]["action"] == "end"


def test_a_walk_up_is_asked_of_the_hub(hub, panel):
    hub.publish_state(state())
    panel()
    hub.shows("idle")
    hub.press(1)
    (command,) = wait_until(lambda: hub.said("command"), "a command")
    assert (command["action"], command["minutes"]) == ("book", 30)


def test_a_refusal_is_told_and_the_picture_goes_back(hub, panel):
    hub.answers = lambda command: {
        "id": command["id"],
        "ok": False,
        "problem": "check-in-too-late",
        "detail": "Check-in has closed.",
    }
    panel()
    hub.shows("check_in")
    before = hub.glass()
    hub.press(0)
    wait_until(lambda: hub.said("command"), "a command")
    hub.shows("check_in")
    assert hub.glass() != before
    wait_until(lambda: hub.glass() == before, "the notice gone")


def test_an_answer_that_never_came_is_asked_for_again_by_the_same_id(hub, panel):
    hub.answers = lambda _: None
    panel()
    hub.shows("check_in")
    hub.press(0)
    hub.shows("meeting")
    wait_until(lambda: hub.said("command"), "a command")
    hub.answers = hub.grant
    hub.cut()
    wait_until(lambda: len(hub.said("command")) == 2, "the command again")
    assert hub.said("command")[0] == hub.said("command")[1]


def test_a_picture_that_was_asked_for_is_told_from_its_top_after_a_lost_link(hub, panel):
    panel()
    hub.shows("check_in")
    hub.cuts_at = "screen"
    hub.down("request", {"kind": "screen"})

    def rows():
        return [panel_screen.parse_strip(payload)[1] for leaf, payload in hub.heard if leaf == "screen"]

    whole = list(range(0, panel_screen.HEIGHT_PX, panel_screen.STRIP_ROWS))
    wait_until(lambda: rows()[-12:] == whole, "twelve strips")
    assert len(rows()) > len(whole)


def test_an_older_state_is_refused_also_late_and_twice(hub, panel):
    newest = state(meeting(0, status="checked_in")) | {"revision": 9}
    panel()
    hub.shows("check_in")
    for revision in (8, 9, 9, 8, 7):
        hub.publish(
            topics.room_state(ROOM), (newest if revision == 9 else state(meeting(0))) | {"revision": revision}
        )
    hub.publish_state(newest)
    hub.cut()
    wait_until(lambda: hub.said("hello")[-1]["revision"] == 9, "hello with the revision it holds")
    hub.shows("meeting")


def test_a_hub_restored_from_a_backup_is_believed(hub, panel):
    panel()
    hub.shows("check_in")
    hub.publish_state(state(meeting(0, status="checked_in")) | {"revision": 3})
    hub.welcome()
    hub.shows("meeting")


def test_moved_to_another_room_it_shows_that_one(hub, panel):
    panel()
    hub.shows("check_in")
    other = state(meeting(0, status="checked_in")) | {"revision": 2}
    other["room"] = other["room"] | {"id": "reading-nook"}
    hub.publish_state(other)
    hub.move_panel("reading-nook")
    hub.shows("meeting")
    assert hub.said("hello")[-1]["roomId"] == "reading-nook"
    hub.move_panel(None)
    hub.shows("unclaimed")


def test_told_to_subscribe_at_another_qos_it_does_and_keeps_its_picture(hub, panel):
    one = panel()
    hub.shows("check_in")
    hub.ask_for_qos(0)
    wait_until(lambda: hub.hears_at() == {0}, "subscriptions at QoS 0")
    hub.publish_state(state(meeting(0, status="checked_in")) | {"revision": 2})
    hub.shows("meeting")
    assert "starting" not in {said["screen"] for said in hub.said("telemetry")[1:]}
    one.cut_power()
    one.start()
    wait_until(lambda: hub.hears_at() == {0}, "the same after its power was cut")


def test_when_its_room_is_deleted_it_shows_none(hub, panel):
    panel()
    hub.shows("check_in")
    hub.publish(topics.room_state(ROOM), b"", retain=True)
    hub.shows("starting")


def test_the_hubs_clock_is_followed_both_ways(hub, panel):
    panel()
    hub.shows("check_in")
    hub.now_unix = START - 3600
    hub.welcome()
    hub.shows("idle")
    hub.now_unix = START + 60
    hub.welcome()
    assert hub.shows("check_in")["clockDriftS"] == pytest.approx(-3660, abs=3)


def test_told_to_restart_it_asks_to_be_started_again(hub, panel):
    one = panel()
    hub.shows("check_in")
    hub.down("request", {"kind": "restart"})
    assert one.process.wait(10) == simulator.RESET_STATUS
    one.cut_power()
    one.start()
    wait_until(lambda: len({hello["bootId"] for hello in hub.said("hello")}) == 2, "a second start")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once(hub, panel, number):
    one = panel()
    hub.shows("check_in")
    one.process.send_signal(number)
    one.process.wait(3)


def test_it_does_not_outlive_who_started_it(hub, panel):
    one = panel()
    hub.shows("check_in")
    assert one.unplug_keyboard() == 0


def test_a_wrong_secret_gets_in_nowhere_and_stops_nothing(hub, panel):
    one = panel(secret="another")
    wait_until(lambda: one.console().count("refused") >= 2, "two refusals")
    assert one.process.poll() is None
    assert hub.heard == []
    assert PANEL not in str(hub.connected())


def test_other_free_rooms_are_asked_for_and_shown(hub, panel):
    panel()
    hub.shows("check_in")
    hub.press(1)
    asking = hub.shows("other_rooms")
    (asked,) = wait_until(lambda: hub.said("request"), "the question")
    found = {"name": "Snack Table", "floor": "2", "capacity": 8, "untilUnix": hub.now_unix + 7200}
    hub.down("reply", {"id": "another", "kind": asked["kind"], "rooms": []})
    hub.down("reply", {**asked, "rooms": [found]})
    wait_until(lambda: hub.said("telemetry")[-1]["frame"] > asking["frame"], "what the hub has answered")
    hub.press(0)
    hub.shows("check_in")


def test_an_issue_is_reported_with_its_category(hub, panel):
    hub.now_unix = START - 3600
    hub.publish_state(state(out_of_service="Wet") | {"revision": 8})
    panel()
    hub.shows("out_of_service")
    hub.press(2)
    frame = hub.shows("report")["frame"]
    hub.press(2)
    wait_until(lambda: hub.said("telemetry")[-1]["frame"] > frame, "the second page")
    hub.press(1)
    (command,) = wait_until(lambda: hub.said("command"), "the report")
    assert (command["action"], command["category"]) == ("report_issue", "too warm or cold")
    hub.shows("out_of_service")


def test_how_many_are_here_is_asked_where_the_room_wants_it(hub, panel):
    hub.state = state(meeting(0)) | {"revision": 3}
    hub.state["policy"]["glass"] = {"attendance": "ask"}
    hub.publish_retained()
    panel()
    hub.shows("check_in")
    hub.press(0)
    hub.shows("attendance")
    for key in (1, 1, 0, 2):
        hub.press(key)
    hub.shows("meeting")
    wait_until(lambda: len(hub.said("command")) == 2, "the count is sent")
    came, counted = hub.said("command")
    assert "attendees" not in came
    assert came["id"] != counted["id"]
    assert (counted["action"], counted["bookingId"], counted["attendees"]) == (
        "check_in",
        came["bookingId"],
        3,
    )
