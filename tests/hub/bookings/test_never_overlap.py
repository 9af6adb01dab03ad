"""Whatever people do, and whenever: two bookings never take the same time, and the hub knows who holds what.

An oracle of a few lines follows along, which looks at every booking each time.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from hub.bookings import service
from hub.errors import DomainError
from tests.fakes import FakeClock
from tests.hub.house import QuickWorld

MINUTE = timedelta(minutes=1)
ROOMS = st.sampled_from(["story_corner", "story_corner", "carpet"])
OVERLAPS = """
SELECT count(*) FROM bookings a JOIN bookings b ON a.room_key = b.room_key AND a.key < b.key
WHERE a.starts_at < b.blocks_until AND b.starts_at < a.blocks_until"""


class Oracle:
    """A booking as anybody would keep it on paper. It goes from `start` to `end`; `by`: check-in, or it is gone.

    `waits`: for a manager to say yes, at the latest at its start.
    """

    def __init__(self, room, start, end, now):
        self.made = now
        self.move(room, start, end)
        self.waits = room.policy.requires_approval
        self.came = self.stopped = self.cancelled = None

    def move(self, room, start, end):
        self.room, self.start, self.end = room, start, end
        self.by = min(max(start, self.made) + 15 * MINUTE, end - timedelta(seconds=1))

    def status(self, now):
        if self.cancelled:
            return "cancelled"
        if self.stopped is not None:
            return "completed"
        if self.waits:
            return "pending" if now < self.start else "cancelled"
        if self.came is None:
            return "no_show" if now > self.by else "confirmed"
        return "completed" if now >= self.end else "checked_in"

    def takes(self, now):
        """When it keeps the room from others."""
        if self.status(now) in {"cancelled", "no_show"}:
            return None
        end = self.end if self.stopped is None else self.stopped
        return (self.start, end + self.room.policy.buffer) if end > self.start else None


class Office(RuleBasedStateMachine):
    open_database: Callable

    def __init__(self):
        super().__init__()
        self.database = type(self).open_database()
        self.world = QuickWorld(self.database.__enter__(), FakeClock())
        self.known = {}
        self.world.set_policy(self.world.house.carpet, requires_approval=True, buffer_minutes=10)
        house = self.world.house
        self.rooms = {"story_corner": house.story_corner, "carpet": self.world.room(house.carpet)}

    bookings = Bundle("bookings")

    @property
    def now(self):
        return self.world.clock.now()

    def free(self, room, start, end, but=None):
        until = end + room.policy.buffer
        others = [one for key, one in self.known.items() if key != but and one.room is room]
        taken = [one.takes(self.now) for one in others]
        return not any(one and one[0] < until and start < one[1] for one in taken)

    def allowed(self, act):
        """Whether the hub does it; what it answers otherwise is its own tests' business."""
        try:
            return act()
        except DomainError:
            return None

    @rule(target=bookings, room=ROOMS, offset=st.integers(-15, 180), length=st.integers(15, 120))
    def book(self, room, offset, length):
        room = self.rooms[room]
        start = self.now + offset * MINUTE
        end = start + length * MINUTE
        if end <= self.now:
            return multiple()
        wish = service.NewBooking(room_id=room.id, title="x", starts_at=start, ends_at=end)
        nadia = self.world.house.nadia
        made = self.allowed(lambda: self.world.write(service.book_room, nadia, wish, self.now, "web"))
        asked_in_time = start > self.now or not room.policy.requires_approval
        assert (made is not None) == (asked_in_time and self.free(room, start, end))
        if made is None:
            return multiple()
        self.known[made.id] = Oracle(room, start, end, self.now)
        return made

    @rule(booking=bookings)
    def a_manager_approves(self, booking):
        one = self.known[booking.id]
        could = one.status(self.now) not in {"cancelled", "no_show"}
        lena = self.world.house.lena
        done = self.allowed(lambda: self.world.write(service.approve, booking.id, by=lena, now=self.now))
        assert (done is not None) == could
        one.waits = one.waits and not could

    @rule(booking=bookings)
    def a_manager_declines(self, booking):
        one = self.known[booking.id]
        status = one.status(self.now)
        lena = self.world.house.lena
        done = self.allowed(lambda: self.world.write(service.decline, booking.id, by=lena, now=self.now))
        assert (done is not None) == (status in {"pending", "cancelled"})
        one.cancelled = one.cancelled or status == "pending"

    @rule(minutes=st.integers(1, 40), seconds=st.integers(0, 2))
    def time_passes(self, minutes, seconds):
        self.world.clock.pass_time(minutes=minutes, seconds=seconds)

    @rule()
    def sweeper_comes(self):
        self.world.write(service.settle_due, self.now)

    @rule(booking=bookings, minutes_ago=st.sampled_from([0, 0, 0, 5, 30]))
    def somebody_checks_in(self, booking, minutes_ago):
        one = self.known[booking.id]
        at = self.now - minutes_ago * MINUTE
        in_time = one.start - 15 * MINUTE <= at <= one.by and not one.cancelled
        in_time = in_time and (one.stopped is None or at < one.stopped) and not one.waits
        undoes = one.status(self.now) != "no_show" or self.free(one.room, one.start, one.end, booking.id)
        done = self.allowed(lambda: self.world.check_in(booking, at=at))
        if one.came is None:
            assert (done is not None) == (in_time and undoes)
            one.came = at if done else None

    @rule(booking=bookings)
    def somebody_ends(self, booking):
        one = self.known[booking.id]
        if one.status(self.now) == "checked_in" or (
            one.status(self.now) == "confirmed" and one.start <= self.now
        ):
            one.stopped = max(self.now, one.start)
        self.allowed(lambda: self.world.end(booking))

    @rule(booking=bookings, minutes=st.sampled_from([15, 30]))
    def somebody_extends(self, booking, minutes):
        one = self.known[booking.id]
        end = one.end + minutes * MINUTE
        could = one.status(self.now) == "checked_in" and self.free(one.room, one.start, end, booking.id)
        could = could and end - one.start <= timedelta(hours=8)
        done = self.allowed(lambda: self.world.extend(booking, minutes))
        assert (done is not None) == could
        if done:
            one.end = end

    @rule(booking=bookings, room=ROOMS, offset=st.integers(0, 180), length=st.integers(15, 120))
    def somebody_moves(self, booking, room, offset, length):
        one, room = self.known[booking.id], self.rooms[room]
        start = self.now + offset * MINUTE
        end = start + length * MINUTE
        if (room, start, end) == (one.room, one.start, one.end):
            return
        asks = room.policy.requires_approval
        could = one.status(self.now) in {"pending", "confirmed"} and self.now < one.start
        could = could and not (asks and start <= self.now) and self.free(room, start, end, booking.id)
        changes = service.BookingChanges(room_id=room.id, starts_at=start, ends_at=end)
        nadia = self.world.house.nadia
        done = self.allowed(
            lambda: self.world.write(service.change_booking, booking.id, changes, by=nadia, now=self.now)
        )
        assert (done is not None) == could
        if done:
            one.move(room, start, end)
            one.waits = asks

    @rule(booking=bookings)
    def somebody_cancels(self, booking):
        one = self.known[booking.id]
        status = one.status(self.now)
        could = status in {"pending", "confirmed", "cancelled"}
        could = could or (status == "checked_in" and self.now < one.start)
        done = self.allowed(lambda: self.world.cancel(booking))
        assert (done is not None) == could
        one.cancelled = could

    @invariant()
    def no_two_take_the_same_time_and_hub_and_paper_agree(self):
        def look(session):
            hub = {key: service.booking(session, key, self.now) for key in self.known}
            return session.scalar(text(OVERLAPS)), {
                key: (one.status, one.ends_at) for key, one in hub.items()
            }

        paper = {key: (one.status(self.now), one.end) for key, one in self.known.items()}
        assert self.world.read(look) == (0, paper)

    def teardown(self):
        self.world.close()
        self.database.__exit__(None, None, None)


DAYS = int(os.environ.get("CIRCLETIME_SOAK_DAYS", "15"))
"""Of 30 steps each; `make soak` takes more."""


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_two_bookings_never_take_the_same_time(new_database, kind):
    Office.open_database = partial(new_database, kind)
    run_state_machine_as_test(
        Office, settings=settings(max_examples=DAYS, stateful_step_count=30, deadline=None)
    )
