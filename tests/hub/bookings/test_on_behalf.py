"""Who booked, for whom; walk-ups that somebody claims; meetings without check-in; and how many came."""

import pytest

from hub.bookings import service
from tests.hub.rest import slug


@pytest.fixture
def book(rest):
    def call(who="nadia", **more):
        wish = {
            "roomId": rest.house.story_corner.id,
            "title": "Roadmap",
            "startsAt": "2026-11-23T09:00:00Z",
            "endsAt": "2026-11-23T10:00:00Z",
        }
        return rest.post("/bookings", who=who, json=wish | more)

    return call


@pytest.fixture
def walk_up(rest):
    def take(session):
        return service.book_walk_up(session, rest.house.story_corner.id, 30, rest.clock.now())

    return lambda: rest.write(take)


def test_manager_books_for_somebody_and_both_may_change_it(rest, book):
    made = book(who="lena", organizerId=rest.house.nadia.id)
    body = made.json()
    assert (made.status_code, body["organizer"]["name"], body["bookedBy"]["name"]) == (
        201,
        "Nadia Kovacs",
        "Lena Brandt",
    )
    path = f"/bookings/{body['id']}"
    assert rest("PATCH", path, who="nadia", json={"title": "Mine"}).status_code == 200
    assert rest("PATCH", path, who="lena", json={"title": "Ours"}).status_code == 200
    assert slug(rest("PATCH", path, who="tomas", json={"title": "His"})) == (403, "not-your-booking")
    assert [one["id"] for one in rest.get("/bookings").json()["items"]] == [body["id"]]


def test_members_book_for_themselves(rest, book):
    assert slug(book(organizerId=rest.house.tomas.id)) == (403, "managers-only")
    assert slug(book(who="lena", organizerId="0000000000000000")) == (404, "user-not-found")
    assert book(organizerId=rest.house.nadia.id).status_code == 201


def test_who_booked_a_private_meeting_is_not_told(rest, book):
    made = book(who="lena", organizerId=rest.house.nadia.id, private=True).json()
    assert made["bookedBy"] is None
    assert rest.get(f"/bookings/{made['id']}").json()["bookedBy"]["name"] == "Lena Brandt"


def test_exempt_meeting_is_never_released(rest, book):
    assert slug(book(checkInExempt=True)) == (403, "managers-only")
    made = book(who="lena", checkInExempt=True).json()
    assert made["checkInExempt"]
    rest.clock.pass_time(hours=1, minutes=45)
    assert rest.get(f"/bookings/{made['id']}").json()["status"] == "confirmed"
    rest.clock.pass_time(minutes=15)
    assert rest.get(f"/bookings/{made['id']}").json()["status"] == "completed"


def test_exemption_comes_and_goes_before_the_start_only(rest, book):
    path = f"/bookings/{book().json()['id']}"
    assert slug(rest("PATCH", path, json={"checkInExempt": True})) == (403, "managers-only")
    assert rest("PATCH", path, who="lena", json={"checkInExempt": True}).json()["checkInExempt"]
    assert not rest("PATCH", path, who="lena", json={"checkInExempt": False}).json()["checkInExempt"]
    rest.clock.pass_time(hours=1, minutes=16)
    assert rest.get(path).json()["status"] == "no_show"
    other = f"/bookings/{book(startsAt='2026-11-23T09:16:00Z').json()['id']}"
    assert slug(rest("PATCH", other, who="lena", json={"checkInExempt": True})) == (409, "booking-under-way")


def test_walk_up_belongs_to_whoever_claims_it_first(rest, walk_up):
    path = f"/bookings/{walk_up().id}"
    claimed = rest.post(f"{path}/claim", who="tomas")
    assert (claimed.status_code, claimed.json()["organizer"]["name"]) == (200, "Tomas Lind")
    assert rest.post(f"{path}/claim", who="tomas").json() == claimed.json()
    assert slug(rest.post(f"{path}/claim")) == (409, "not-a-walk-up")
    assert rest.post(f"{path}/end", who="tomas").status_code == 200


def test_only_what_a_panel_booked_and_is_not_over_is_claimed(rest, book, walk_up):
    assert slug(rest.post(f"/bookings/{book().json()['id']}/claim", who="tomas")) == (409, "not-a-walk-up")
    gone = walk_up().id
    rest.clock.pass_time(minutes=30)
    assert slug(rest.post(f"/bookings/{gone}/claim")) == (409, "booking-over")


def test_attendance_is_kept_with_its_source(rest, book):
    path = f"/bookings/{book().json()['id']}"
    rest.clock.pass_time(hours=1)
    counted = rest.post(f"{path}/attendance", json={"count": 3, "source": "organizer"}).json()
    assert (counted["actualAttendees"], counted["attendanceSource"]) == (3, "organizer")
    again = rest.post(f"{path}/attendance", json={"count": 3, "source": "organizer"}).json()
    assert again["revision"] == counted["revision"]
    sensed = rest.post(f"{path}/attendance", who="lena", json={"count": 5, "source": "sensor"}).json()
    assert (sensed["actualAttendees"], sensed["attendanceSource"]) == (5, "sensor")


def test_attendance_is_of_meetings_that_took_place(rest, book):
    path = f"/bookings/{book().json()['id']}"
    three = {"count": 3, "source": "organizer"}
    assert slug(rest.post(f"{path}/attendance", json=three)) == (409, "booking-not-started")
    assert slug(rest.post(f"{path}/attendance", who="tomas", json=three)) == (403, "not-your-booking")
    assert rest.post(f"{path}/attendance", json={"count": -1, "source": "sensor"}).status_code == 422
    assert rest.post(f"{path}/attendance", json={"count": 1, "source": "guess"}).status_code == 422
    rest.clock.pass_time(hours=1, minutes=16)
    assert slug(rest.post(f"{path}/attendance", json=three)) == (409, "booking-over")
