"""What every adapter does alike, written once: each is run against a real server of its kind."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from hub.calendars.port import Elsewise, Place, meeting
from hub.calendars.sync import listed
from tests.fakes import FakeClock
from tests.hub.calendars.desks import DavDesk, FileDesk, event, utc
from tests.radicale_server import RadicaleServer

NOW = FakeClock().now()
BOTH_WAYS = ["caldav", "caldav without sync-token", "caldav without sync-token and ctag"]


@pytest.fixture(scope="module")
def radicale(tmp_path_factory):
    found = RadicaleServer(tmp_path_factory.mktemp("radicale"))
    yield found
    found.close()


@pytest.fixture(params=[*BOTH_WAYS, "subscription"])
def desk(request, radicale):
    if request.param == "subscription":
        found = FileDesk()
        yield found
        found.close()
    else:
        hides = {"caldav": (), "caldav without sync-token": ("sync",)}.get(request.param, ("sync", "ctag"))
        yield DavDesk(radicale, hides)


@pytest.fixture
def run():
    loop = asyncio.new_event_loop()
    yield loop.run_until_complete
    loop.close()


@pytest.fixture
def calendar(desk, run):
    found = desk.open()
    yield found
    run(found.close())


@pytest.fixture
def look(calendar, run):
    """What the calendar says since it was looked at last, as a hub would keep it."""

    class Look:
        token = None
        whole = False
        items = ()

        def __call__(self):
            found = run(listed(calendar, self.token, NOW))
            self.token, self.whole = found.token, found.whole
            self.items = {item.remote_id: item for item in found.items}
            return sorted(
                ((seen.meeting, seen.occurrence) for item in self.items.values() for seen in item.meetings),
                key=lambda one: one[0].starts_at,
            )

    return Look()


def writes(desk):
    if isinstance(desk, FileDesk):
        pytest.skip("it can only be read")


SERIES = event(
    "weekly@x",
    ";TZID=Europe/Berlin:20261123T110000",
    ";TZID=Europe/Berlin:20261123T120000",
    "Stand-up",
    "RRULE:FREQ=DAILY;COUNT=4",
    "EXDATE;TZID=Europe/Berlin:20261124T110000",
)
MOVED = event(
    "weekly@x",
    ":20261125T140000Z",
    ":20261125T143000Z",
    "Moved",
    "RECURRENCE-ID;TZID=Europe/Berlin:20261125T110000",
)


def test_first_look_is_all_there_is_and_the_next_one_nothing(desk, look):
    desk.put("a", *event("a@x", ":20261123T100000Z", ":20261123T110000Z", "Budget\\, round 2"))
    assert look() == [(meeting(utc(23, 10), utc(23, 11), "Budget, round 2"), "")]
    assert look.whole
    assert (look(), look.whole) == ([], False)


def test_changed_and_deleted_events_are_told(desk, look):
    desk.put("a", *event("a@x", ":20261123T100000Z", ":20261123T110000Z"))
    desk.put("b", *event("b@x", ":20261123T120000Z", ":20261123T130000Z"))
    look()
    first = set(look.items)
    desk.put("a", *event("a@x", ":20261123T100000Z", ":20261123T113000Z", "Longer"))
    desk.delete("b")
    found = look()
    assert (meeting(utc(23, 10), utc(23, 11, 30), "Longer"), "") in found
    gone = {key for key, item in look.items.items() if not item.meetings}
    assert look.whole or len(gone & first) == 1
    assert len(found) == 1


def test_series_is_its_meetings_without_those_taken_out_and_with_those_moved(desk, look):
    desk.put("s", *SERIES, *MOVED)
    assert look() == [
        (meeting(utc(23, 10), utc(23, 11), "Stand-up"), "20261123T100000Z"),
        (meeting(utc(25, 14), utc(25, 14, 30), "Moved"), "20261125T100000Z"),
        (meeting(utc(26, 10), utc(26, 11), "Stand-up"), "20261126T100000Z"),
    ]
    assert len(look.items) == 1


def test_zones_whole_days_and_private_events_are_read(desk, look):
    desk.put(
        "z", *event("z@x", ";TZID=America/New_York:20261123T060000", ";TZID=America/New_York:20261123T070000")
    )
    desk.put("d", *event("d@x", ";VALUE=DATE:20261124", ";VALUE=DATE:20261125", "Away"))
    desk.put("p", *event("p@x", ":20261126T100000Z", ":20261126T110000Z", "Salary", "CLASS:PRIVATE"))
    assert [one for one, _ in look()] == [
        meeting(utc(23, 11), utc(23, 12), "Roadmap"),
        meeting(utc(23, 23), utc(24, 23), "Away"),
        meeting(utc(26, 10), utc(26, 11), None, private=True),
    ]


def test_what_takes_no_time_or_was_long_ago_is_left_out(desk, look):
    desk.put("t", *event("t@x", ":20261123T100000Z", ":20261123T110000Z", "Lunch", "TRANSP:TRANSPARENT"))
    desk.put("c", *event("c@x", ":20261123T120000Z", ":20261123T130000Z", "Off", "STATUS:CANCELLED"))
    desk.put("o", *event("o@x", ":20200101T100000Z", ":20200101T110000Z", "Old"))
    assert look() == []
    assert not any(item.unread for item in look.items.values())


def test_many_events_come_whole(desk, look):
    for n in range(52):
        desk.put(
            f"n{n}",
            *event(
                f"n{n}@x",
                f":202611{23 + n // 20}T{n % 20:02}0000Z",
                f":202611{23 + n // 20}T{n % 20:02}3000Z",
            ),
        )
    assert len(look()) == 52


def test_booking_is_put_there_once_and_read_back_as_it_is(desk, calendar, look, run):
    writes(desk)
    one = meeting(utc(23, 10), utc(23, 11), "Ünïcode; with, all\\ of it")
    place = run(calendar.create("0123456789abcdef", one, NOW))
    with pytest.raises(Elsewise):
        run(calendar.create("0123456789abcdef", one, NOW))
    assert look() == [(one, "")]
    (item,) = look.items.values()
    assert (item.origin, item.etag, item.remote_id) == ("0123456789abcdef", place.etag, place.remote_id)
    (read,) = desk.events()
    assert (read["DTSTART"].dt, read["DTEND"].dt, str(read["SUMMARY"])) == (
        one.starts_at,
        one.ends_at,
        one.title,
    )


def test_change_goes_through_only_from_what_was_seen(desk, calendar, look, run):
    writes(desk)
    place = run(calendar.create("0123456789abcdef", meeting(utc(23, 10), utc(23, 11), "A"), NOW))
    shorter = meeting(utc(23, 10), utc(23, 10, 30), "A")
    after = run(calendar.change(place, shorter, NOW))
    for stale in (calendar.change(place, shorter, NOW), calendar.cancel(place, NOW)):
        with pytest.raises(Elsewise):
            run(stale)
    assert look() == [(shorter, "")]
    assert run(calendar.cancel(after, NOW)) is None
    assert look() == []
    assert desk.events() == []


def test_gone_already_is_cancelled_and_can_not_be_changed(desk, calendar, run):
    writes(desk)
    one = meeting(utc(23, 10), utc(23, 11), "A")
    place = run(calendar.create("0123456789abcdef", one, NOW))
    run(calendar.cancel(place, NOW))
    assert run(calendar.cancel(place, NOW)) is None
    with pytest.raises(Elsewise):
        run(calendar.change(place, one, NOW))


@pytest.mark.parametrize("occurrence", ["20261123T100000Z", "20261125T100000Z"])
def test_one_meeting_of_a_series_is_shortened_and_cancelled_alone(desk, calendar, look, run, occurrence):
    writes(desk)
    desk.put("s", *SERIES, *MOVED)
    before = look()
    (item,) = look.items.values()
    wanted = next(one for one, key in before if key == occurrence)
    short = meeting(wanted.starts_at, wanted.starts_at + timedelta(minutes=10), wanted.title)
    place = run(calendar.change(Place(item.remote_id, occurrence, item.etag), short, NOW))
    assert look() == sorted(
        [(short if key == occurrence else one, key) for one, key in before], key=lambda one: one[0].starts_at
    )
    run(calendar.cancel(place, NOW))
    assert look() == [(one, key) for one, key in before if key != occurrence]


def test_of_somebodys_event_all_else_stays(desk, calendar, look, run):
    writes(desk)
    zone = ";TZID=Europe/Berlin:20261123T"
    desk.put(
        "a",
        *event(
            "a@x",
            zone + "110000",
            zone + "120000",
            "A",
            "ATTENDEE:mailto:bo@example.org",
            "LOCATION:Oak",
            "X-CALL:https://x",
        ),
    )
    look()
    (item,) = look.items.values()
    run(
        calendar.change(Place(item.remote_id, "", item.etag), meeting(utc(23, 10), utc(23, 10, 30), "A"), NOW)
    )
    text = desk.text("a")
    for kept in (
        "ATTENDEE:mailto:bo@example.org",
        "LOCATION:Oak",
        "X-CALL:https://x",
        "DTEND;TZID=Europe/Berlin:20261123T113000",
    ):
        assert kept in text


def test_of_a_private_booking_the_calendar_says_only_that_the_room_is_taken(desk, calendar, look, run):
    writes(desk)
    one = meeting(utc(23, 10), utc(23, 11), "Salary", private=True)
    run(calendar.create("0123456789abcdef", one, NOW))
    (read,) = desk.events()
    assert (str(read["SUMMARY"]), str(read["CLASS"])) == ("Busy", "PRIVATE")
    assert look() == [(one, "")]


def test_calendar_that_does_not_tell_says_so(calendar, run):
    assert run(calendar.watch(NOW)) is None
