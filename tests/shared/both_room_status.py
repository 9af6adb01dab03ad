"""What a room's status is; run on both interpreters by test_both_interpreters.py."""

from shared.room_status import check_in_by, is_released, last_change_at, next_change_at, status_at
from tests.shared.examples import START, meeting, state


def test_room_without_meetings_is_available_up_to_the_horizon():
    found = status_at(state(), START)
    assert (found.status, found.until, found.until_known) == ("available", START + 48 * 3600, False)


def test_room_is_occupied_from_the_first_second_to_the_one_before_the_end():
    doc = state(meeting(0, by=None))
    seen = [status_at(doc, START + s).status for s in (-1, 0, 3599, 3600)]
    assert seen == ["available", "occupied", "occupied", "available"]


def test_meeting_unchecked_after_its_window_frees_the_room():
    doc = state(meeting(0))
    assert status_at(doc, START + 900).status == "occupied"
    assert status_at(doc, START + 901).status == "available"


def test_checked_in_meeting_is_never_released():
    found = status_at(state(meeting(0, status="checked_in")), START + 1800)
    assert found.status == "occupied"
    assert found.checked_in


def test_meeting_without_contact_in_its_window_is_held():
    doc = state(meeting(0))
    assert status_at(doc, START + 1000, [[START - 5000, START - 901]]).status == "occupied"
    assert status_at(doc, START + 1000, [[START + 901, START + 1000]]).status == "occupied"
    assert status_at(doc, START + 1000, []).status == "occupied"


def test_contact_at_any_moment_of_the_window_releases():
    doc = state(meeting(0))
    for moment in (-900, 0, 900):
        contact = [[START + moment, START + moment]]
        assert status_at(doc, START + 901, contact).status == "available"


def test_check_in_is_offered_from_the_window_on_to_its_last_second():
    doc = state(meeting(0))
    offered = [status_at(doc, START + s).check_in is not None for s in (-901, -900, 0, 900, 901)]
    assert offered == [False, True, True, True, False]


def test_meeting_that_is_never_released_can_be_checked_in_to_until_its_end():
    doc = state(meeting(0, by=None))
    assert status_at(doc, START + 3599).check_in is not None


def test_running_meeting_is_offered_before_the_next():
    doc = state(meeting(0), meeting(3600, name="m2"))
    assert status_at(doc, START + 800).check_in["id"] == "m1"
    assert status_at(doc, START + 3000).check_in["id"] == "m2"


def test_checked_in_early_occupies_from_the_start_only():
    doc = state(meeting(0, status="checked_in"))
    assert status_at(doc, START - 1).status == "available"
    assert status_at(doc, START).status == "occupied"


def test_released_meeting_makes_way_for_the_one_after_it():
    doc = state(meeting(0), meeting(3600, name="m2"), meeting(7200, name="m3"))
    found = status_at(doc, START + 901)
    assert found.next["id"] == "m2"
    assert [m["id"] for m in found.upcoming] == ["m3"]
    assert found.until == START + 3600


def test_past_the_horizon_a_room_is_unknown_but_never_free():
    doc = state(meeting(0, minutes=120, by=None), horizon=3600)
    assert status_at(doc, START + 3600).status == "occupied"
    assert status_at(doc, START + 7200).status == "unknown"


def test_room_out_of_service_is_that_whoever_sits_in_it():
    found = status_at(state(meeting(0, by=None), out_of_service="wet paint"), START)
    assert found.status == "out_of_service"
    assert found.current is not None


def test_next_change_is_each_edge_in_turn():
    doc = state(meeting(0))
    now, edges = START - 10000, []
    while now is not None:
        now = next_change_at(doc, now)
        edges.append(now)
    assert edges == [START - 900, START, START + 901, START + 3600, START + 48 * 3600, None]


def test_last_change_is_the_edge_just_passed():
    doc = state(meeting(0))
    assert last_change_at(doc, START - 901) == 0
    assert last_change_at(doc, START - 900) == START - 900
    assert last_change_at(doc, START + 5000) == START + 3600


def test_window_closes_after_the_start_or_a_later_creation_and_before_the_end():
    assert check_in_by(1000, 9000, 0, 900) == 1900
    assert check_in_by(1000, 9000, 1500, 900) == 2400
    assert check_in_by(1000, 1900, 0, 900) == 1899


def test_release_needs_a_deadline_that_has_passed():
    assert not is_released(meeting(0, by=None), 900, START + 10**6, None)
    assert not is_released(meeting(0), 900, START + 900, None)
    assert is_released(meeting(0), 900, START + 901, None)
