"""A series' days, as a rule that calendars understand."""

from datetime import date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import vRecur

from hub.bookings.calendar_rule import repeats

MONDAY = date(2026, 11, 23)


def days(*steps):
    return [MONDAY + timedelta(days=step) for step in steps]


def expanded(found, first):
    rule = rrulestr(
        vRecur(found.rule).to_ical().decode(), dtstart=datetime.combine(first, datetime.min.time())
    )
    return [at.date() for at in rule if at.date() not in found.exceptions]


def month_days(*dates):
    return [date.fromisoformat(one) for one in dates]


@pytest.mark.parametrize(
    ("some", "rule"),
    [
        (days(0, 1, 2, 3, 4, 5, 6, 7), "FREQ=DAILY;COUNT=8"),
        (days(0, 3, 6, 9), "FREQ=DAILY;COUNT=4;INTERVAL=3"),
        (days(*range(0, 364, 7)), "FREQ=WEEKLY;COUNT=52;BYDAY=MO"),
        (days(0, 14, 28), "FREQ=WEEKLY;COUNT=3;INTERVAL=2;BYDAY=MO"),
        (days(0, 2, 7, 9, 14), "FREQ=WEEKLY;COUNT=5;BYDAY=MO,WE"),
        (month_days("2026-12-15", "2027-01-15", "2027-02-15"), "FREQ=MONTHLY;COUNT=3;BYMONTHDAY=15"),
        (month_days("2026-12-08", "2027-01-12", "2027-02-09"), "FREQ=MONTHLY;COUNT=3;BYDAY=2TU"),
        (
            month_days("2026-11-27", "2026-12-25", "2027-01-29", "2027-02-26"),
            "FREQ=MONTHLY;COUNT=4;BYDAY=-1FR",
        ),
        (month_days("2024-02-29", "2028-02-29"), "FREQ=MONTHLY;COUNT=2;INTERVAL=48;BYMONTHDAY=29"),
    ],
)
def test_usual_series_have_their_usual_rule(some, rule):
    found = repeats(some)
    assert (vRecur(found.rule).to_ical().decode(), found.exceptions) == (rule, [])


def test_skipped_week_is_an_exception():
    found = repeats(days(0, 7, 21, 28))
    assert vRecur(found.rule).to_ical().decode() == "FREQ=WEEKLY;COUNT=5;BYDAY=MO"
    assert found.exceptions == days(14)


@settings(deadline=None)
@given(st.sets(st.integers(min_value=0, max_value=500), min_size=2, max_size=60))
def test_rule_and_its_exceptions_give_exactly_the_days(steps):
    some = days(*sorted(steps))
    assert expanded(repeats(some), some[0]) == some


@settings(deadline=None)
@given(
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(min_value=1, max_value=4),
    st.integers(min_value=2, max_value=30),
    st.dates(date(2026, 1, 1), date(2026, 1, 28)),
)
def test_what_was_booked_by_a_simple_rule_needs_no_exception(freq, interval, count, first):
    wanted = rrulestr(
        f"FREQ={freq};INTERVAL={interval};COUNT={count}", dtstart=datetime.combine(first, datetime.min.time())
    )
    assert repeats([at.date() for at in wanted]).exceptions == []
