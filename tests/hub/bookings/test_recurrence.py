"""RRULE against python-dateutil as the oracle, and against who means harm."""

import time
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hub.bookings.recurrence import occurrences, parse
from hub.errors import DomainError, Refused
from tests.hub.bookings.refused import refusal
from tests.hub.bookings.rrules import rules
from tests.soak import examples

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = datetime(2026, 11, 23, 9)  # noqa: DTZ001  what the wall shows
LATEST = datetime(2036, 11, 23)  # noqa: DTZ001


def starts(rule, first=FIRST, latest=LATEST):
    return occurrences(parse(rule, BERLIN), first, latest)


@settings(max_examples=examples(100), deadline=None)
@given(rule=rules(), day=st.integers(0, 1500), count=st.integers(1, 40))
def test_series_is_the_one_dateutil_gives(rule, day, count):
    first = FIRST + timedelta(days=day)
    try:
        found = starts(f"{rule};COUNT={count}", first)
    except DomainError as error:
        assume(error.slug != "start-not-in-series")  # dateutil may look for the first until the year 9999
        raise
    assume(found is not None)
    assert found == list(islice(rrulestr(rule, dtstart=first), count))


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=WEEKLY;COUNT=3", [(11, 23), (11, 30), (12, 7)]),
        ("rrule:freq=weekly;byday=MO,WE;count=3", [(11, 23), (11, 25), (11, 30)]),
        ("FREQ=DAILY;UNTIL=20261125", [(11, 23), (11, 24), (11, 25)]),
        ("FREQ=DAILY;UNTIL=20261125T080000Z", [(11, 23), (11, 24), (11, 25)]),
        ("FREQ=DAILY;UNTIL=20261125T075959Z", [(11, 23), (11, 24)]),
        ("FREQ=DAILY;UNTIL=20261125T090000", [(11, 23), (11, 24), (11, 25)]),
        ("FREQ=MONTHLY;BYDAY=4MO;COUNT=2", [(11, 23), (12, 28)]),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-3;COUNT=2", [(11, 23), (12, 22)]),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE;BYSETPOS=1;COUNT=2", [(11, 23), (11, 30)]),
    ],
)
def test_rules_people_write(rule, days):
    assert [(at.month, at.day) for at in starts(rule)] == days


def test_day_that_a_month_lacks_is_left_out():
    found = starts("FREQ=MONTHLY;COUNT=4", FIRST.replace(year=2027, month=1, day=31))
    assert [at.month for at in found] == [1, 3, 5, 7]


@pytest.mark.parametrize(
    ("rule", "slug"),
    [
        ("", "bad-rrule"),
        ("COUNT=3", "bad-rrule"),
        ("FREQ=SECONDLY;COUNT=3", "bad-rrule"),
        ("FREQ=DAILY;BYSECOND=1,2,3;COUNT=3", "bad-rrule"),
        ("FREQ=DAILY;BYEASTER=0;COUNT=3", "bad-rrule"),
        ("FREQ=DAILY;FREQ=WEEKLY;COUNT=3", "bad-rrule"),
        ("FREQ=DAILY;COUNT=0", "bad-rrule"),
        ("FREQ=DAILY;COUNT=²", "bad-rrule"),
        ("FREQ=DAILY;COUNT=3\nRDATE:20270101", "bad-rrule"),
        ("FREQ=DAILY;INTERVAL=0;COUNT=3", "bad-rrule"),
        ("FREQ=DAILY;INTERVAL=99999;COUNT=3", "bad-rrule"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101", "bad-rrule"),
        ("FREQ=DAILY;UNTIL=20271301", "bad-rrule"),
        ("FREQ=DAILY;UNTIL=00000000", "bad-rrule"),
        ("FREQ=WEEKLY;BYDAY=2MO;COUNT=3", "bad-rrule"),
        ("FREQ=WEEKLY;BYMONTHDAY=2;COUNT=3", "bad-rrule"),
        ("FREQ=MONTHLY;BYSETPOS=1;COUNT=3", "bad-rrule"),
        ("FREQ=DAILY", "series-without-end"),
        ("FREQ=DAILY;COUNT=367", "series-too-long"),
        ("FREQ=DAILY;COUNT=1000000000", "series-too-long"),
        ("FREQ=DAILY;UNTIL=20290101", "series-too-long"),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=3", "start-not-in-series"),
        ("FREQ=DAILY;UNTIL=20261101", "start-not-in-series"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3", "start-not-in-series"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;UNTIL=99991231", "start-not-in-series"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=366;COUNT=3", "start-not-in-series"),
        ("FREQ=DAILY;BYDAY=" + ",".join(["TU"] * 160) + ";COUNT=366", "start-not-in-series"),
    ],
)
def test_hostile_rules_are_refused_cheaply(rule, slug):
    began = time.process_time()
    assert refusal(starts, rule).slug == slug
    assert time.process_time() - began < 0.25


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;COUNT=20",
        "FREQ=YEARLY;INTERVAL=1000;COUNT=366",
        "FREQ=YEARLY;UNTIL=99991231T000000Z",
        "FREQ=DAILY;INTERVAL=1000;COUNT=366",
        "FREQ=DAILY;BYMONTH=11;BYMONTHDAY=23;BYDAY=MO;COUNT=5",
    ],
)
def test_series_past_the_latest_start_is_told_as_such(rule):
    assert starts(rule) is None


@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            [
                "FREQ=",
                "DAILY",
                "YEARLY",
                ";",
                "COUNT=",
                "9",
                "-",
                "BYDAY=",
                "MO",
                ",",
                "UNTIL=",
                "2027",
                "0101T",
                "Z",
                "BYSETPOS=",
                "=",
            ]
        ),
        max_size=14,
    ).map("".join)
)
def test_any_text_is_a_series_or_a_refusal(text):
    with suppress(Refused):
        starts(text)
