"""The range of a report, and the one before it that it is compared with."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.analytics.scope import LONGEST_DAYS, Scope
from hub.errors import Refused


@given(from_day=st.dates(), to_day=st.dates() | st.none(), days=st.integers(-3, LONGEST_DAYS + 3))
def test_any_two_dates_are_refused_or_have_as_long_a_range_before_them(from_day, to_day, days):
    to_day = to_day or date.fromordinal(min(max(from_day.toordinal() + days, 1), date.max.toordinal()))
    scope = Scope(from_day=from_day, to_day=to_day)
    try:
        before = scope.before()
    except Refused:
        return
    assert before.to_day == from_day < to_day
    assert abs(before.days - scope.days) <= 3 * max(1, scope.days // 28)


def test_a_whole_month_is_compared_with_the_whole_month_before():
    march = Scope(from_day=date(2026, 3, 1), to_day=date(2026, 4, 1))
    assert march.before() == Scope(from_day=date(2026, 2, 1), to_day=date(2026, 3, 1))


def test_other_days_are_compared_with_as_many_days_before():
    week = Scope(from_day=date(2026, 3, 2), to_day=date(2026, 3, 9))
    assert week.before() == Scope(from_day=week.from_day - timedelta(days=7), to_day=week.from_day)
