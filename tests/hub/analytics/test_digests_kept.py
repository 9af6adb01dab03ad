"""What is kept of reports is found again, and never once something has changed, whoever changed it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, text, update

from hub.analytics import digesting, service
from hub.analytics.scope import Scope
from hub.bookings import facts
from hub.bookings.models import PERIOD_S, Booking
from hub.bookings.past import PastMeeting, store_past
from hub.clock import unix
from tests.hub.analytics.worked import AFTERWARDS, FROM, TO, week

SCOPE = Scope(from_day=FROM, to_day=TO)


@pytest.fixture
def lived(world):
    """The worked example's week, over."""
    world.write(lambda session: store_past(session, sorted(week(world.house), key=lambda one: one.starts_at)))
    world.clock.at = AFTERWARDS
    digesting.forget()
    return world


def kpis(world, scope=SCOPE):
    return world.read(service.kpis, scope, world.clock.now()).items[0]


def test_a_second_report_reads_no_bookings(lived, monkeypatch):
    first = kpis(lived)
    monkeypatch.setattr(digesting, "facts_of", None)
    assert kpis(lived) == first
    assert len(digesting.kept) > 0


def test_a_change_beside_the_range_leaves_what_is_kept_and_a_change_in_it_does_not(lived, monkeypatch):
    """Versions tell of weeks: bookings of the days after a range are in other reports, and its own are the same."""
    first = kpis(lived)
    made = []
    digest_of = digesting.digest_of
    monkeypatch.setattr(digesting, "digest_of", lambda *them: made.append(them) or digest_of(*them))
    lived.write(store_past, [late(lived.house, AFTERWARDS - timedelta(days=1))])
    assert kpis(lived) == first
    assert made == []
    lived.write(store_past, [late(lived.house, AFTERWARDS - timedelta(days=5))])
    assert kpis(lived).bookings == first.bookings + 1
    assert len(made) == 1


def late(house, starts):
    return PastMeeting(
        room=house.story_corner, title="Found later", organizer=None, starts_at=starts,
        ends_at=starts + timedelta(hours=1), booked_at=starts, invited=2, came_at=starts,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "changed"),
    [
        ({"actual_attendees": 4}, "attendees"),
        ({"status": "no_show", "released_at": AFTERWARDS}, "ghosts"),
        ({"starts_at": datetime(2026, 11, 30, 8, 30, tzinfo=UTC)}, "booked_minutes"),
    ],
)
def test_whoever_changes_a_booking_changes_the_report(lived, values, changed):
    before = kpis(lived)
    lived.write(
        lambda session: session.execute(update(Booking).where(Booking.title == "Roadmap").values(**values))
    )
    assert getattr(kpis(lived), changed) != getattr(before, changed)


def test_a_booking_that_goes_or_comes_changes_the_report(lived):
    before = kpis(lived).bookings
    lived.write(lambda session: session.execute(delete(Booking).where(Booking.title == "Roadmap")))
    assert kpis(lived).bookings == before - 1
    starts = AFTERWARDS - timedelta(days=5)
    late = PastMeeting(
        room=lived.house.carpet, title="Found later", organizer=None, starts_at=starts,
        ends_at=starts + timedelta(hours=1), booked_at=starts, invited=2, came_at=starts,
    )  # fmt: skip
    lived.write(store_past, [late])
    assert kpis(lived).bookings == before


def test_a_meeting_of_many_weeks_changes_every_report_that_it_reaches(lived):
    middle = Scope(from_day=date(2026, 9, 7), to_day=date(2026, 9, 8))
    before = kpis(lived, middle)
    starts = datetime(2026, 6, 1, 8, tzinfo=UTC)
    long = PastMeeting(
        room=lived.house.carpet, title="Works", organizer=None, starts_at=starts,
        ends_at=datetime(2026, 11, 20, 8, tzinfo=UTC), booked_at=starts, invited=2, came_at=starts,
    )  # fmt: skip
    lived.write(store_past, [long])
    assert before.outside_minutes == 0
    assert kpis(lived, middle).outside_minutes == 24 * 60


def test_what_time_alone_will_change_is_not_kept(lived):
    lived.clock.at = datetime(2026, 12, 8, 10, 0, tzinfo=UTC)
    week_of_today = Scope(from_day=date(2026, 12, 7), to_day=date(2026, 12, 14))
    lived._day = datetime(2026, 12, 8, tzinfo=UTC)
    lived.book((11, 0), (12, 0))
    assert kpis(lived, week_of_today).ghosts == 0
    lived.clock.at += timedelta(hours=3)
    assert kpis(lived, week_of_today).ghosts == 1


def test_a_check_in_window_that_is_open_still_is_not_kept_closed(lived):
    """A meeting that ended early is settled only once nobody could have been late any more."""
    lived.clock.at = datetime(2026, 12, 8, 10, 0, tzinfo=UTC)
    lived._day = datetime(2026, 12, 8, tzinfo=UTC)
    today = Scope(from_day=date(2026, 12, 8), to_day=date(2026, 12, 9))
    booking = lived.book((10, 0), (11, 0))
    lived.check_in(booking)
    lived.clock.at += timedelta(minutes=5)
    lived.end(booking)
    assert kpis(lived, today).check_in_required == 0
    lived.clock.at += timedelta(minutes=30)
    assert kpis(lived, today).check_in_required == 1


def test_opening_hours_seats_and_closures_of_today_are_in_the_next_report(lived):
    before = kpis(lived)
    lived.write(lambda session: session.execute(text("UPDATE rooms SET capacity = capacity + 1")))
    assert kpis(lived).seats != before.seats


def test_least_used_digests_go_first():
    some = digesting.LastUsed(2)
    for key in ("a", "b"):
        some.keep(key, key)
    some.get("a")
    some.keep("c", "c")
    assert (some.get("a"), some.get("b"), some.get("c"), len(some)) == ("a", None, "c", 2)


def test_versions_are_told_for_every_period_that_a_booking_is_in(lived):
    def told(session):
        starts, ends = unix(AFTERWARDS) - 10 * 86400, unix(AFTERWARDS)
        return facts.versions(session, starts, ends)

    found = lived.read(told)
    assert set(found) == {lived.house.story_corner.key}
    periods = {period for period, _ in found[lived.house.story_corner.key]}
    assert periods <= {unix(AFTERWARDS) // PERIOD_S, unix(AFTERWARDS) // PERIOD_S - 1}
