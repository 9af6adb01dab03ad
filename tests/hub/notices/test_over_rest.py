"""Notices and feeds over REST: what people choose, and calendars behind a secret address."""

import logging
import shutil
from datetime import timedelta

import pytest
from icalendar import Calendar

from hub.settings import BadSetting, Settings, from_environment
from tests.hub.rest import Rest, running_hub, slug

WANTED = {
    "approvalAsked": True,
    "approvalAnswered": True,
    "booked": True,
    "changed": True,
    "cancelled": True,
    "released": True,
    "outOfService": True,
    "monthlyReport": False,
    "own": False,
    "language": None,
}


def wish(rest, hour=10, title="Roadmap", **more):
    day = rest.clock.now().date()
    return {
        "roomId": rest.house.story_corner.id,
        "title": title,
        "startsAt": f"{day}T{hour:02}:00:00Z",
        "endsAt": f"{day}T{hour + 1:02}:00:00Z",
    } | more


def book(rest, who="nadia", **more):
    answer = rest.post("/bookings", who=who, json=wish(rest, **more))
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_everybody_chooses_what_they_are_mailed_about(rest):
    assert rest.get("/auth/me/notifications").json() == WANTED
    changed = rest.patch("/auth/me/notifications", json={"own": True, "released": False})
    assert changed.json() == WANTED | {"own": True, "released": False}
    assert rest.get("/auth/me/notifications").json() == changed.json()
    assert rest.get("/auth/me/notifications", who="tomas").json() == WANTED
    assert rest.patch("/auth/me/notifications", json={"owl": True}).status_code == 422


def test_who_wants_own_bookings_by_mail_gets_the_next_one(mailing, mail_server):
    mailing.patch("/auth/me/notifications", json={"own": True})
    book(mailing)
    assert mail_server.wait_for(1)["Subject"].startswith("Booked: Roadmap")


def test_booking_does_not_wait_for_a_mail_server_that_is_away(mailing, mail_server):
    mail_server.answers = ["451 later"] * 3
    book(mailing, who="lena", organizerId=mailing.house.nadia.id)
    mail_server.wait_until(lambda: not mail_server.answers[2:])
    assert mail_server.mails == []
    mail_server.answers = []
    mailing.clock.pass_time(minutes=2)
    assert mail_server.wait_for(1)["To"] == "nadia@example.org"
    mailing.post("/auth/password-reset", json={"email": "tomas@example.org"})
    mail_server.wait_for(2)
    assert [mail["To"] for mail in mail_server.mails] == ["nadia@example.org", "tomas@example.org"], "once"


def test_operator_can_switch_notifications_off(tmp_path, empty_database, clock, mail_server):
    shutil.copy(empty_database, tmp_path / "circletime.db")
    settings = Settings(data_dir=tmp_path, broker_url="none", smtp_url=mail_server.url, notifications=False)
    with running_hub(settings, clock) as client:
        rest = Rest(client, clock)
        book(rest, who="lena", organizerId=rest.house.nadia.id)
        rest.post("/auth/password-reset", json={"email": "tomas@example.org"})
        mail_server.wait_for(1)
    assert [mail["To"] for mail in mail_server.mails] == ["tomas@example.org"], "passwords go all the same"


def test_switch_is_on_or_off():
    assert not from_environment({"CIRCLETIME_NOTIFICATIONS": "off"}).notifications
    with pytest.raises(BadSetting):
        from_environment({"CIRCLETIME_NOTIFICATIONS": "perhaps"})


@pytest.fixture
def room_path(rest):
    return f"/rooms/{rest.house.story_corner.id}"


def address(rest, path, who="lena"):
    """The path of a new calendar, secret and all."""
    answer = rest.post(f"{path}/calendar-address", who=who)
    assert answer.status_code == 201
    return answer.json()["url"].removeprefix("http://127.0.0.1:8000/api/v1")


