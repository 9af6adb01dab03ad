"""The RoomState: what panels and the web app are shown of a room."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.clock import from_unix, unix
from hub.panel import room_view
from hub.rooms import service as rooms
from hub.rooms.service import RoomChanges
from shared import room_state
from shared.room_status import status_at


@pytest.fixture
def state(world, house):
    """The Story Corner's document now, as a panel would read it off the wire."""

    def read(room=house.story_corner):
        found = world.read(room_view.room_state, room.id, world.clock.now())
        return room_state.parse(room_state.encode(found))

    return read


@pytest.fixture
def due_at(world, house):
    return lambda: world.read(room_view.view, house.story_corner.id, world.clock.now())[1]


def test_empty_room_is_available_for_48_hours(world, house, state):
    found = state()
    now = unix(world.clock.now())
    assert (found["status"], found["checkedIn"], found["current"], found["next"]) == (
        "available",
        False,
        None,
        None,
    )
    assert (found["publishedUnix"], found["horizonUnix"]) == (now, now + 48 * 3600)
    assert (found["room"]["name"], found["room"]["building"], found["room"]["floor"]) == (
        "Story Corner",
        "HQ",
        "2",
    )
    assert (found["room"]["capacity"], found["room"]["amenities"]) == (4, ["screen"])


def test_timeline_says_what_is_now_next_and_later(world, state):
    planned = [world.book((hour, 0), (hour, 45), title=f"At {hour}") for hour in (9, 10, 11, 12)]
    world.at(9)
    world.check_in(planned[0])
    found = state()
    assert (found["status"], found["checkedIn"]) == ("occupied", True)
    assert found["current"] == {
        "id": planned[0].id,
        "title": "At 9",
        "organizer": "Nadia Kovacs",
        "startUnix": unix(world.time(9)),
        "endUnix": unix(world.time(9, 45)),
        "status": "checked_in",
        "checkInByUnix": unix(world.time(9, 15)),
    }
    assert found["next"]["title"] == "At 10"
    assert [meeting["title"] for meeting in found["upcoming"]] == ["At 11", "At 12"]


def test_private_meeting_shows_neither_title_nor_organizer(world, state):
    world.book((9, 0), (10, 0), private=True)
    meeting = state()["next"]
    assert (meeting["title"], meeting["organizer"]) == (None, None)


def test_title_is_cut_at_120_bytes_between_characters(world, state):
    world.book((9, 0), (10, 0), title="ß" * 59 + "a" + "漢字" * 20)
    title = state()["next"]["title"]
    assert title == "ß" * 59 + "a"  # 119 bytes; the next character has three


