"""Bookings as REST shows them: fields, statuses, and who sees what."""

import json
from base64 import urlsafe_b64encode

import pytest

from tests.hub.rest import slug


@pytest.fixture
def wish(rest):
    """The Story Corner from 10 to 11 in Berlin."""

    def body(**changes):
        return {
            "roomId": rest.house.story_corner.id,
            "title": "Roadmap",
            "startsAt": "2026-11-23T10:00:00+01:00",
            "endsAt": "2026-11-23T11:00:00+01:00",
        } | changes

    return body


@pytest.fixture
def booked(rest, wish):
    return rest.post("/bookings", json=wish()).json()


def test_created_booking_has_every_field_of_the_contract(rest, wish):
    answer = rest.post("/bookings", json=wish(attendees=3))
    assert answer.status_code == 201
    body = answer.json()
    assert body | {"id": ""} == {
        "id": "",
        "roomId": rest.house.story_corner.id,
        "title": "Roadmap",
        "organizer": {"id": rest.house.nadia.id, "name": "Nadia Kovacs", "department": "Research"},
        "bookedBy": {"id": rest.house.nadia.id, "name": "Nadia Kovacs", "department": "Research"},
        "startsAt": "2026-11-23T09:00:00Z",
        "endsAt": "2026-11-23T10:00:00Z",
        "status": "confirmed",
        "attendees": 3,
        "actualAttendees": None,
        "attendanceSource": None,
        "private": False,
        "checkInExempt": False,
        "seriesId": None,
        "checkedInAt": None,
        "endedAt": None,
        "releasedAt": None,
        "createdAt": "2026-11-23T08:00:00Z",
        "revision": 1,
    }
    assert rest.get(f"/bookings/{body['id']}").json() == body


def test_life_of_a_booking(rest, booked):
    path = f"/bookings/{booked['id']}"
    assert slug(rest.post(f"{path}/check-in")) == (409, "check-in-too-early")
    rest.clock.pass_time(hours=1)
    there = rest.post(f"{path}/check-in", json={})
    assert (there.status_code, there.json()["status"]) == (200, "checked_in")
    assert rest.post(f"{path}/check-in").json() == there.json()
    assert rest.post(f"{path}/extend", json={"minutes": 15}).json()["endsAt"] == "2026-11-23T10:15:00Z"
    rest.clock.pass_time(minutes=20)
    over = rest.post(f"{path}/end").json()
    assert (over["status"], over["endedAt"]) == ("completed", "2026-11-23T09:20:00Z")


def test_second_booking_gets_409_with_conflicts_and_alternatives(rest, wish, booked):
    answer = rest.post("/bookings", json=wish(), who="tomas")
    assert slug(answer) == (409, "room-already-booked")
    assert answer.json()["conflicts"] == [
        {"startsAt": "2026-11-23T09:00:00Z", "endsAt": "2026-11-23T10:00:00Z", "title": "Roadmap"}
    ]
    assert answer.json()["alternatives"][-1] == {
        "roomId": rest.house.carpet.id,
        "roomName": "The Carpet",
        "startsAt": "2026-11-23T09:00:00Z",
        "endsAt": "2026-11-23T10:00:00Z",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"startsAt": "2026-11-23T10:00:00"},
        {"startsAt": "yesterday"},
        {"title": ""},
        {"title": "x" * 256},
        {"title": None},
        {"attendees": -1},
        {"colour": "red"},
        {"recurrence": {"rrule": "FREQ=DAILY"}},
        {"startsAt": "0001-01-01T00:00:00+14:00"},
        {"endsAt": "9999-12-31T23:59:59-14:00"},
    ],
)
def test_body_that_does_not_fit_is_422(rest, wish, changes):
    assert rest.post("/bookings", json=wish(**changes)).status_code == 422


def test_instants_come_with_any_offset_and_lose_fractions_of_a_second(rest, wish):
    body = wish(startsAt="2026-11-23T14:30:00.999+05:30", endsAt="2026-11-23t10:00:00z")
    assert rest.post("/bookings", json=body).json()["startsAt"] == "2026-11-23T09:00:00Z"


