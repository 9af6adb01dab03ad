"""Calendars that nobody should have written: each event stands or falls alone, and none of them costs much."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hub.bookings.calendar_file import LONGEST_ROOM_NAME, LONGEST_TITLE, read_calendar
from hub.bookings.calendar_lines import NotACalendar
from hub.bookings.calendar_series import AHEAD, MOST
from tests.hub.bookings.rrules import rules
from tests.hub.fuzz.mutations import bytes_taken, damaged, quick
from tests.hub.test_import_reading import FOSDEM
from tests.soak import examples

PRAGUE = ZoneInfo("Europe/Prague")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CHEAP = [HealthCheck.too_slow, HealthCheck.data_too_large]

OFFICE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Office//EN
BEGIN:VTIMEZONE
TZID:Our Office
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:weekly@example.org
SUMMARY;LANGUAGE=en:Weekly\\, with everybody who
  works here
LOCATION:Sandbox
DTSTART;TZID=Our Office:20251006T093000
DTEND;TZID=Our Office:20251006T103000
RRULE:FREQ=WEEKLY;UNTIL=20270630T220000Z;INTERVAL=2;BYDAY=MO,WE;WKST=SU
EXDATE;TZID=Our Office:20251020T093000,20251117T093000
ORGANIZER;CN="Kovacs, Nadia":mailto:nadia@example.org
CLASS:PRIVATE
BEGIN:VALARM
TRIGGER:-PT15M
ACTION:DISPLAY
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:weekly@example.org
RECURRENCE-ID;TZID=Our Office:20251103T093000
SUMMARY:Weekly\\, moved
LOCATION:Story Corner
DTSTART;TZID=Our Office:20251103T140000
DURATION:PT1H
END:VEVENT
BEGIN:VEVENT
UID:offsite@example.org
SUMMARY:Offsite
LOCATION:The Carpet
DTSTART;VALUE=DATE:20261124
DTEND;VALUE=DATE:20261126
RDATE;VALUE=DATE:20270112
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n").encode()

TOKENS = [
    *(
        b"BEGIN:VEVENT\r\n",
        b"END:VEVENT\r\n",
        b"BEGIN:VTIMEZONE\r\n",
        b"END:VCALENDAR\r\n",
        b"\r\n ",
        b"\r\n",
    ),
    *(b"RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\r\n", b"RRULE:FREQ=DAILY\r\n", b"FREQ=SECONDLY", b"COUNT="),
    *(b"DTSTART:19700101T000000\r\n", b"DTEND:21991231T235959Z\r\n", b"DURATION:P99999W\r\n", b"RDATE:"),
    *(b";TZID=", b"TZID:Our Office", b"99999999999999999999", b"-1", b"+2500", b"00000000", b"\x00", b"\xff"),
    *(
        b"BYSETPOS=-366,",
        b"BYDAY=53SU,-53MO,",
        b"INTERVAL=1000",
        b'"',
        b";",
        b":",
        b",",
        b"\\",
        b"=",
        b"\xe2\x80",
    ),
]


def holds(raw: bytes) -> None:
    """It is no calendar, or every event in it takes a room for a time, and the rest is named with a reason."""
    try:
        file = quick(lambda: read_calendar(raw, PRAGUE, NOW), len(raw))
    except NotACalendar:
        return
    assert len({one.identity for one in file.events}) == len(file.events)
    for one in file.events:
        assert one.starts_at < one.ends_at
        assert one.starts_at.tzinfo is UTC
        assert one.room.strip() and len(one.room) <= LONGEST_ROOM_NAME
        assert one.title.strip() and len(one.title) <= LONGEST_TITLE
        assert (one.room + one.title).isprintable()
        assert 1 <= one.line <= file.lines
    assert all(remark.reason and str(remark).isprintable() for remark in file.skipped + file.notes)


@settings(max_examples=examples(80), deadline=None, suppress_health_check=CHEAP)
@given(st.randoms(use_true_random=False))
def test_a_calendar_that_was_damaged_is_read_as_far_as_it_goes(random):
    holds(damaged(OFFICE, random, TOKENS))


@pytest.mark.skipif(not FOSDEM.exists(), reason="the FOSDEM schedule is not beside this checkout")
@settings(max_examples=examples(3), deadline=None, suppress_health_check=CHEAP)
@given(st.randoms(use_true_random=False), st.integers(0, 300))
def test_a_real_schedule_that_was_damaged_is_read_as_far_as_it_goes(random, block):
    raw = FOSDEM.read_bytes()
    holds(b"BEGIN:VCALENDAR\r\n" + damaged(raw[block * 4000 :][:60_000], random, TOKENS))


def line(name: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A property line with some of the parameters it may have, folded or not."""
    parameters = st.sampled_from(
        ["", "", "", ";TZID=Europe/Prague", ";VALUE=DATE", ";TZID=Our Office", ";TZID=None", ';X="a:b;c"']
    )
    return st.tuples(parameters, values, st.sampled_from(["\r\n", "\n", "\r\n \r\n", "\r"])).map(
        lambda parts: f"{name}{parts[0]}:{parts[1]}{parts[2]}"
    )


