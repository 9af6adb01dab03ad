"""Any timeline, any instant, any record of contact: one answer, on both interpreters and by the rule's words."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.room_status import last_change_at, next_change_at, status_at
from tests import micropython
from tests.shared.examples import START, meeting, state

SPAN_S = 6 * 3600


@st.composite
def timelines(draw):
    """Up to six meetings in order, some touching, some exempt, some checked in; lengths down to a second."""
    at, found = draw(st.integers(-7200, 3600)), []
    for number in range(draw(st.integers(0, 6))):
        length_s = draw(st.sampled_from([1, 60, 900, 901, 3600, 7200]))
        one = meeting(at, name=f"m{number}", status=draw(st.sampled_from(["confirmed", "checked_in"])))
        one["endUnix"] = START + at + length_s
        by = draw(st.none() | st.integers(0, max(length_s - 1, 0)))
        one["checkInByUnix"] = None if by is None else START + at + by
        found.append(one)
        at += length_s + draw(st.sampled_from([0, 1, 900, 3600]))
    return state(*found, horizon=draw(st.sampled_from([0, 3600, SPAN_S, 48 * 3600])))


moments = st.integers(START - SPAN_S, START + 2 * SPAN_S)
intervals = st.tuples(moments, st.integers(0, 3600)).map(lambda pair: [pair[0], pair[0] + pair[1]])
contacts = st.none() | st.lists(intervals, max_size=4)


def in_words(doc, now, contact):
    """The contract's rule, said once more and plainly: who sits here at `now`?"""
    for one in [m for m in (doc["current"], doc["next"], *doc["upcoming"]) if m]:
        window = range(one["startUnix"] - 900, (one["checkInByUnix"] or 0) + 1)
        in_contact = contact is None or any(a in window or (a <= window.start <= b) for a, b in contact)
        gone = (
            one["status"] == "confirmed"
            and one["checkInByUnix"] is not None
            and now > one["checkInByUnix"]
            and in_contact
        )
        if one["startUnix"] <= now < one["endUnix"] and not gone:
            return one["id"]
    return None


@given(timelines(), moments, contacts)
def test_room_is_occupied_by_whom_the_rule_says(doc, now, contact):
    found = status_at(doc, now, contact)
    who = in_words(doc, now, contact)
    assert (found.current and found.current["id"]) == who
    assert found.status == ("occupied" if who else "available" if now < doc["horizonUnix"] else "unknown")


@given(timelines(), moments, contacts)
def test_nothing_changes_before_the_next_change(doc, now, contact):
    def picture(at):
        found = status_at(doc, at, contact)
        return (found.status, *(m and m["id"] for m in (found.current, found.next, found.check_in)))

    change = next_change_at(doc, now)
    for at in {now + 1, now + 59, now + 3599} | ({change - 1} if change else set()):
        if change is None or now <= at < change:
            assert picture(at) == picture(now)
    assert change is None or last_change_at(doc, change) == change


@pytest.fixture(scope="module")
def panel():
    process = micropython.Answering(Path("tests/shared/answer_status.py"))
    yield process
    process.close()


@micropython.needs_micropython
@settings(max_examples=300)
@given(doc=timelines(), now=moments, contact=contacts)
def test_micropython_finds_what_cpython_finds(panel, doc, now, contact):
    found = status_at(doc, now, contact)
    expected = [found.status, found.checked_in, found.until, found.until_known, next_change_at(doc, now)]
    expected += [m and m["id"] for m in (found.current, found.next, found.check_in)]
    assert panel.ask([doc, now, contact]) == expected
