"""What `circletime import` understands of an iCalendar file, and what it says of the rest."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.bookings import calendar_file
from hub.bookings.calendar_file import CalendarFile, read_calendar
from hub.bookings.calendar_lines import NotACalendar

FOSDEM = Path(__file__).parents[3] / "shared" / "data" / "fosdem-2025.ics"
PRAGUE = ZoneInfo("Europe/Prague")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def event(**changes: str | None) -> str:
    """A readable event, with properties changed, added or (None) left out; `__` in a name stands for `-`."""
    properties: dict[str, str | None] = {
        "UID": ":roadmap@example.org",
        "SUMMARY": ":Roadmap",
        "LOCATION": ":Sandbox",
        "DTSTART": ":20261124T093000Z",
        "DTEND": ":20261124T100000Z",
    } | changes
    lines = [f"{name.replace('__', '-')}{value}" for name, value in properties.items() if value is not None]
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""])


def calendar(*parts: str) -> bytes:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{''.join(parts)}END:VCALENDAR\r\n".encode()


def read(*parts: str) -> CalendarFile:
    return read_calendar(calendar(*parts), PRAGUE, NOW)


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).astimezone(UTC)


@pytest.mark.skipif(not FOSDEM.exists(), reason="the FOSDEM schedule is not beside this checkout")
def test_fosdem_comes_in_whole():
    file = read_calendar(FOSDEM.read_bytes(), ZoneInfo("Europe/Brussels"), NOW)
    assert (len(file.events), file.skipped, file.notes) == (1105, [], [])
    assert len({one.room for one in file.events}) == 35


def test_an_event_is_a_room_a_time_a_title_and_an_organizer():
    (found,) = read(event(ORGANIZER=";CN=Nadia:mailto:Nadia@Example.org", CLASS=":PRIVATE")).events
    assert (found.room, found.title, found.line) == ("Sandbox", "Roadmap", 3)
    assert (found.starts_at, found.ends_at) == (at("2026-11-24T09:30Z"), at("2026-11-24T10:00Z"))
    assert (found.organizer_email, found.private) == ("nadia@example.org", True)


@pytest.mark.parametrize(
    ("changes", "starts", "ends"),
    [
        (
            {"DTSTART": ":20261124T093000", "DTEND": ":20261124T100000"},
            "2026-11-24T08:30Z",
            "2026-11-24T09:00Z",
        ),
        (
            {"DTSTART": ";TZID=Asia/Tokyo:20261124T093000", "DTEND": ";TZID=Asia/Tokyo:20261124T100000"},
            "2026-11-24T00:30Z",
            "2026-11-24T01:00Z",
        ),
        (
            {"DTSTART": ';TZID="W. Europe Standard Time":20261124T093000'},
            "2026-11-24T08:30Z",
            "2026-11-24T10:00Z",
        ),
        (
            {"DTSTART": ";TZID=/citadel.org/20210210_1/Europe/Berlin:20261124T093000"},
            "2026-11-24T08:30Z",
            "2026-11-24T10:00Z",
        ),
        ({"DTEND": None, "DURATION": ":PT1H30M"}, "2026-11-24T09:30Z", "2026-11-24T11:00Z"),
        ({"DTSTART": ";VALUE=DATE:20261124", "DTEND": None}, "2026-11-23T23:00Z", "2026-11-24T23:00Z"),
        ({"DTSTART": ";VALUE=DATE:20261025", "DTEND": None}, "2026-10-24T22:00Z", "2026-10-25T23:00Z"),
        (
            {"DTSTART": ";VALUE=DATE:20261124", "DTEND": ";VALUE=DATE:20261126"},
            "2026-11-23T23:00Z",
            "2026-11-25T23:00Z",
        ),
        (
            {"DTSTART": ":20261024T200000", "DTEND": None, "DURATION": ":P1D"},
            "2026-10-24T18:00Z",
            "2026-10-25T19:00Z",
        ),
        (
            {"DTSTART": ":20261024T200000", "DTEND": None, "DURATION": ":PT24H"},
            "2026-10-24T18:00Z",
            "2026-10-25T18:00Z",
        ),
    ],
    ids=[
        "a time without a zone is local",
        "a named zone",
        "a Windows zone",
        "a zone behind its vendor's path",
        "a duration",
        "a whole day",
        "a day of 25 hours",
        "two days",
        "a day on the wall",
        "24 hours that pass",
    ],
)
def test_times(changes: dict[str, str | None], starts: str, ends: str):
    (found,) = read(event(**changes)).events
    assert (found.starts_at, found.ends_at) == (at(starts), at(ends))


def test_a_zone_that_only_the_file_knows_is_taken_from_the_file():
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Our Island\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
        "TZOFFSETFROM:+0330\r\nTZOFFSETTO:+0330\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    (found,) = read(zone, event(DTSTART=";TZID=Our Island:20261124T120000")).events
    assert found.starts_at == at("2026-11-24T08:30Z")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"LOCATION": None}, "no LOCATION"),
        ({"LOCATION": ": \\n "}, "no LOCATION"),
        ({"LOCATION": ":" + "x" * 256}, "longer than 255"),
        ({"DTSTART": None}, "no DTSTART"),
        ({"DTSTART": ":tomorrow"}, "DTSTART: 'tomorrow'"),
        ({"DTSTART": ":20260230T100000Z"}, "no day or hour that exists"),
        ({"DTSTART": ":20261124T250000Z"}, "no day or hour that exists"),
        ({"DTSTART": ":00010101T000000"}, "the year 1 "),
        ({"DTEND": ":99991231T235959"}, "the year 9999 "),
        ({"DTSTART": ";TZID=Mars/Olympus:20261124T093000"}, "no time zone 'Mars/Olympus'"),
        ({"DTSTART": ";TZID=../../etc/passwd:20261124T093000"}, "no time zone"),
        ({"DTEND": ":20261124T090000Z"}, "ends before it starts"),
        ({"DTEND": ":20261124T093000Z"}, "ends when it starts"),
        ({"DTEND": None}, "neither DTEND nor DURATION"),
        ({"DTEND": None, "DURATION": ":-PT1H"}, "ends before it starts"),
        ({"DTEND": None, "DURATION": ":P99999999999999D"}, "DURATION"),
        ({"STATUS": ":CANCELLED"}, "cancelled"),
        ({"TRANSP": ":TRANSPARENT"}, "TRANSPARENT"),
        ({"RRULE": ":FREQ=SECONDLY"}, "FREQ is one of DAILY"),
        ({"RRULE": ":FREQ=DAILY;INTERVAL=0"}, "INTERVAL"),
        ({"RRULE": ":FREQ=DAILY;BYDAY=NEVER"}, "not understood"),
        ({"RRULE": ":FREQ=DAILY;UNTIL=soon"}, "UNTIL"),
        ({"RRULE": ":FREQ=DAILY;COUNT=-3"}, "COUNT"),
        ({"RRULE": ":"}, "is unknown"),
        ({"EXDATE": ":x", "RRULE": ":FREQ=DAILY"}, "EXDATE: 'x'"),
        ({"SUMMARY": ":" + "x" * 70_000}, "SUMMARY is longer than 65536"),
    ],
)
def test_an_event_that_cannot_be_is_named_with_its_reason_and_the_others_come_in(
    changes: dict[str, str | None], reason: str
):
    file = read(event(UID=":one"), event(**changes), event(UID=":two", LOCATION=":Recess"))
    assert [one.identity for one in file.events] == ["one", "two"]
    (skipped,) = file.skipped
    assert reason in skipped.reason
    assert "line 10: " in str(skipped)
    assert "roadmap@example.org" in str(skipped)


def test_bytes_that_are_not_utf8_lose_only_their_own_event():
    raw = calendar(event(UID=":one"), event(SUMMARY=":Resum#"), event(UID=":two", LOCATION=":Recess"))
    file = read_calendar(raw.replace(b"#", b"\xe9"), PRAGUE, NOW)
    assert len(file.events) == 2
    assert "SUMMARY is not UTF-8" in file.skipped[0].reason


def test_characters_that_cannot_be_shown_do_not_reach_titles_rooms_or_the_report():
    file = read(
        event(SUMMARY=":Road\x00map\x1b[31m", LOCATION=":Sand\\nbox"), event(SUMMARY=":\x1b[2J", DTSTART=":x")
    )
    assert (file.events[0].title, file.events[0].room) == ("Road map [31m", "Sand box")
    assert "\x1b" not in str(file.skipped[0])


def test_a_fold_inside_a_character_is_joined():
    raw = calendar(event(SUMMARY=":R\u00e9sum\u00e9")).replace("\u00e9".encode(), b"\xc3\r\n \xa9")
    assert read_calendar(raw, PRAGUE, NOW).events[0].title == "R\u00e9sum\u00e9"


def test_line_ends_of_every_kind_and_a_byte_order_mark_are_understood():
    for end in (b"\n", b"\r", b"\r\n"):
        raw = b"\xef\xbb\xbf" + calendar(event()).replace(b"\r\n", end)
        assert len(read_calendar(raw, PRAGUE, NOW).events) == 1


def test_a_title_is_cut_at_255_characters_and_that_is_told():
    file = read(event(SUMMARY=":" + "\u00e4" * 300))
    assert len(file.events[0].title) == 255
    assert "cut at 255" in file.notes[0].reason


def test_an_event_without_a_title_is_busy():
    assert read(event(SUMMARY=None)).events[0].title == "Busy"


def test_an_alarm_inside_an_event_does_not_change_it():
    alarm = "BEGIN:VALARM\r\nSUMMARY:Wake up\r\nDURATION:PT5M\r\nEND:VALARM\r\nEND:VEVENT"
    assert read(event(SUMMARY=None).replace("END:VEVENT", alarm)).events[0].title == "Busy"


@pytest.mark.parametrize("cut", ["END:VEVENT\r\n", "END:VEVENT"])
def test_an_event_without_its_end_is_named(cut: str):
    file = read(event(UID=":one").replace(cut, ""), event(UID=":two"))
    assert [one.identity for one in file.events] == ["two"]
    assert "no END:VEVENT" in file.skipped[0].reason


def test_a_file_that_was_cut_off_says_so():
    raw = calendar(event(UID=":one"), event(UID=":two", LOCATION=":Recess"))
    file = read_calendar(raw[: raw.rindex(b"DTEND")], PRAGUE, NOW)
    assert [one.identity for one in file.events] == ["one"]
    assert "no END:VEVENT" in file.skipped[0].reason
    assert "cut off" in file.notes[0].reason


@pytest.mark.parametrize(
    "raw", [b"", b"\n\n", b"hello", b"\x89PNG\r\n\x1a\n\x00", b'{"a": 1}', "BEGIN:VCALENDAR".encode("utf-16")]
)
def test_what_is_not_a_calendar_is_refused(raw: bytes):
    with pytest.raises(NotACalendar):
        read_calendar(raw, PRAGUE, NOW)


def test_a_series_keeps_its_local_time_across_the_change_of_clocks():
    file = read(event(DTSTART=":20261024T090000", DTEND=":20261024T100000", RRULE=":FREQ=DAILY;COUNT=2"))
    assert [one.starts_at for one in file.events] == [at("2026-10-24T07:00Z"), at("2026-10-25T08:00Z")]


def test_a_series_leaves_out_exceptions_and_takes_moved_and_cancelled_meetings_as_given():
    moved = event(RECURRENCE__ID=":20261125T093000Z", DTSTART=":20261125T150000Z", DTEND=":20261125T153000Z")
    cancelled = event(RECURRENCE__ID=":20261126T093000Z", STATUS=":CANCELLED")
    file = read(
        event(RRULE=":FREQ=DAILY;COUNT=5", EXDATE=":20261127T093000Z,20261201T093000Z"), moved, cancelled
    )
    starts = sorted(f"{one.starts_at:%d %H:%M}" for one in file.events)
    assert starts == ["24 09:30", "25 15:00", "28 09:30"]
    assert [one.reason for one in file.skipped] == ["it is cancelled"]


def test_a_series_without_end_comes_in_for_a_year_ahead_and_that_is_told():
    file = read(event(DTSTART=":20250101T093000Z", DTEND=":20250101T100000Z", RRULE=":FREQ=WEEKLY"))
    assert file.events[0].starts_at == at("2025-01-01T09:30Z")
    assert at("2027-11-16T00:00Z") < file.events[-1].starts_at < at("2027-11-24T09:00Z")
    assert "up to 2027-11-24" in file.notes[0].reason


def test_a_series_of_thousands_keeps_its_last_thousand_and_that_is_told():
    file = read(
        event(DTSTART=":19700101T093000Z", DTEND=":19700101T100000Z", RRULE=":FREQ=DAILY;UNTIL=20200101")
    )
    assert len(file.events) == 1000
    assert f"{file.events[-1].starts_at:%Y-%m-%d}" == "2020-01-01"
    assert any("first 17263 meetings are left out" in note.reason for note in file.notes)


def test_a_file_of_endless_series_is_bounded_and_names_what_it_leaves_out(monkeypatch):
    monkeypatch.setattr(calendar_file, "MOST_MEETINGS", 500)
    series = [event(UID=f":{number}", LOCATION=f":{number}", RRULE=":FREQ=DAILY") for number in range(3)]
    file = read(*series)
    assert {one.room for one in file.events} == {"0", "1"}
    assert "split the file" in file.skipped[0].reason


def test_a_rule_that_never_happens_gives_the_first_meeting_alone():
    file = read(event(RRULE=":FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31;COUNT=3"))
    assert len(file.events) == 1


def test_the_same_event_twice_comes_in_once_and_a_uid_used_twice_loses_nothing():
    file = read(event(), event(), event(LOCATION=":Recess"))
    assert [one.room for one in file.events] == ["Sandbox", "Recess"]
    assert len({one.identity for one in file.events}) == 2
    assert "same event as on line 3" in file.skipped[0].reason


def test_an_event_without_a_uid_is_known_again_by_what_it_says():
    first, second = (read(event(UID=None)).events[0] for _ in range(2))
    assert first.identity == second.identity
    assert first.identity != read(event(UID=None, LOCATION=":Recess")).events[0].identity


PIECES = [
    *(b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"BEGIN:VALARM\n", b"END:VCALENDAR\n", b"BEGIN:VCALENDAR\n"),
    *(b"UID:a\r\n", b"LOCATION:Recess\r\n", b"SUMMARY:x\\;\\", b"\r\n ", b"DTSTART:20261124T093000Z\n"),
    *(b"DTEND:20261124T1", b"DTSTART;TZID=", b"RRULE:FREQ=DAILY;", b"COUNT=3;", b"BYSETPOS=0", b"DURATION:P"),
    *(b"RECURRENCE-ID:20261124T093000Z\n", b"EXDATE:", b'";:,=', b"\x00", b"\xff\xfe", b"TZID:a\n"),
    *(b"BEGIN:VTIMEZONE\n", b"TZID:x\n", b"END:VTIMEZONE\n", b"TZOFFSETTO:+25", b"BEGIN:STANDARD\n"),
]


@settings(max_examples=300, deadline=2000)
@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=12), max_size=40))
def test_no_bytes_inside_a_calendar_make_the_reader_fail(pieces: list[bytes]):
    body = b"".join(pieces)
    try:
        file = read_calendar(b"BEGIN:VCALENDAR\r\n" + body, PRAGUE, NOW)
    except NotACalendar:  # what follows is folded into its first line
        assert body[:1].isspace()
        return
    for found in file.events:
        assert found.starts_at < found.ends_at
        assert found.room
        assert found.title
