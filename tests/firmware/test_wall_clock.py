"""The panel's clock: set by the hub, kept by the ticks, and honest about how much it knows."""

from tests.micropython import needs_micropython

pytestmark = needs_micropython

BEGIN = """
import time
from firmware import ticks
passed = [0]
ticks.now_ms = lambda: passed[0]
ticks.since_ms = lambda earlier: passed[0] - earlier
ticks.later = lambda at, ms: at + ms
from firmware.wall_clock import WallClock
NOW = 1795341600
"""


def test_clock_goes_on_from_what_the_hub_said(on_micropython):
    on_micropython(
        BEGIN
        + """
clock = WallClock()
clock.set(NOW)
for _ in range(90):
    passed[0] += 333
    clock.now()
assert clock.now() == NOW + 29, clock.now()
passed[0] += 30
assert clock.now() == NOW + 30, clock.now()
"""
    )


def test_clock_follows_the_hubs_steps_both_ways_at_once(on_micropython):
    on_micropython(
        BEGIN
        + """
clock = WallClock()
clock.set(NOW)
for step in (7200, -90000, 1):
    clock.set(NOW + step)
    assert clock.now() == NOW + step and clock.trusted
assert clock.drift_s == -90001
"""
    )


def test_clock_knows_how_long_until_a_second_begins(on_micropython):
    on_micropython(
        BEGIN
        + """
clock = WallClock()
clock.set(NOW)
passed[0] = 2400
assert clock.ms_until(NOW + 3) == 600
assert clock.ms_until(NOW + 2) == 0
"""
    )


def test_trust_ends_a_day_after_the_hub_last_spoke(on_micropython):
    on_micropython(
        BEGIN
        + """
clock = WallClock()
assert not clock.trusted
clock.set(NOW)
passed[0] = 24 * 3600 * 1000 - 1
assert clock.trusted
passed[0] += 1
assert not clock.trusted and clock.now() == NOW + 86400
"""
    )


def test_boards_own_time_is_taken_only_where_it_can_be_true(on_micropython):
    on_micropython(
        BEGIN
        + """
own = int(time.time())
assert abs(WallClock(not_before_unix=own - 60).now() - own) <= 1
assert WallClock(not_before_unix=own + 3600).now() is None
assert WallClock().now() is None
assert not WallClock(not_before_unix=own - 60).trusted
"""
    )
