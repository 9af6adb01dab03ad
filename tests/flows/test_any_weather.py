"""Whatever happens to network, power, clocks and packets: what is on the glass is true, and no press is lost.

With the link up for a while, the glass says what the hub's tables say. Without it, it says what the one rule makes
of the last state that came, with what was pressed since; past the state's horizon, that it does not know. And in
the end every press that was taken has been answered once, and has had its effect once.
"""

import contextlib
import os
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from firmware.expected_state import expected
from hub.bookings import service
from hub.db.migrate import upgrade
from hub.errors import DomainError
from shared.room_status import UNKNOWN, status_at
from tests.flows.weather import Site, said

MINUTE = timedelta(minutes=1)
CALM_S = 400
"""Longer than it takes to notice a loss and come back, and to hear of a clock that was set: a heartbeat."""
LASTING = ("check_in", "end", "report_issue")


class Weather(RuleBasedStateMachine):
    empty: Path

    @initialize(seed=st.integers(0, 1 << 32))
    def begin(self, seed):
        self.flash = Path(tempfile.mkdtemp())
        self.site = Site(f"sqlite:///{type(self).empty}", self.flash, seed)
        self.hub_up = True
        self.made = []
        self.promised = set()

    @property
    def now(self):
        return self.site.clock.now()

    def hub(self, work):
        """What the hub refuses is not done."""
        with contextlib.suppress(DomainError), self.site.here():
            return self.site.database.write_now(work)

    @rule(seconds=st.one_of(st.integers(1, 90), st.integers(60, 3600)))
    def time_passes(self, seconds):
        self.site.advance(seconds)

    @rule(offset=st.integers(-10, 90), length=st.integers(15, 60))
    def somebody_books(self, offset, length):
        starts_at = self.now + offset * MINUTE
        wish = service.NewBooking(
            room_id=self.site.room.id, title="x", starts_at=starts_at, ends_at=starts_at + length * MINUTE
        )
        nadia = self.site.world.house.nadia
        made = self.hub(lambda session: service.book_room(session, nadia, wish, self.now, "web"))
        if made is not None:
            self.made.append(made.id)

    @rule(
        which=st.integers(0, 3), what=st.sampled_from([service.cancel, service.end_booking, service.check_in])
    )
    def somebody_does(self, which, what):
        if which >= len(self.made):
            return
        more = {} if what is service.cancel else {"at": self.now}
        if what is service.check_in:
            more["via"] = "web"
        nadia, booking_id = self.site.world.house.nadia, self.made[-1 - which]
        self.hub(lambda session: what(session, booking_id, by=nadia, now=self.now, **more))

    @rule()
    def sweeper_comes(self):
        self.hub(lambda session: service.settle_due(session, self.now))

    @rule(key=st.integers(0, 2))
    def somebody_presses(self, key):
        with self.site.here():
            self.site.panel.inputs.press(key)
        self.site.advance(0.01)
        if not self.site.panel.dead:
            waiting = self.site.panel.outbox.commands
            self.promised |= {one["id"] for one in waiting if one["action"] in LASTING}

    @rule()
    def network_goes(self):
        self.site.cut_network()

    @rule()
    def network_comes(self):
        self.site.network = True

    @precondition(lambda self: self.hub_up)
    @rule()
    def hub_is_killed(self):
        self.site.kill_hub()
        self.hub_up = False

    @precondition(lambda self: not self.hub_up)
    @rule()
    def hub_starts(self):
        self.site.start_hub()
        self.hub_up = True

    @rule(after=st.integers(0, 4))
    def power_goes_at_a_write(self, after):
        self.site.power_cut_at_write(after)

    @rule()
    def power_goes(self):
        self.site.power_cut()
        self.site.advance(0.01)

    @rule(seconds=st.sampled_from([-3600, -90, -5, 5, 90, 3600]))
    def somebody_sets_the_hubs_clock(self, seconds):
        self.site.jump(seconds)

    @rule()
    def all_is_well_for_a_while(self):
        self.site.network = True
        self.site.power_cut_at_write(None)
        if not self.hub_up:
            self.hub_starts()
        self.site.advance(CALM_S)
        assert self.site.link_up_s > 60
        self.agree(lambda: self.site.world.says(self.site.room))

    @invariant()
    def glass_is_true_to_what_came_last(self):
        panel = self.site.panel
        if panel.shown is None or panel.contact.there or panel.shown.state is None:
            return
        state = panel.cache.state
        assert state in self.site.states_that_came  # that one, or where the power went, the one before it

        def by_the_rule():
            with self.site.here():
                now = panel.clock.now()
            if now >= state["horizonUnix"]:
                return UNKNOWN, None, False
            told = expected(
                state, panel.outbox.commands + [command for command, _ in panel.app._passer_by.granted]
            )
            found = status_at(told, now, panel.contact.intervals)
            return found.status, found.current and found.current["id"], found.checked_in

        self.agree(by_the_rule)

    def agree(self, wanted):
        """The glass says that; it may be a moment behind."""
        for _ in range(8):
            shown = self.site.panel.shown
            if shown is not None and said(shown) == wanted():
                return
            self.site.advance(1)
        assert said(self.site.panel.shown) == wanted()

    def teardown(self):
        if not hasattr(self, "site"):
            return
        for _ in range(10):
            self.all_is_well_for_a_while()
            if not self.site.panel.outbox.commands:
                break
        assert self.site.panel.outbox.commands == []

        def look(session):
            answered = session.execute(text("SELECT command_id, ack FROM panel_command_results")).all()
            reports = session.scalar(text("SELECT coalesce(sum(reports), 0) FROM issue_reports"))
            return {command_id: '"ok": true' in ack for command_id, ack in answered}, reports

        answered, reports = self.site.world.read(look)
        assert self.promised <= set(answered)
        sent = self.site.sent
        assert reports == sum(ok for one, ok in answered.items() if sent[one] == "report_issue")
        self.site.close()
        shutil.rmtree(self.flash)


HISTORIES = int(os.environ.get("CIRCLETIME_SOAK_WEATHERS", "6"))
"""Of 40 events each, some hours long; `make soak` takes more."""


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    path = tmp_path_factory.mktemp("weather") / "empty.db"
    upgrade(f"sqlite+aiosqlite:///{path}")
    return path


def test_glass_is_true_and_no_press_is_lost_in_any_weather(empty):
    Weather.empty = empty
    run_state_machine_as_test(
        Weather,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=40,
            deadline=None,
            phases=[Phase.generate],  # making it shorter takes an hour; the history of a failure is printed
            suppress_health_check=list(HealthCheck),
        ),
    )
