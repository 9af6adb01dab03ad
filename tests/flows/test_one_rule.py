"""One rule, two interpreters: what the hub says of a room is what a panel works out for itself.

The hub derives a room's status from its tables at the moment it is asked. A panel has only a RoomState that
was published earlier, and `shared.room_status`. Whatever was booked, and whether or not the sweeper has been
there since, the two agree at every moment up to the document's horizon. tests/shared runs that same function
on the panel's interpreter.
"""

import contextlib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.bookings import service
from hub.clock import unix
from hub.db.migrate import upgrade
from hub.errors import DomainError
from hub.panel.room_view import room_state
from hub.rooms import service as rooms
from shared.room_state import encode, parse
from shared.room_status import status_at
from tests.fakes import FakeClock
from tests.hub.house import QuickWorld

MINUTE = timedelta(minutes=1)
PANEL = "panel"


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    path = tmp_path_factory.mktemp("one_rule") / "empty.db"
    upgrade(f"sqlite+aiosqlite:///{path}")
    return path


minutes = st.integers(0, 50)
acts = st.one_of(
    st.tuples(st.just("book"), st.integers(-15, 120), st.integers(15, 90)),
    st.tuples(st.just("book"), st.integers(0, 30), st.integers(15, 40)),
    st.tuples(st.sampled_from(["check in", "end", "cancel"]), st.integers(0, 5)),
    st.tuples(st.sampled_from(["sweep", "connect", "disconnect"])),
)
quiet_acts = st.tuples(st.sampled_from(["sweep", "connect", "disconnect", "nothing", "nothing"]))
policies = st.fixed_dictionaries(
    {
        "check_in_opens_minutes": st.sampled_from([5, 15, 60]),
        "check_in_closes_minutes": st.sampled_from([0, 5, 15, 45]),
        "check_in_required": st.sampled_from([True, True, True, False]),
        "requires_approval": st.sampled_from([False, False, False, True]),
    }
)


class Day:
    """A day in the Story Corner."""

    def __init__(self, path: Path) -> None:
        self.world = QuickWorld(f"sqlite:///{path}", FakeClock())
        self.room = self.world.house.story_corner
        self.made = []
        self.connected = False

    def do(self, act, *arguments):
        """What the hub refuses is not done."""
        with contextlib.suppress(DomainError):
            getattr(self, act.replace(" ", "_"))(*arguments)

    def pass_time(self, minutes):
        """The hub keeps the record of contact meanwhile."""
        for _ in range(minutes):
            self.world.clock.pass_time(minutes=1)
            if self.connected:
                self.world.write(rooms.heartbeat_contacts, self.world.clock.now())

    def book(self, offset, length):
        starts_at = self.world.clock.now() + offset * MINUTE
        wish = service.NewBooking(
            room_id=self.room.id, title="x", starts_at=starts_at, ends_at=starts_at + length * MINUTE
        )
        self.made.append(
            self.world.write(service.book_room, self.world.house.nadia, wish, self.world.clock.now(), "web")
        )

    def check_in(self, which):
        if which < len(self.made):
            self.world.check_in(self.made[-1 - which])

    def end(self, which):
        if which < len(self.made):
            self.world.end(self.made[-1 - which])

    def cancel(self, which):
        if which < len(self.made):
            self.world.cancel(self.made[-1 - which])

    def sweep(self):
        self.world.write(service.settle_due, self.world.clock.now())

    def connect(self):
        self.connected = True
        self.world.write(rooms.open_contact, PANEL, self.room.key, self.world.clock.now())

    def disconnect(self):
        self.connected = False
        self.world.write(rooms.close_contact, PANEL, self.world.clock.now())

    def nothing(self):
        pass

    def published(self):
        """The document, as it reaches a panel."""
        return parse(encode(self.world.read(room_state, self.room.id, self.world.clock.now())))

    def as_the_hub_says(self):
        return self.world.says(self.room)

    def as_the_panel_says(self, document):
        """With the record of contact that both sides have."""
        now = unix(self.world.clock.now())
        contact = self.world.read(rooms.contact_of, self.room.key, 0)
        found = status_at(document, now, contact)
        return found.status, found.current and found.current["id"], found.checked_in


@given(
    policy=policies,
    panelled=st.booleans(),
    before=st.lists(st.tuples(minutes, acts), min_size=1, max_size=10),
    after=st.lists(st.tuples(minutes, quiet_acts), min_size=1, max_size=6),
)
@settings(max_examples=25, deadline=None)
def test_hub_and_panel_agree_at_every_moment(empty, policy, panelled, before, after):
    day = Day(empty)
    day.world.set_policy(**policy)
    day.world.write(rooms.set_panelled, day.room.key, panelled)
    for passed, act in before:
        day.pass_time(passed)
        day.do(*act)
    document = day.published()
    assert (document["status"], document["checkedIn"]) == day.as_the_hub_says()[::2]
    for passed, act in after:
        day.pass_time(passed)
        assert day.as_the_panel_says(document) == day.as_the_hub_says()
        day.do(*act)
        assert day.as_the_panel_says(document) == day.as_the_hub_says()
        assert day.as_the_panel_says(day.published()) == day.as_the_hub_says()
    day.world.close()
