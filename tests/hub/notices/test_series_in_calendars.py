"""A series is one entry in a calendar, and stays the same one whatever becomes of its meetings."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from hub.bookings import letters, service
from hub.bookings.repository import ACTIVE
from hub.bookings.service import BookingChanges, NewBooking, Recurrence
from hub.errors import DomainError
from hub.mail import outbox
from hub.mail.outbox import Writers
from tests.fakes import FakeClock
from tests.hub.house import QuickWorld
from tests.hub.notices.post_office import DESK, CalendarApp

SCOPES = ("this", "following", "all")


def book_series(world, rrule, title="Standup", hour=10):
    """Lena books it for Nadia."""
    house = world.house
    wish = NewBooking(
        room_id=house.story_corner.id,
        title=title,
        starts_at=world.time(hour),
        ends_at=world.time(hour, 30),
        organizer_id=house.nadia.id,
    )
    return world.write(
        service.book_series, house.lena, wish, Recurrence(rrule), world.clock.now(), "web"
    ).first


def bookings(world):
    """Nadia's that hold, as a calendar would list them."""
    found = world.read(service.bookings_of, world.house.nadia, world.clock.now(), limit=1000)
    return sorted(
        (one.starts_at, one.ends_at, one.title) for one in found if one.status in {*ACTIVE, "completed"}
    )


def test_year_of_weeks_is_one_mail_with_one_rule(world, post, house):
    world.set_policy(horizon_days=400)
    book_series(world, "FREQ=WEEKLY;COUNT=52")
    mail = post.send_one()
    event = mail.event
    assert event["RRULE"].to_ical() == b"FREQ=WEEKLY;COUNT=52;BYDAY=MO"
    assert event["DTSTART"].to_ical() == b"20261123T110000"
    assert event["DTSTART"].params["TZID"] == "Europe/Berlin"
    assert [zone["TZID"] for zone in mail.calendar.walk("VTIMEZONE")] == ["Europe/Berlin"]
    assert "in a series of 52 meetings, 23 November 2026, 11:00 to 15 November 2027, 11:00" in mail.text
    starts = [starts_at for starts_at, _, _ in bookings(world)]
    assert {at.hour for at in starts} == {9, 10}, "summer time is in between"
    app = CalendarApp()
    app.receive([mail.calendar])
    assert app.meetings() == bookings(world)


def test_one_meeting_that_is_moved_or_cancelled_is_told_alone(world, post, house):
    first = book_series(world, "FREQ=DAILY;COUNT=5")
    app = CalendarApp()
    app.receive([post.send_one().calendar])
    some = world.read(service.bookings_of, house.nadia, world.clock.now())
    world.write(
        service.change_booking,
        some[2].id,
        BookingChanges(
            starts_at=some[2].starts_at + timedelta(hours=2), ends_at=some[2].ends_at + timedelta(hours=2)
        ),
        by=house.lena,
        now=world.clock.now(),
    )
    moved = post.send_one()
    assert moved.event["RECURRENCE-ID"].to_ical() == b"20261125T110000"
    world.cancel(some[3], house.lena)
    gone = post.send_one()
    assert (gone.method, gone.event["RECURRENCE-ID"].to_ical()) == ("CANCEL", b"20261126T110000")
    assert {str(mail.event["UID"]) for mail in (moved, gone)} == {f"{first.series_id}@circletime"}
    app.receive([moved.calendar, gone.calendar])
    assert app.meetings() == bookings(world)


def test_whole_series_cancelled_is_one_cancel(world, post, house):
    first = book_series(world, "FREQ=DAILY;COUNT=5")
    app = CalendarApp()
    app.receive([post.send_one().calendar])
    world.write(service.cancel, first.id, by=house.lena, now=world.clock.now(), scope="all")
    mail = post.send_one()
    assert (mail.method, "RECURRENCE-ID" in mail.event) == ("CANCEL", False)
    assert "Lena Brandt cancelled your series." in mail.text
    app.receive([mail.calendar])
    assert app.meetings() == bookings(world) == []


def test_series_of_which_a_part_is_cancelled_before_it_was_told_is_told_as_it_is(world, post, house):
    first = book_series(world, "FREQ=DAILY;COUNT=5")
    some = world.read(service.bookings_of, house.nadia, world.clock.now())
    world.write(service.cancel, some[3].id, by=house.lena, now=world.clock.now(), scope="following")
    mail = post.send_one()
    assert mail.subject.startswith("Booked: Standup")
    assert (mail.event["UID"], mail.event["RRULE"]["COUNT"]) == (f"{first.series_id}@circletime", [3])