MOMENTS = st.datetimes(datetime(1969, 1, 1), datetime(2200, 1, 1)).flatmap(  # noqa: DTZ001  as written
    lambda at: st.sampled_from(
        [f"{at:%Y%m%d}", f"{at:%Y%m%dT%H%M%S}", f"{at:%Y%m%dT%H%M%S}Z", f"{at:%Y%m%dT%H%M}60", f"{at:%Y%m}99"]
    )
)
NEAR = st.integers(-400, 400).map(lambda days: f"{NOW + timedelta(days=days):%Y%m%dT%H%M%S}")
RULES = rules() | st.tuples(
    rules(), st.sampled_from([";COUNT=5", ";UNTIL=20270101", ";COUNT=0", ";X=1", ";"])
).map("".join)
PROPERTIES = st.one_of(
    line("UID", st.sampled_from(["a", "b", ""])),
    line("SUMMARY", st.text(max_size=20)),
    line("LOCATION", st.sampled_from(["Sandbox", "Recess", "", "\u202e", "x" * 300]) | st.text(max_size=10)),
    line("DTSTART", NEAR | MOMENTS),
    line("DTEND", NEAR | MOMENTS),
    line("DURATION", st.sampled_from(["PT1H", "P1D", "-PT1H", "P1W2D", "PT", "P9999999999D", "PT0S"])),
    line("RRULE", RULES),
    line("RDATE", st.lists(NEAR | MOMENTS, max_size=3).map(",".join)),
    line("EXDATE", st.lists(NEAR | MOMENTS, max_size=3).map(",".join)),
    line("RECURRENCE-ID", NEAR | MOMENTS),
    line("STATUS", st.sampled_from(["CANCELLED", "CONFIRMED", ""])),
    line("ORGANIZER", st.sampled_from(["mailto:a@b", "mailto:", "x", ""])),
)
SOUND = st.tuples(NEAR, st.sampled_from(["PT30M", "P1D"]), st.none() | RULES).map(
    lambda parts: (
        f"LOCATION:Sandbox\r\nDTSTART:{parts[0]}\r\nDURATION:{parts[1]}\r\n"
        + (f"RRULE:{parts[2]}\r\n" if parts[2] else "")
    )
)
EVENTS = st.tuples(SOUND | st.just(""), st.lists(PROPERTIES, max_size=10).map("".join)).map(
    lambda parts: f"BEGIN:VEVENT\r\n{''.join(parts)}END:VEVENT\r\n"
)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=CHEAP)
@given(st.lists(EVENTS, max_size=5))
def test_events_of_any_properties_stand_or_fall_alone(events):
    holds(f"BEGIN:VCALENDAR\r\n{''.join(events)}END:VCALENDAR\r\n".encode("utf-8", "replace"))


ZONE_LINES = st.sampled_from(
    [
        *("BEGIN:STANDARD", "END:STANDARD", "BEGIN:DAYLIGHT", "END:DAYLIGHT", "TZNAME:CET"),
        *("TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "TZOFFSETTO:-2359", "TZOFFSETTO:+9999", "TZOFFSETFROM:x"),
        *("DTSTART:16010101T030000", "DTSTART:19700101", "DTSTART:99991231T235959Z", "RDATE:20250101T000000"),
        *("RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
        *(
            "RRULE:FREQ=YEARLY;INTERVAL=0",
            "RRULE:FREQ=YEARLY;COUNT=99999",
            "RRULE:FREQ=YEARLY;UNTIL=16000101",
        ),
        *(
            "RRULE:FREQ=YEARLY;BYHOUR="
            + ",".join(map(str, range(24)))
            + ";BYMINUTE="
            + ",".join(map(str, range(60))),
        ),
        *(
            "RRULE:FREQ=HOURLY",
            "X;A=B:RRULE:FREQ=SECONDLY",
            "RRULE ;X=1:FREQ=SECONDLY",
            "RRULE:BYDAY=SU;FREQ=DAILY",
        ),
    ]
)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=CHEAP)
@given(st.lists(ZONE_LINES, max_size=14), MOMENTS | NEAR)
@example(
    ["BEGIN:STANDARD", "DTSTART:16010101T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100"], "20261124T093000"
)
def test_a_zone_of_any_definition_is_understood_or_named(lines, moment):
    zone = "\r\n".join(["BEGIN:VTIMEZONE", "TZID:Our Office", *lines, "END:VTIMEZONE", ""])
    event = (
        f"BEGIN:VEVENT\r\nLOCATION:x\r\nDTSTART;TZID=Our Office:{moment}\r\nDURATION:PT1H\r\nEND:VEVENT\r\n"
    )
    holds(f"BEGIN:VCALENDAR\r\n{zone}{event}END:VCALENDAR\r\n".encode())


def test_the_calendar_that_is_damaged_here_is_sound():
    file = read_calendar(OFFICE, PRAGUE, NOW)
    assert (file.skipped, file.notes) == ([], [])
    assert {one.room for one in file.events} == {"Sandbox", "Story Corner", "The Carpet"}
    assert len(file.events) < MOST
    assert max(one.starts_at for one in file.events) < NOW + AHEAD


def test_endless_series_take_no_more_memory_than_their_meetings():
    event = "BEGIN:VEVENT\r\nUID:{0}\r\nLOCATION:{0}\r\nDTSTART:19700101T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\n"
    raw = (
        f"BEGIN:VCALENDAR\r\n{''.join(event.format(number) for number in range(2))}END:VCALENDAR\r\n".encode()
    )
    assert bytes_taken(lambda: read_calendar(raw, PRAGUE, NOW)) < 2 * MOST * 4000