def test_same_idempotency_key_gets_the_first_answer_and_books_once(rest, wish):
    key = {"Idempotency-Key": "a1"}
    first = rest.post("/bookings", json=wish(), headers=key)
    again = rest.post("/bookings", json=wish(), headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert slug(rest.post("/bookings", json=wish())) == (409, "room-already-booked")


def test_idempotency_key_answers_the_same_after_the_booking_has_changed(rest, wish):
    key = {"Idempotency-Key": "a1"}
    first = rest.post("/bookings", json=wish(), headers=key)
    rest.post(f"/bookings/{first.json()['id']}/cancel")
    assert rest.post("/bookings", json=wish(), headers=key).content == first.content


def test_idempotency_key_with_another_body_is_refused_and_other_people_have_their_own(rest, wish):
    key = {"Idempotency-Key": "a1"}
    rest.post("/bookings", json=wish(), headers=key)
    other = wish(title="Other", roomId=rest.house.sandbox.id)
    assert slug(rest.post("/bookings", json=other, headers=key)) == (422, "idempotency-key-reused")
    assert rest.post("/bookings", json=other, headers=key, who="tomas").status_code == 201


def test_refused_request_does_not_use_its_idempotency_key_up(rest, wish, booked):
    key = {"Idempotency-Key": "a1"}
    assert rest.post("/bookings", json=wish(), headers=key).status_code == 409
    rest.post(f"/bookings/{booked['id']}/cancel")
    assert rest.post("/bookings", json=wish(), headers=key).status_code == 201


def test_private_booking_shows_only_its_time(rest, wish):
    made = rest.post("/bookings", json=wish(private=True)).json()

    def everywhere(who):
        day = f"/rooms/{rest.house.story_corner.id}/bookings?date=2026-11-23"
        conflict = rest.post("/bookings", json=wish(), who=who).json()["conflicts"][0]
        yield conflict["title"]
        for one in (
            rest.get(f"/bookings/{made['id']}", who=who).json(),
            rest.get(day, who=who).json()["items"][0],
        ):
            yield one["title"]
            yield one["organizer"] and one["organizer"]["name"]

    for who in ("tomas", "lena"):
        assert set(everywhere(who)) == {None}
    for who in ("nadia", "ada"):
        assert set(everywhere(who)) == {"Roadmap", "Nadia Kovacs"}
    ended = rest.post(f"/bookings/{made['id']}/cancel", who="lena").json()
    assert (ended["title"], ended["status"]) == (None, "cancelled")


def test_day_of_a_room_is_whole_and_in_its_zone(rest, wish, booked):
    late = wish(startsAt="2026-11-23T23:30:00+01:00", endsAt="2026-11-24T00:30:00+01:00", title="Late")
    rest.post("/bookings", json=late)
    day = lambda date: rest.get(f"/rooms/{rest.house.story_corner.id}/bookings?date={date}").json()  # noqa: E731
    assert [one["title"] for one in day("2026-11-23")["items"]] == ["Roadmap", "Late"]
    assert [one["title"] for one in day("2026-11-24")["items"]] == ["Late"]
    assert day("2026-11-23")["nextCursor"] is None


def test_day_that_is_not_named_is_today_in_the_room_s_zone(rest, wish, booked):
    rest.post(
        "/bookings", json=wish(startsAt="2026-11-24T00:30:00+01:00", endsAt="2026-11-24T01:30:00+01:00")
    )
    found = rest.get(f"/rooms/{rest.house.story_corner.id}/bookings").json()["items"]
    assert [one["id"] for one in found] == [booked["id"]]


@pytest.mark.parametrize("query", ["?date=", "?date=2026-13-01", "?date=23.11.2026", "?date=9999-12-31"])
def test_day_that_is_none_is_422(rest, query):
    assert rest.get(f"/rooms/{rest.house.story_corner.id}/bookings{query}").status_code == 422


def test_own_bookings_come_in_pages_by_start(rest, wish):
    hours = [(12, "c"), (10, "b"), (9, "a"), (14, "d")]
    for hour, title in hours:
        times = {
            "startsAt": f"2026-11-23T{hour:02}:30:00+01:00",
            "endsAt": f"2026-11-23T{hour:02}:59:00+01:00",
        }
        rest.post("/bookings", json=wish(title=title, **times))
    rest.post("/bookings", json=wish(roomId=rest.house.sandbox.id, title="not hers"), who="tomas")
    seen, cursor = [], ""
    while cursor is not None:
        page = rest.get(f"/bookings?mine=true&limit=3{cursor and '&cursor=' + cursor}").json()
        seen += [one["title"] for one in page["items"]]
        cursor = page["nextCursor"]
    assert seen == ["a", "b", "c", "d"]


def test_own_bookings_are_narrowed_by_time(rest, wish, booked):
    inside = "/bookings?mine=true&from=2026-11-23T09:59:59Z&to=2026-11-23T23:00:00Z"
    assert len(rest.get(inside).json()["items"]) == 1
    after = "/bookings?mine=true&from=2026-11-23T10:00:00Z"
    before = "/bookings?mine=true&to=2026-11-23T09:00:00Z"
    assert rest.get(after).json()["items"] == rest.get(before).json()["items"] == []


def test_only_admins_list_the_bookings_of_others(rest, booked):
    others = f"/bookings?userId={rest.house.nadia.id}"
    assert slug(rest.get(others, who="lena")) == (403, "admins-only")
    assert slug(rest.get("/bookings?mine=false", who="tomas")) == (403, "admins-only")
    assert [one["id"] for one in rest.get(others, who="ada").json()["items"]] == [booked["id"]]
    assert [one["id"] for one in rest.get("/bookings?mine=false", who="ada").json()["items"]] == [
        booked["id"]
    ]
    assert rest.get(others, who="nadia").status_code == 200
    assert slug(rest.get("/bookings?userId=nobody", who="ada")) == (404, "user-not-found")


@pytest.mark.parametrize(
    "position",
    ["", "{}", "null", '["1",2]', '["2026-11-23T09:00:00",2]', f'["2026-11-23T09:00:00Z",{2**64}]'],
)
def test_cursor_that_is_none_is_422(rest, position):
    cursor = urlsafe_b64encode(position.encode()).decode().rstrip("=") or "x"
    assert slug(rest.get(f"/bookings?cursor={cursor}")) == (422, "bad-cursor")


@pytest.mark.parametrize("name", ["%ff", "%ED%A0%80", "x" * 5000, "%F0%9F%94%91"])
def test_names_that_nobody_would_give_are_404(rest, name):
    assert slug(rest.get(f"/bookings/{name}")) == (404, "booking-not-found")
    assert slug(rest.get(f"/rooms/{name}")) == (404, "room-not-found")
    assert rest.get(f"/rooms?q={name[:255]}&buildingId={name}").json()["items"] == []


def test_name_with_nul_is_nobodys(rest):
    """PostgreSQL won't even look for it."""
    for path in ("/bookings/%00", "/rooms/%00"):
        assert rest.get(path).status_code in {404, 422}


@pytest.mark.parametrize("title", [r"\ud800", r"\u0000", r"\udfff\ud800"])
def test_title_of_no_text_is_422(rest, wish, title):
    body = json.dumps(wish()).replace("Roadmap", title)
    answer = rest.post("/bookings", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


def test_change_with_if_match(rest, booked):
    path = f"/bookings/{booked['id']}"
    etag = rest.get(path).headers["etag"]
    changed = rest("PATCH", path, json={"title": "Retro"}, headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["title"]) == (200, "Retro")
    stale = rest("PATCH", path, json={"title": "Planning"}, headers={"If-Match": etag})
    assert slug(stale) == (412, "revision-changed")
    assert rest("PATCH", path, json={"attendees": None}).json()["revision"] == 3


def test_strangers_change_nothing(rest, booked):
    path = f"/bookings/{booked['id']}"
    for action, body in (("cancel", {}), ("check-in", {}), ("end", {}), ("extend", {"minutes": 15})):
        assert slug(rest.post(f"{path}/{action}", json=body, who="tomas")) == (403, "not-your-booking")
    assert rest("PATCH", path, json={"title": "Mine"}, who="tomas").status_code == 403


def test_everything_needs_a_login(rest, wish, booked):
    for answer in (
        rest.post("/bookings", json=wish(), who=None),
        rest.get("/bookings", who=None),
        rest.get(f"/bookings/{booked['id']}", who=None),
        rest.post(f"/bookings/{booked['id']}/cancel", who=None),
        rest.get("/rooms", who=None),
    ):
        assert slug(answer) == (401, "login-required")


def test_what_does_not_exist_is_404(rest, wish):
    assert slug(rest.get("/bookings/none")) == (404, "booking-not-found")
    assert slug(rest.post("/bookings", json=wish(roomId="none"))) == (404, "room-not-found")
    assert slug(rest.get("/rooms/none/bookings?date=2026-11-23")) == (404, "room-not-found")