def test_series_that_needs_approval_is_asked_and_answered_once(world, post, house):
    world.set_policy(requires_approval=True)
    wish = NewBooking(
        room_id=house.story_corner.id, title="Standup", starts_at=world.time(10), ends_at=world.time(11)
    )
    again = Recurrence("FREQ=DAILY;COUNT=5")
    made = world.write(service.book_series, house.nadia, wish, again, world.clock.now(), "web")
    assert [mail.to for mail in post.send()] == ["ada@example.org", "lena@example.org"]
    world.write(service.approve, made.first.id, by=house.lena, now=world.clock.now(), scope="all")
    mail = post.send_one()
    assert (mail.subject.partition(":")[0], mail.event["RRULE"]["COUNT"]) == ("Approved", [5])


@st.composite
def deeds(draw):
    """What is done to one of the meetings, by its place among those to come."""
    what = draw(st.sampled_from(["cancel", "move", "shift", "rename", "add", "send", "wait", "room"]))
    return what, draw(st.integers(0, 11)), draw(st.sampled_from(SCOPES)), draw(st.integers(1, 5))


class Secretary:
    """Lena, who does it, and what Nadia's calendar makes of the mails."""

    def __init__(self, world):
        self.world = world
        self.calendar = CalendarApp()
        self.writers = Writers(
            lambda *_: None, lambda session, about, now: letters.write(session, about, DESK, now)
        )

    def do(self, what, place, scope, amount):
        world = self.world
        if what == "send":
            self.send()
            return
        if what == "wait":
            world.clock.pass_time(hours=4 * amount)
            world.write(service.settle_due, world.clock.now())
            return
        found = world.read(service.bookings_of, world.house.nadia, world.clock.now(), limit=1000)
        to_come = [one for one in found if one.status in ACTIVE and one.starts_at > world.clock.now()]
        if not to_come:
            return
        one = to_come[place % len(to_come)]
        try:
            self._change(what, one, scope, amount)
        except DomainError:
            return

    def _change(self, what, one, scope, amount):
        world, lena = self.world, self.world.house.lena
        now = world.clock.now()
        if what == "cancel":
            world.write(service.cancel, one.id, by=lena, now=now, scope=scope)
            return
        if what == "add":
            day = (one.starts_at + timedelta(days=amount)).date()
            world.write(service.add_occurrence, one.id, day, by=lena, now=now, via="web")
            return
        by = timedelta(days=amount) if what == "shift" else timedelta(minutes=20 * amount)
        changes = {
            "move": BookingChanges(starts_at=one.starts_at + by, ends_at=one.ends_at + by),
            "shift": BookingChanges(starts_at=one.starts_at + by, ends_at=one.ends_at + by),
            "rename": BookingChanges(title=f"Standup {amount}"),
            "room": BookingChanges(room_id=world.house.sandbox.id),
        }[what]
        world.write(service.change_booking, one.id, changes, by=lena, now=now, scope=scope)

    def send(self):
        world = self.world
        while (mail := world.write(outbox.take, self.writers, world.clock.now())) is not None:
            world.write(outbox.mark_sent, mail, world.clock.now())
            if mail.recipient == "nadia@example.org" and mail.calendar is not None:
                self.calendar.receive([Calendar.from_ical(mail.calendar.text)])


@pytest.fixture(scope="module")
def migrated(new_database):
    with new_database("sqlite") as url:
        yield url


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@example(rrule="FREQ=DAILY;COUNT=6", some=[("cancel", 1, "this", 1), ("add", 0, "this", 1)])
@example(
    rrule="FREQ=DAILY;COUNT=6",
    some=[("rename", 0, "following", 1), ("cancel", 0, "this", 1), ("rename", 0, "following", 1)],
)
@given(
    rrule=st.sampled_from(
        ["FREQ=DAILY;COUNT=6", "FREQ=WEEKLY;COUNT=12;BYDAY=MO,TH", "FREQ=MONTHLY;COUNT=5;BYDAY=4MO"]
    ),
    some=st.lists(deeds(), max_size=12),
)
def test_calendar_that_reads_every_mail_shows_what_is_booked(migrated, rrule, some):
    """Each mail raises the SEQUENCE (CalendarApp looks), and after the last one the calendar is right."""
    world = QuickWorld(migrated, FakeClock(datetime(2026, 11, 23, 8, tzinfo=UTC)))
    try:
        book_series(world, rrule)
        secretary = Secretary(world)
        for deed in some:
            secretary.do(*deed)
        secretary.send()
        assert secretary.calendar.meetings() == bookings(world)
    finally:
        world.close()
