"""Rooms that need approval, over REST: asked, answered, or not answered in time."""

import pytest

from tests.hub.rest import slug


@pytest.fixture
def carpet(rest):
    path = f"/rooms/{rest.house.carpet.id}"
    assert rest("PATCH", path, who="lena", json={"policy": {"requiresApproval": True}}).status_code == 200
    return rest.house.carpet


@pytest.fixture
def ask(rest, carpet):
    """Books the Carpet from `hour` to the next in UTC."""

    def call(hour=10, who="nadia", **more):
        wish = {
            "roomId": carpet.id,
            "title": "Offsite",
            "startsAt": f"2026-11-23T{hour:02}:00:00Z",
            "endsAt": f"2026-11-23T{hour + 1:02}:00:00Z",
        }
        return rest.post("/bookings", who=who, json=wish | more)

    return call


@pytest.fixture
def answer(rest):
    return lambda booking, what, who="lena", **more: rest.post(
        f"/bookings/{booking['id']}/{what}", who=who, **more
    )


def test_request_waits_and_keeps_the_time_without_occupying_the_room(rest, ask, carpet):
    assert ask().json()["status"] == "pending"
    assert slug(ask(who="tomas")) == (409, "room-already-booked")
    rest.clock.pass_time(hours=2, minutes=-1)
    assert rest.get(f"/rooms/{carpet.id}").json()["status"] == "available"


def test_approved_it_is_a_booking_like_any_other(rest, ask, answer):
    asked = ask().json()
    approved = answer(asked, "approve")
    assert (approved.status_code, approved.json()["status"]) == (200, "confirmed")
    assert answer(asked, "approve").json() == approved.json()
    rest.clock.pass_time(hours=2)
    assert answer(asked, "check-in", who="nadia").json()["status"] == "checked_in"
    assert slug(answer(asked, "decline")) == (409, "booking-approved")


def test_nobody_came_to_what_was_approved(rest, ask, answer):
    asked = ask().json()
    answer(asked, "approve")
    rest.clock.pass_time(hours=2, minutes=16)
    assert rest.get(f"/bookings/{asked['id']}").json()["status"] == "no_show"


def test_declined_it_gives_the_time_back(ask, answer):
    asked = ask().json()
    declined = answer(asked, "decline")
    assert declined.json()["status"] == "cancelled"
    assert answer(asked, "decline").json() == declined.json()
    assert ask(who="tomas").status_code == 201
    assert slug(answer(asked, "approve")) == (409, "booking-over")


def test_unanswered_at_its_start_it_is_cancelled(rest, ask, answer):
    asked = ask().json()
    rest.clock.pass_time(hours=2)
    assert slug(answer(asked, "approve")) == (409, "booking-over")
    assert rest.get(f"/bookings/{asked['id']}").json()["status"] == "cancelled"


def test_only_managers_answer_and_they_need_not_ask(ask, answer):
    assert slug(answer(ask().json(), "approve", who="nadia")) == (403, "managers-only")
    assert slug(answer(ask(12).json(), "decline", who="nadia")) == (403, "managers-only")
    assert ask(14, who="lena").json()["status"] == "confirmed"


def test_what_its_organizer_moves_is_asked_for_again(rest, ask, answer):
    asked = ask().json()
    answer(asked, "approve")
    later = {"startsAt": "2026-11-23T12:00:00Z", "endsAt": "2026-11-23T13:00:00Z"}
    path = f"/bookings/{asked['id']}"
    assert rest("PATCH", path, json={"title": "Retreat"}).json()["status"] == "confirmed"
    assert rest("PATCH", path, json=later).json()["status"] == "pending"
    assert rest("PATCH", path, who="lena", json=later).json()["status"] == "pending"
    elsewhere = rest("PATCH", path, json={"roomId": rest.house.sandbox.id}).json()
    assert (elsewhere["status"], elsewhere["roomId"]) == ("confirmed", rest.house.sandbox.id)


def test_whole_series_is_answered_at_once(rest, ask, answer):
    asked = ask(recurrence={"rrule": "FREQ=DAILY;COUNT=3"}).json()
    answer(asked, "approve", params={"scope": "all"})
    mine = rest.get("/bookings").json()["items"]
    assert [one["status"] for one in mine] == ["confirmed"] * 3
