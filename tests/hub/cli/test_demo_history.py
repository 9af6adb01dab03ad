"""The year behind the demo's building is one that reports have something to say of."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from hub.accounts.service import account_with_email
from hub.analytics import service as analytics
from hub.analytics.service import Scope
from hub.cli import demo_building, demo_history
from hub.rooms import service as rooms
from hub.rooms.service import RoomFilter

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
A_YEAR = Scope(from_day=date(2025, 11, 24), to_day=date(2026, 11, 23))


@pytest.fixture(scope="module")
def demo(tmp_path_factory, empty_database):
    path = tmp_path_factory.mktemp("demo") / "circletime.db"
    shutil.copy(empty_database, path)
    with Session(create_engine(f"sqlite:///{path}")) as session:
        demo_building.furnish(session, ZoneInfo("Europe/Berlin"), NOW)
        yield session


def test_every_department_meets_and_sales_forgets_the_most(demo):
    ada = account_with_email(demo, demo_building.EMAIL)
    found = analytics.ghosting(demo, A_YEAR, "department", ada, NOW).items
    rates = {one.department: one.ghost_rate for one in found if one.department}
    assert rates.keys() == demo_history.HABITS.keys()
    assert max(rates, key=rates.get) == "Sales"


def test_the_series_that_nobody_comes_to_is_found(demo):
    ada = account_with_email(demo, demo_building.EMAIL)
    worst = analytics.ghosting(demo, A_YEAR, "room", ada, NOW).series[0]
    (haunted,) = rooms.matching_rooms(demo, RoomFilter(words=demo_building.HAUNTED), 2)
    assert (worst.title, worst.room_id) == ("Vendor call", haunted.id)


def test_summer_is_quieter_than_autumn(demo):
    months = analytics.trends(demo, A_YEAR, "bookedUtilization", "month", NOW).items
    by_month = {month.from_.month: month.value for month in months}
    assert by_month[8] < 0.8 * by_month[10]


def test_some_rooms_are_larger_than_what_they_hold(demo):
    found = analytics.capacity(demo, A_YEAR, NOW).items
    assert all(one.attendance_coverage > 0.4 for one in found)
    assert any(one.would_fit_smaller for one in found)