def events(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return [
        (str(event["SUMMARY"]), str(event["STATUS"]), event.decoded("DTSTART").hour)
        for event in Calendar.from_ical(answer.content).walk("VEVENT")
    ]


def test_room_calendar_masks_what_is_private_and_leaves_out_what_is_gone(rest, room_path):
    book(rest)
    book(rest, hour=12, title="Severance", private=True)
    gone = book(rest, hour=14, title="Gone")
    rest.post(f"/bookings/{gone['id']}/cancel")
    answer = rest.get(address(rest, room_path), who=None)
    assert events(answer) == [("Roadmap", "CONFIRMED", 10), ("Busy", "CONFIRMED", 12)]
    for secret in ("Severance", "Nadia", "Gone"):
        assert secret not in answer.text


def test_own_calendar_has_all_of_ones_own_and_nobody_elses(rest):
    book(rest, title="Severance", private=True)
    book(rest, who="tomas", hour=12)
    answer = rest.get(address(rest, "/auth/me", who="nadia"), who=None)
    assert events(answer) == [("Severance", "CONFIRMED", 10)]


@pytest.mark.parametrize("path", ["room", "/auth/me"])
def test_calendar_is_as_good_as_not_there_without_its_secret(rest, room_path, path):
    path = room_path if path == "room" else path
    never_made = rest.get(f"{path}/calendar.ics?token=x", who=None)
    first = address(rest, path)
    second = address(rest, path)
    no_room = rest.get("/rooms/none/calendar.ics?token=x", who=None)
    answers = [
        never_made,
        no_room,
        rest.get(f"{path}/calendar.ics", who=None),
        rest.get(f"{path}/calendar.ics?token=", who=None),
        rest.get(f"{path}/calendar.ics?token=x", who="ada"),
        rest.get(first, who=None),
    ]
    assert {slug(answer) for answer in answers} == {(404, "calendar-not-found")}
    assert len({answer.json()["detail"] for answer in answers}) == 1, "it does not tell which was wrong"
    assert rest.get(second, who=None).status_code == 200
    assert rest.delete(f"{path}/calendar-address", who="lena").status_code == 204
    assert slug(rest.get(second, who=None)) == (404, "calendar-not-found")
    assert rest.delete(f"{path}/calendar-address", who="lena").status_code == 204, "again is harmless"


def test_secret_of_one_calendar_opens_no_other(rest, room_path):
    own = address(rest, "/auth/me").partition("?")[2]
    other = address(rest, f"/rooms/{rest.house.sandbox.id}").partition("?")[2]
    for token in (own, other):
        assert rest.get(f"{room_path}/calendar.ics?{token}", who=None).status_code == 404
    assert rest.get(f"/auth/me/calendar.ics?{other}", who=None).status_code == 404


def test_only_managers_open_a_rooms_calendar(rest, room_path):
    for call in (rest.post, rest.delete):
        assert slug(call(f"{room_path}/calendar-address")) == (403, "managers-only")


def test_calendar_of_who_has_left_is_closed(rest):
    own = address(rest, "/auth/me", who="nadia")
    rest.patch(f"/users/{rest.house.nadia.id}", who="ada", json={"active": False})
    assert rest.get(own, who=None).status_code == 404


def test_calendar_that_did_not_change_is_not_sent_again(rest, room_path):
    one = book(rest)
    path = address(rest, room_path)
    etag = rest.get(path, who=None).headers["ETag"]
    rest.clock.pass_time(seconds=40)
    same = rest.get(path, who=None, headers={"If-None-Match": etag})
    assert (same.status_code, same.content) == (304, b"")
    rest.patch(f"/bookings/{one['id']}", json={"title": "Retro"})
    changed = rest.get(path, who=None, headers={"If-None-Match": etag})
    assert events(changed) == [("Retro", "CONFIRMED", 10)]


def test_calendar_goes_back_a_month(rest, room_path):
    book(rest)
    path = address(rest, room_path)
    rest.clock.pass_time(days=29)
    assert len(Calendar.from_ical(rest.get(path, who=None).content).walk("VEVENT")) <= 1
    rest.clock.pass_time(seconds=timedelta(days=3).total_seconds())
    assert events(rest.get(path, who=None)) == []


def test_secret_is_kept_as_its_hash_and_not_logged(rest, room_path, caplog):
    caplog.set_level(logging.DEBUG)
    path = address(rest, room_path)
    rest.get(path, who=None)
    rest.get(path + "x", who=None)
    secret = path.partition("token=")[2]
    who_told = {record.name for record in caplog.records if secret in record.getMessage()}
    assert who_told == set()