def test_of_many_meetings_24_are_shown_and_the_horizon_says_so(world, state):
    for quarter in range(30):
        start = (9 + quarter // 4, quarter % 4 * 15)
        end = (9 + (quarter + 1) // 4, (quarter + 1) % 4 * 15)
        world.book(start, end)
    found = state()
    assert len(room_state.timeline(found)) == 24
    assert found["horizonUnix"] == unix(world.time(15))


def test_longest_texts_fit_16_kib_and_the_horizon_says_what_is_left_out(world, house, state):
    changes = RoomChanges(name="🎈" * 255, out_of_service="🎈" * 255)
    for quarter in range(24):
        start = (9 + quarter // 4, quarter % 4 * 15)
        end = (9 + (quarter + 1) // 4, (quarter + 1) % 4 * 15)
        world.book(start, end, title="\x01" * 255)
    world.write(rooms.change_room, house.story_corner.id, changes, world.clock.now())
    found = state()
    shown = room_state.timeline(found)
    assert len(room_state.encode(found)) <= room_state.MAX_BYTES
    assert 12 < len(shown) < 24
    assert found["horizonUnix"] == shown[-1]["endUnix"]


def test_released_meeting_is_gone_though_no_sweeper_came(world, state):
    world.book((9, 0), (10, 0))
    world.at(9, 15)
    assert state()["status"] == "occupied"
    world.at(9, 15, 1)
    assert (state()["status"], state()["current"]) == ("available", None)


def test_held_meeting_has_nothing_to_check_in_by(world, house, state):
    world.write(rooms.set_panelled, house.story_corner.key, True)
    world.book((9, 0), (10, 0))
    world.at(9, 15, 1)
    assert (state()["status"], state()["current"]["checkInByUnix"]) == ("occupied", None)


def test_booking_that_waits_for_approval_is_not_shown(world, state):
    world.set_policy(requires_approval=True)
    world.book((9, 0), (10, 0))
    assert state()["next"] is None


def test_room_out_of_service_says_why(world, house, state):
    world.write(
        rooms.change_room, house.story_corner.id, RoomChanges(out_of_service="Wet paint"), world.clock.now()
    )
    assert (state()["status"], state()["room"]["outOfService"]) == ("out_of_service", "Wet paint")


def test_policy_is_in_seconds(world, state):
    world.set_policy(check_in_opens_minutes=5, buffer_minutes=10, extend_minutes=[20])
    policy = state()["policy"]
    assert (policy["checkInOpensS"], policy["checkInClosesS"], policy["bufferS"]) == (300, 900, 600)
    assert (policy["minS"], policy["maxS"]) == (900, 8 * 3600)
    assert (policy["extendS"], policy["quickBookS"]) == ([1200], [900, 1800, 3600])


def test_panel_that_reads_the_document_later_sees_what_the_hub_sees(world, state):
    world.book((9, 0), (10, 0))
    world.book((10, 0), (11, 0), title="Design")
    early = state()
    for hour, minute, second in ((8, 44, 59), (8, 45, 0), (9, 0, 0), (9, 15, 1), (10, 0, 0), (11, 0, 0)):
        world.at(hour, minute, second)
        offline = status_at(early, unix(world.clock.now()))
        fresh = status_at(state(), unix(world.clock.now()))
        assert (offline.status, offline.check_in) == (fresh.status, fresh.check_in)


@pytest.mark.parametrize(
    "zone",
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata", "UTC"],
)
def test_offsets_give_local_time_for_a_year_to_the_second(zone):
    now = unix(datetime(2026, 10, 24, 12, tzinfo=UTC))
    offsets = room_view.offsets(zone, now)
    moments = {now + hour * 3600 for hour in range(0, 366 * 24, 6)}
    moments |= {at + step for at, _ in offsets for step in (-1, 0, 1) if at + step >= now}
    for at in moments:
        local = from_unix(at).astimezone(ZoneInfo(zone)).utcoffset()
        assert room_state.utc_offset_at({"zone": {"offsets": offsets}}, at) == local.total_seconds()


def test_quiet_room_is_published_again_when_half_its_horizon_is_used(world, due_at):
    assert due_at() == world.clock.now() + timedelta(hours=24)


def test_room_is_published_again_when_a_meeting_begins(world, due_at):
    world.book((9, 0), (10, 0))
    assert due_at() == world.time(9)
    world.at(9)
    assert due_at() == world.clock.now() + timedelta(hours=24)


def test_room_is_published_again_when_a_booking_comes_within_48_hours(world, due_at, state):
    tomorrow_but_one = timedelta(hours=48) + timedelta(hours=3)
    world.clock.at += tomorrow_but_one - timedelta(hours=51)
    world.book((9, 0), (10, 0))
    world.clock.at -= timedelta(hours=50)
    due = due_at()
    assert due == world.time(9) - timedelta(hours=48) + timedelta(seconds=1)
    assert state()["next"] is None
    world.clock.at = due
    assert state()["next"] is not None


def test_etag_stays_while_the_room_does(world, state):
    world.book((9, 0), (10, 0))
    before = room_view.etag(state())
    world.at(8, 44, 59)
    assert room_view.etag(state()) == before


@pytest.mark.parametrize(("hour", "minute", "second"), [(8, 45, 0), (9, 0, 0), (9, 15, 1)])
def test_etag_changes_with_the_clock_alone(world, state, hour, minute, second):
    world.book((9, 0), (10, 0))
    world.at(hour, minute, second)
    after = room_view.etag(state())
    world.clock.pass_time(seconds=-1)
    assert room_view.etag(state()) != after


def test_etag_changes_with_the_revision(world, house, state):
    before = room_view.etag(state())
    world.write(rooms.touch, house.story_corner.key)
    assert room_view.etag(state()) != before
