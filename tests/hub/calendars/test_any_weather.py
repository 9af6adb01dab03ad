"""Whatever people do here and there, and however the wire fares: in the end both say the same, nothing twice, nothing lost.

People of the calendar and of the hub work on one room. Pages and answers between the two are lost, repeated and
reordered, tokens expire, and for up to a day nothing gets through at all.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from random import Random

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from hub.bookings import service
from hub.calendars.hub_side import as_meeting
from hub.calendars.port import Seen, meeting
from hub.errors import DomainError
from tests.fakes import FakeClock
from tests.hub.calendars.memory_calendar import MemoryCalendar, MemoryServer, Weather
from tests.hub.calendars.office import Office
from tests.hub.house import QuickWorld
from tests.soak import examples

HALF_HOURS = st.integers(1, 16)
LENGTH = st.integers(1, 4)
WHICH = st.integers(0, 20)


class TwoDesks(RuleBasedStateMachine):
    open_database: object
    leads: str

    def __init__(self):
        super().__init__()
        self.database = type(self).open_database()
        self.world = QuickWorld(self.database.__enter__(), FakeClock())
        self.server = MemoryServer()
        self.office = Office(self.world, type(self).leads, lambda: MemoryCalendar(self.server))
        self.theirs, self.ours = set(), set()
        """What only one side has ever touched: events, and bookings."""
        self.cancelled_here, self.dropped_there = set(), set()
        self.names = 0

    @property
    def now(self):
        return self.world.clock.now()

    def times(self, start, length):
        base = self.now.replace(minute=0, second=0)
        starts_at = base + start * timedelta(minutes=30)
        return starts_at, starts_at + length * timedelta(minutes=30)

    def name(self):
        self.names += 1
        return f"M{self.names}"

    @rule(start=HALF_HOURS, length=LENGTH, alone=st.booleans())
    def calendar_adds(self, start, length, alone):
        starts_at, ends_at = self.times(start, length)
        if starts_at <= self.now:
            return
        name = self.name()
        seen = [Seen(meeting(starts_at, ends_at, name))]
        if not alone:
            days = timedelta(days=1)
            seen = [
                Seen(
                    meeting(starts_at + n * days, ends_at + n * days, name),
                    f"{starts_at + n * days:%Y%m%dT%H%M%SZ}",
                )
                for n in range(2)
            ]
        self.server.put(name, seen)
        self.theirs.add(name)

    def event(self, which):
        found = list(self.server.there)
        return found[which % len(found)] if found else None

    def touched_there(self, remote_id):
        origin = self.server.items[remote_id].origin
        self.ours.discard(origin)

    @rule(which=WHICH, start=HALF_HOURS, length=LENGTH, rename=st.booleans())
    def calendar_moves(self, which, start, length, rename):
        remote_id = self.event(which)
        starts_at, ends_at = self.times(start, length)
        if remote_id is None or starts_at <= self.now:
            return
        item = self.server.items[remote_id]
        first, *rest = item.meetings
        title = self.name() if rename else first.meeting.title
        self.server.put(
            remote_id, [Seen(meeting(starts_at, ends_at, title), first.occurrence), *rest], item.origin
        )
        self.touched_there(remote_id)

    @rule(which=WHICH)
    def calendar_deletes(self, which):
        remote_id = self.event(which)
        if remote_id is not None:
            self.server.drop(remote_id)
            self.theirs.discard(remote_id)
            self.touched_there(remote_id)

    def allowed(self, act):
        try:
            return act()
        except DomainError:
            return None

    @rule(start=HALF_HOURS, length=LENGTH)
    def hub_books(self, start, length):
        starts_at, ends_at = self.times(start, length)
        wish = service.NewBooking(
            room_id=self.world.house.story_corner.id, title=self.name(), starts_at=starts_at, ends_at=ends_at
        )
        nadia = self.world.house.nadia
        made = self.allowed(lambda: self.world.write(service.book_room, nadia, wish, self.now, "web"))
        if made is not None:
            self.ours.add(made.id)

    def here(self, which):
        found = self.office.bookings()
        return found[which % len(found)] if found else None

    def touched_here(self, one):
        self.theirs -= {key for key, item in self.server.items.items() if one.title in self.titles(item)}

    def titles(self, item):
        past = [old for old in self.server.history if old.remote_id == item.remote_id]
        return {seen.meeting.title for old in past for seen in old.meetings}

    @rule(which=WHICH, start=HALF_HOURS, length=LENGTH)
    def hub_moves(self, which, start, length):
        one = self.here(which)
        if one is not None:
            starts_at, ends_at = self.times(start, length)
            changes = service.BookingChanges(starts_at=starts_at, ends_at=ends_at)
            lena = self.world.house.lena
            done = self.allowed(
                lambda: self.world.write(service.change_booking, one.id, changes, by=lena, now=self.now)
            )
            if done:
                self.touched_here(one)

    @rule(which=WHICH, how=st.sampled_from(["cancel", "check_in", "end", "extend"]))
    def hub_does(self, which, how):
        one = self.here(which)
        if one is None:
            return
        act = partial(getattr(self.world, how), one, *([30] if how == "extend" else []))
        if self.allowed(act) is not None:
            self.touched_here(one)
            if how == "cancel":
                self.ours.discard(one.id)

    @rule(minutes=st.sampled_from([5, 20, 60]))
    def time_passes(self, minutes):
        self.world.clock.pass_time(minutes=minutes)

    @rule(
        away=st.booleans(),
        lost=st.sampled_from([0, 0.3]),
        late=st.sampled_from([0, 0.5]),
        repeated=st.booleans(),
        reordered=st.booleans(),
        token_lost=st.booleans(),
        seed=st.integers(0, 1000),
    )
    def compared_in_bad_weather(self, seed, **weather):
        self.server.weather = Weather(random=Random(seed), **weather)
        self.office.sync()

    @rule(hours=st.integers(1, 24))
    def nothing_gets_through(self, hours):
        self.server.weather = Weather(away=True)
        self.office.sync()
        self.world.clock.pass_time(hours=hours)
        self.office.sync()

    @rule()
    def in_the_end_both_say_the_same(self):
        self.server.weather = Weather()
        for _ in range(6):
            before = len(self.server.history), self.world.room().revision
            assert self.office.sync() is None
            if (len(self.server.history), self.world.room().revision) == before:
                break
        else:
            raise AssertionError("it never comes to rest")
        self.same()

    def same(self):
        to_come = [seen.meeting for item in self.server.there.values() for seen in item.meetings]
        to_come = [one for one in to_come if one.ends_at > self.now]
        clashes = [one for one in self.office.clashes() if one.kind == "overlap"]
        clashing = [(one.starts_at, one.title) for one in clashes]
        there = [one for one in to_come if (one.starts_at, one.title) not in clashing]
        stays_where_it_was = {one.booking_id for one in clashes}
        taken = self.office.bookings()
        said = [as_meeting(one) for one in taken if one.id not in stays_where_it_was]
        key = lambda one: (one.starts_at, one.title)  # noqa: E731
        assert sorted(there, key=key) == sorted(said, key=key)
        for starts_at, title in clashing:
            (one,) = [one for one in to_come if (one.starts_at, one.title) == (starts_at, title)]
            assert any(other.starts_at < one.ends_at and one.starts_at < other.ends_at for other in taken)
        origins = [item.origin for item in self.server.there.values() if item.origin]
        assert len(set(origins)) == len(origins)
        self.nothing_is_lost()

    def nothing_is_lost(self):
        for remote_id in self.theirs:
            item = self.server.items[remote_id]
            last = [old for old in self.server.history if old.remote_id == remote_id and old.meetings][-1]
            if all(seen.meeting.starts_at > self.now for seen in last.meetings):
                assert item.meetings, f"{remote_id} is lost"
        if type(self).leads == "hub":
            for booking_id in self.ours:
                one = self.office.booking(booking_id)
                assert one.status != "cancelled", f"{one.title} is lost"

    def teardown(self):
        self.in_the_end_both_say_the_same()
        self.office.close()
        self.world.close()
        self.database.__exit__(None, None, None)


@pytest.mark.parametrize(
    ("kind", "leads"), [("sqlite", "hub"), ("sqlite", "calendar"), ("postgres", "calendar")]
)
def test_in_any_weather_both_end_equal(new_database, kind, leads):
    TwoDesks.open_database = partial(new_database, kind)
    TwoDesks.leads = leads
    run_state_machine_as_test(
        TwoDesks,
        settings=settings(
            max_examples=examples(5),
            stateful_step_count=25,
            deadline=None,
            phases=[Phase.generate],
            report_multiple_bugs=False,
        ),
    )
