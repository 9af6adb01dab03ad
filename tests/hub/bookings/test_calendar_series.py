"""A calendar file's series, with python-dateutil as the oracle."""

from datetime import UTC, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.bookings.calendar_series import AHEAD, MOST, expand
from hub.bookings.calendar_times import Moment, Unreadable
from tests.hub.bookings.rrules import rules
from tests.soak import examples

ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")]
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def dateutil_starts(rule, first, count):
    """Those up to AHEAD of NOW in UTC, `first` among them."""
    zone = first.local.tzinfo
    latest = (NOW + AHEAD).astimezone(zone).replace(tzinfo=None)
    parsed = rrulestr(f"{rule};UNTIL={latest:%Y%m%dT%H%M%S}", dtstart=first.local.replace(tzinfo=None))
    walls = list(takewhile(lambda at: at <= latest, parsed))[:count]
    return sorted({first.at} | {at.replace(tzinfo=zone).astimezone(UTC) for at in walls})


@settings(max_examples=examples(40), deadline=None)
@given(
    rule=rules(),
    zone=st.sampled_from(ZONES),
    day=st.integers(0, 2500),
    minute=st.integers(0, 24 * 60 - 1),
    count=st.none() | st.integers(1, 50),
)
def test_a_series_comes_in_as_dateutil_reads_it(rule, zone, day, minute, count):
    wall = datetime(2020, 1, 1, tzinfo=zone) + timedelta(days=day, minutes=minute)
    first = Moment(wall, all_day=False)
    found = expand(first, [rule if count is None else f"{rule};COUNT={count}"], [], [], NOW)
    expected = dateutil_starts(rule, first, count)
    if found.left_out:
        assert found.starts == expected[-MOST:]
    else:
        assert found.starts == expected


def test_the_time_of_day_may_be_said_twice_but_not_otherwise():
    first = Moment(datetime(2026, 11, 24, 9, 30, tzinfo=ZONES[0]), all_day=False)
    again = expand(first, ["FREQ=DAILY;COUNT=2;BYHOUR=9;BYMINUTE=30;BYSECOND=0"], [], [], NOW)
    assert again == expand(first, ["FREQ=DAILY;COUNT=2"], [], [], NOW)
    with pytest.raises(Unreadable, match="BYHOUR"):
        expand(first, ["FREQ=DAILY;COUNT=2;BYHOUR=10"], [], [], NOW)
