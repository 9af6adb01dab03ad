"""A panel on battery never sleeps past what it owes the wall: for any room, at any moment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from firmware import wake_plan
from firmware.wake_plan import DAY_S, NIGHT_S, RETRY_S, call_due_at, longest_s, next_wake_at
from shared.room_status import next_change_at, status_at
from tests.shared.examples import START, meeting, state

FAR = 2**40
MINUTE = 60

moments = st.integers(START - 2 * 86400, START + 3 * 86400)


@st.composite
def rooms(draw: Any) -> Any:
    """A room whose meetings follow one another with gaps, some checked in, some never released."""
    found, at = [], draw(st.integers(-86400, 86400))
    for number in range(draw(st.integers(0, 6))):
        at += draw(st.integers(0, 6 * 3600))
        minutes = draw(st.integers(16, 240))
        more: dict[str, Any] = draw(st.sampled_from([{}, {"status": "checked_in"}, {"by": None}]))
        found.append(meeting(at, minutes, name=f"m{number}", **more))
        at += minutes * 60
    return state(*found)


@given(rooms(), moments, st.integers(0, 86400), st.integers(0, 86400), st.integers(1, 86400))
def test_never_sleeps_past_a_change_of_the_picture(
    room: Any, now: int, heard_ago: int, tried_ago: int, keys: int
) -> None:
    wake = next_wake_at(room, now, now - heard_ago, now - tried_ago, now + keys)
    assert now < wake <= now + NIGHT_S
    change = next_change_at(room, now)
    assert change is None or wake <= change
    assert wake <= now + keys
    before, after = status_at(room, now), status_at(room, wake - 1)
    assert (before.status, before.checked_in, before.current) == (
        after.status,
        after.checked_in,
        after.current,
    )
    assert (before.check_in, before.next) == (after.check_in, after.next)


@given(rooms(), moments)
def test_what_is_shown_is_never_older_than_promised(room: Any, heard: int) -> None:
    """Asleep from one call to the next, with a hub that answers each."""
    due = call_due_at(room, heard, heard)
    assert heard < due <= heard + NIGHT_S
    for later in range(heard, due, 5 * MINUTE):
        if wake_plan._is_day(room, later) and wake_plan._is_day(room, heard):
            assert later - heard <= DAY_S


@given(rooms(), moments)
def test_is_awake_when_a_call_is_due(room: Any, now: int) -> None:
    heard = now - 60
    assert next_wake_at(room, now, heard, heard, FAR) <= max(now + 1, call_due_at(room, heard, heard))


@given(rooms(), moments)
def test_every_check_in_window_has_a_call_in_it(room: Any, begin: int) -> None:
    """For any meeting known when the panel last asked: asleep and awake as planned, it asks again in its window."""
    calls, heard = [begin], begin
    while heard < begin + 86400:
        heard = call_due_at(room, heard, heard)
        calls.append(heard)
    opens_s = room["policy"]["checkInOpensS"]
    for one in [room["current"], room["next"], *room["upcoming"]]:
        if not one or one["checkInByUnix"] is None or one["status"] == "checked_in":
            continue
        first, last = one["startUnix"] - opens_s, one["checkInByUnix"]
        if first > begin and last < begin + 86400:
            assert any(first <= at <= last for at in calls)


@given(rooms(), moments, st.integers(0, 86400))
def test_a_hub_that_does_not_answer_is_called_again_but_not_at_once(
    room: Any, tried: int, silence: int
) -> None:
    heard = tried - silence
    assume(silence > 0)
    due = call_due_at(room, heard, tried)
    assert due >= tried + RETRY_S
    assert due <= max(heard + NIGHT_S, tried + NIGHT_S)
    if silence <= 2400:
        assert due <= max(heard + NIGHT_S, tried + RETRY_S)
    window = meeting(3 * 3600)
    held_s = window["checkInByUnix"] - (window["startUnix"] - 900)
    assert held_s // RETRY_S >= 3


def test_a_hub_away_for_a_week_is_asked_about_rarely() -> None:
    """In the first hours each ten minutes or so, in the end each four hours."""
    room, heard = state(horizon=9 * 86400), START + 86400
    tries = [heard + DAY_S]
    while tries[-1] < heard + 7 * 86400:
        tries.append(call_due_at(room, heard, tries[-1]))
    assert len([at for at in tries if at <= heard + 3 * 3600]) >= 6
    assert len(tries) < 70


def test_a_panel_that_knows_no_room_asks_at_once_and_then_now_and_again() -> None:
    assert next_wake_at(None, START, 0, 0, FAR) == START + 1
    assert next_wake_at(None, START, 0, START, FAR) == START + RETRY_S
    assert next_wake_at(None, START, START, START, FAR) == START + RETRY_S


def test_day_begins_fresh() -> None:
    """In Berlin: asked at six, a panel asks again at seven, then each half hour; on a Saturday each four hours."""
    room = state()

    def at(day: int, hour: int, minute: int = 0) -> int:
        return int(datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC).timestamp())

    monday, saturday = 23, 21
    assert at(monday, 6) + longest_s(room, at(monday, 6)) == at(monday, 7)
    assert at(monday, 7) + longest_s(room, at(monday, 7)) == at(monday, 7, 30)
    assert at(monday, 18, 45) + longest_s(room, at(monday, 18, 45)) == at(monday, 22, 45)
    assert at(saturday, 12) + longest_s(room, at(saturday, 12)) == at(saturday, 16)
