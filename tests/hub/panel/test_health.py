"""How a panel is, in a word and a sentence."""

import pytest

from hub.panel import service
from hub.panel.health import health
from hub.rooms import service as rooms


@pytest.fixture
def seen(world, panel):
    """The panel's health, and what the hub knows of it."""

    def look():
        found = world.read(service.panel, panel.id)
        how = health(found, world.clock.now())
        return how.status, how.word, how.reason

    return look


@pytest.fixture
def hello(world, house, panel):
    def say(revision=1, boot_id="b1"):
        room = house.story_corner.id
        said = {"bootId": boot_id, "firmware": "0.1.0", "roomId": room, "revision": revision}
        return world.write(service.greet, panel.id, said, world.clock.now())

    return say


@pytest.fixture
def sleep(world, panel):
    def say(until=None):
        said = {"status": "sleeping", "bootId": "b1"}
        said |= {} if until is None else {"untilUnix": int(until)}
        world.write(service.set_presence, panel.id, said, world.clock.now())

    return say


@pytest.fixture
def telemetry(world, panel):
    return lambda **told: world.write(service.note_telemetry, panel.id, told, world.clock.now())


def test_panel_that_never_came_is_offline(seen):
    assert seen() == ("offline", "offline", "It has not been heard yet.")


def test_panel_that_is_there_and_says_nothing_bad_is_ok(hello, telemetry, seen):
    hello()
    telemetry(batteryPercent=80, signalDbm=-60, clockDriftS=-2, heapFree=20_000, refreshes={"full": 1})
    assert seen() == ("online", "ok", None)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"batteryPercent": 12}, "The battery is low: 12 %."),
        ({"signalDbm": -91}, "The Wi-Fi signal is weak: -91 dBm."),
        ({"clockDriftS": 40}, "Its clock runs fast: 40 s between two heartbeats."),
        ({"clockDriftS": -40}, "Its clock runs slow: 40 s between two heartbeats."),
        (
            {"batteryPercent": 3, "signalDbm": -91},
            "The battery is low: 3 %. The Wi-Fi signal is weak: -91 dBm.",
        ),
    ],
)
def test_what_needs_somebody_is_said(hello, telemetry, seen, told, reason):
    hello()
    telemetry(**told)
    assert seen() == ("online", "attention", reason)


@pytest.mark.parametrize(
    "told",
    [
        {"batteryPercent": "3", "signalDbm": "weak", "clockDriftS": {}, "refreshes": 7, "heapFree": None},
        {"batteryPercent": -3, "signalDbm": 2**53, "clockDriftS": 2**53, "refreshes": {"full": -1}},
        {"batteryPercent": True, "signalDbm": -90.5, "clockDriftS": 1e9, "refreshes": {"full": "x" * 999}},
    ],
)
def test_what_cannot_be_is_not_believed(world, panel, hello, telemetry, seen, told):
    hello()
    telemetry(**told)
    assert seen() == ("online", "ok", None)
    vitals = world.read(service.panel, panel.id).vitals
    assert {getattr(vitals, name) for name in vitals.__slots__} == {None}


def test_panel_that_is_gone_says_since_when_and_perhaps_why(world, hello, telemetry, seen, panel):
    world.at(9)
    hello()
    telemetry(batteryPercent=4)
    world.at(10)
    world.write(service.lose, panel.id, world.clock.now())
    reason = "It was last heard 2026-11-23 10:00 (Europe/Berlin). The battery is low: 4 %."
    assert seen() == ("offline", "offline", reason)


def test_panel_that_sleeps_is_well_until_it_oversleeps(world, hello, sleep, seen):
    world.at(9)
    hello()
    sleep(world.time(10).timestamp())
    assert seen() == ("sleeping", "ok", None)
    world.at(10, 5)
    assert seen()[0] == "sleeping"
    world.at(10, 5, 1)
    assert seen() == (
        "offline",
        "offline",
        "It wanted to wake at 2026-11-23 11:00 (Europe/Berlin); it was last heard 2026-11-23 10:00 (Europe/Berlin).",
    )


def test_nobody_sleeps_longer_than_a_week(world, hello, sleep, seen):
    for until in (None, 253402300799):
        hello()
        sleep(until)
        assert seen()[0] == "sleeping"
        world.clock.pass_time(days=8)
        assert seen()[0] == "offline"


def test_panel_runs_since_its_boot_id_was_new(world, panel, hello):
    world.at(9)
    hello(boot_id="b1")
    world.at(10)
    hello(boot_id="b1")
    assert world.read(service.panel, panel.id).started_at == world.time(9)
    hello(boot_id="b2")
    found = world.read(service.panel, panel.id)
    assert (found.started_at, found.boot_id) == (world.time(10), "b2")


@pytest.fixture
def published(world, house):
    """Raises the room's revision, which the broker then has."""

    def change():
        world.set_policy(min_minutes=20)
        revision = world.room().revision
        world.write(rooms.mark_published, house.story_corner.id, revision, None)
        return revision

    return change


def test_panel_that_stays_behind_is_told_of_after_two_heartbeats(world, hello, telemetry, published, seen):
    world.at(9)
    before = published()
    hello(before)
    now = published()
    telemetry(revision=before)
    assert seen()[1] == "ok"
    world.at(9, 9)
    telemetry(revision=before)
    assert seen()[1] == "ok"
    world.at(9, 10)
    reason = f"It shows revision {before} of its room, which is at {now}."
    assert seen() == ("online", "attention", reason)
    telemetry(revision=now)
    assert seen() == ("online", "ok", None)


def test_panel_at_another_door_begins_anew(world, house, panel, hello, telemetry, published):
    before = published()
    hello(before)
    published()
    telemetry(revision=before)
    world.write(service.move, panel.id, house.sandbox.id, world.clock.now())
    found = world.read(service.panel, panel.id)
    assert (found.shown_revision, found.behind_since) == (None, None)


def test_revision_that_no_room_has_is_kept_as_the_highest_there_is(world, panel, hello, seen):
    hello(253402300799)
    assert world.read(service.panel, panel.id).shown_revision == 2**31 - 1
    assert seen() == ("online", "ok", None)
