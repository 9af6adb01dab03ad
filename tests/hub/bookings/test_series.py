"""Series over REST: booked, skipped, changed, split, cancelled, and filled up again."""

import pytest

from hub.rooms import service as rooms
from hub.rooms.service import NewRoom
from tests.hub.rest import slug

DAILY = {"rrule": "FREQ=DAILY;COUNT=4"}


@pytest.fixture
def book(rest):
    """The Story Corner from 10 to 11 in Berlin on that day of November 2026, Monday the 23rd unless told."""

    def call(day=23, who="nadia", **more):
        wish = {
            "roomId": rest.house.story_corner.id,
            "title": "Stand-up",
            "startsAt": f"2026-11-{day}T10:00:00+01:00",
            "endsAt": f"2026-11-{day}T11:00:00+01:00",
        }
        headers = more.pop("headers", {})
        return rest.post("/bookings", who=who, headers=headers, json=wish | more)

    return call


@pytest.fixture
def mine(rest):
    """Nadia's bookings that are not over: day and hour in UTC, and title."""

    def call():
        found = rest.get("/bookings", params={"from": "2026-11-01T00:00:00Z"}).json()["items"]
        return [
            (one["startsAt"][8:13], one["title"])
            for one in found
            if one["status"] in {"pending", "confirmed", "checked_in"}
        ]

    return call


@pytest.fixture
def nth(rest):
    def call(index):
        return rest.get("/bookings").json()["items"][index]

    return call


@pytest.fixture
def patch(rest):
    return lambda booking, scope, **changes: rest(
        "PATCH", f"/bookings/{booking['id']}", params={"scope": scope}, json=changes
    )


@pytest.fixture
def far_ahead(rest):
    """The Story Corner may be booked for more than a year."""
    policy = {"policy": {"horizonDays": 400}}
    return lambda: rest("PATCH", f"/rooms/{rest.house.story_corner.id}", who="lena", json=policy)


def revision(rest):
    return rest.get(f"/rooms/{rest.house.story_corner.id}").json()["revision"]


def test_series_is_booked_whole_in_one_revision(rest, book, mine):
    before = revision(rest)
    made = book(recurrence=DAILY)
    body = made.json()
    assert (made.status_code, body["occurrences"], body["skipped"]) == (201, 4, [])
    assert (body["startsAt"], body["status"]) == ("2026-11-23T09:00:00Z", "confirmed")
    assert mine() == [(f"{day}T09", "Stand-up") for day in (23, 24, 25, 26)]
    assert {one["seriesId"] for one in rest.get("/bookings").json()["items"]} == {body["seriesId"]}
    assert revision(rest) == before + 1


def test_single_booking_tells_nothing_of_a_series(book):
    assert not {"occurrences", "skipped"} & set(book().json())


def test_one_clash_refuses_the_whole_series_and_lists_the_dates(rest, book, mine):
    book(24, who="tomas", private=True)
    book(26, who="tomas", title="Review")
    refused = book(recurrence=DAILY)
    assert slug(refused) == (409, "room-already-booked")
    body = refused.json()
    assert [one["startsAt"] for one in body["clashes"]] == ["2026-11-24T09:00:00Z", "2026-11-26T09:00:00Z"]
    assert [one["title"] for one in body["conflicts"]] == [None, "Review"]
    assert "2026-11-24, 2026-11-26" in body["detail"]
    assert mine() == []


def test_refused_series_is_offered_rooms_that_all_of_it_fits_into(rest, book):
    book(24, who="tomas")
    book(25, who="tomas", roomId=rest.house.sandbox.id)
    offers = book(recurrence=DAILY).json()["alternatives"]
    carpet = rest.house.carpet
    assert [(one["roomId"], one["startsAt"]) for one in offers] == [(carpet.id, "2026-11-23T09:00:00Z")]
    rest("PATCH", f"/rooms/{carpet.id}", who="lena", json={"policy": {"horizonDays": 2}})
    assert book(recurrence=DAILY).json()["alternatives"] == []


def test_skip_books_the_rest_and_says_what_it_left_out(book, mine):
    book(23, who="tomas")
    book(25, who="tomas")
    body = book(recurrence=DAILY | {"onConflict": "skip"}).json()
    assert (body["startsAt"], body["occurrences"]) == ("2026-11-24T09:00:00Z", 2)
    assert body["skipped"] == [
        {"startsAt": "2026-11-23T09:00:00Z", "reason": "room-already-booked"},
        {"startsAt": "2026-11-25T09:00:00Z", "reason": "room-already-booked"},
    ]
    assert mine() == [("24T09", "Stand-up"), ("26T09", "Stand-up")]


def test_series_of_which_all_is_taken_is_refused_even_where_it_may_skip(book):
    book(23, who="tomas", recurrence=DAILY)
    assert slug(book(recurrence=DAILY | {"onConflict": "skip"})) == (409, "room-already-booked")


def test_same_key_again_books_nothing_more(book, mine):
    first = book(recurrence=DAILY, headers={"Idempotency-Key": "k"})
    assert book(recurrence=DAILY, headers={"Idempotency-Key": "k"}).json() == first.json()
    assert len(mine()) == 4


def test_rules_hold_for_every_meeting(rest, book, mine):
    assert slug(book(recurrence={"rrule": "FREQ=WEEKLY;COUNT=27"})) == (422, "beyond-horizon")
    assert slug(book(recurrence={"rrule": "FREQ=DAILY"})) == (422, "series-without-end")
    assert slug(book(recurrence={"rrule": "FREQ=MINUTELY;COUNT=9"})) == (422, "bad-rrule")
    assert slug(book(recurrence={"rrule": "FREQ=DAILY;COUNT=2", "onConflict": "both"})) == (
        422,
        "invalid-request",
    )
    assert slug(book(attendees=5, recurrence=DAILY)) == (422, "over-capacity")
    assert mine() == []
    assert book(recurrence={"rrule": "FREQ=WEEKLY;COUNT=26"}).json()["occurrences"] == 26


def test_meetings_of_a_series_do_not_overlap_each_other(rest, book):
    room = f"/rooms/{rest.house.story_corner.id}"
    rest("PATCH", room, who="lena", json={"policy": {"maxMinutes": 2000}})
    long = {"endsAt": "2026-11-24T16:00:00+01:00"}
    assert slug(book(**long, recurrence=DAILY)) == (409, "room-already-booked")
    assert book(**long, recurrence=DAILY | {"onConflict": "skip"}).json()["occurrences"] == 2


def test_change_of_this_one_leaves_the_others(book, nth, patch, mine):
    book(recurrence=DAILY)
    patch(nth(1), "this", title="Demo", startsAt="2026-11-24T12:00:00Z", endsAt="2026-11-24T13:00:00Z")
    assert mine() == [("23T09", "Stand-up"), ("24T12", "Demo"), ("25T09", "Stand-up"), ("26T09", "Stand-up")]


def test_change_of_all_moves_each_by_the_clock_and_keeps_exceptions_apart(rest, book, nth, patch, mine):
    book(recurrence=DAILY)
    patch(nth(1), "this", startsAt="2026-11-24T12:00:00Z", endsAt="2026-11-24T13:00:00Z")
    before = revision(rest)
    moved = patch(nth(2), "all", startsAt="2026-11-25T10:00:00Z", endsAt="2026-11-25T11:30:00Z", title="Sync")
    assert moved.json()["endsAt"] == "2026-11-25T11:30:00Z"
    assert mine() == [("23T10", "Sync"), ("24T13", "Sync"), ("25T10", "Sync"), ("26T10", "Sync")]
    assert nth(1)["endsAt"] == "2026-11-24T14:30:00Z"
    assert revision(rest) == before + 1


def test_meetings_may_take_each_others_places(book, nth, patch, mine):
    book(recurrence=DAILY)
    assert (
        patch(nth(0), "all", startsAt="2026-11-24T09:00:00Z", endsAt="2026-11-24T10:00:00Z").status_code
        == 200
    )
    assert [at for at, _ in mine()] == ["24T09", "25T09", "26T09", "27T09"]


def test_following_makes_it_two_series(rest, book, nth, patch, mine):
    first = book(recurrence=DAILY).json()["seriesId"]
    patch(nth(2), "following", title="Retro")
    assert [title for _, title in mine()] == ["Stand-up", "Stand-up", "Retro", "Retro"]
    ids = [one["seriesId"] for one in rest.get("/bookings").json()["items"]]
    assert (ids[0], ids[1]) == (first, first)
    assert ids[2] == ids[3] != first
    patch(nth(0), "all", title="Daily")
    assert [title for _, title in mine()] == ["Daily", "Daily", "Retro", "Retro"]
    patch(nth(2), "following", title="Retrospective")
    assert nth(2)["seriesId"] == ids[2]


def test_change_that_clashes_changes_nothing(book, nth, patch, mine):
    book(recurrence=DAILY)
    book(25, who="tomas", startsAt="2026-11-25T11:00:00+01:00", endsAt="2026-11-25T12:00:00+01:00")
    before = mine()
    refused = patch(
        nth(0), "all", startsAt="2026-11-23T10:00:00Z", endsAt="2026-11-23T11:00:00Z", title="Sync"
    )
    assert slug(refused) == (409, "room-already-booked")
    assert [one["startsAt"] for one in refused.json()["clashes"]] == ["2026-11-25T10:00:00Z"]
    assert mine() == before


def test_series_moves_to_another_room(rest, book, nth, patch):
    book(recurrence=DAILY)
    patch(nth(1), "following", roomId=rest.house.sandbox.id)
    items = rest.get("/bookings").json()["items"]
    assert [one["roomId"] for one in items] == [rest.house.story_corner.id] + [rest.house.sandbox.id] * 3
    assert book(24, who="tomas").status_code == 201
    assert slug(book(24, who="tomas", roomId=rest.house.sandbox.id)) == (409, "room-already-booked")


def test_what_has_begun_stays_as_it_is(rest, book, nth, patch, mine):
    book(recurrence=DAILY)
    rest.clock.pass_time(hours=1)
    rest.post(f"/bookings/{nth(0)['id']}/check-in")
    patch(nth(1), "all", title="Sync")
    assert [title for _, title in mine()] == ["Stand-up", "Sync", "Sync", "Sync"]
    rest.post(f"/bookings/{nth(1)['id']}/cancel", params={"scope": "all"})
    assert mine() == [("23T09", "Stand-up")]


@pytest.mark.parametrize(("scope", "left"), [("this", [23, 25, 26]), ("following", [23]), ("all", [])])
def test_cancel_by_scope_is_idempotent(rest, book, nth, mine, scope, left):
    book(recurrence=DAILY)
    path = f"/bookings/{nth(1)['id']}/cancel"
    gone = rest.post(path, params={"scope": scope})
    assert (gone.status_code, gone.json()["status"]) == (200, "cancelled")
    at = revision(rest)
    assert rest.post(path, params={"scope": scope}).json() == gone.json()
    assert mine() == [(f"{day}T09", "Stand-up") for day in left]
    assert revision(rest) == at


def test_strangers_touch_no_series(rest, book, nth):
    book(recurrence=DAILY)
    path = f"/bookings/{nth(0)['id']}"
    for call in (
        rest("PATCH", path, who="tomas", params={"scope": "all"}, json={"title": "His"}),
        rest.post(f"{path}/cancel", who="tomas", params={"scope": "all"}),
        rest.post(f"{path}/occurrences", who="tomas", json={"date": "2026-11-27"}),
    ):
        assert slug(call) == (403, "not-your-booking")
    assert rest.post(f"{path}/cancel", params={"scope": "some"}).status_code == 422


def test_skipped_date_is_added_later_once_it_is_free(rest, book, nth, mine):
    other = book(24, who="tomas").json()
    book(recurrence=DAILY | {"onConflict": "skip"})
    path = f"/bookings/{nth(0)['id']}/occurrences"
    tuesday = {"date": "2026-11-24"}
    assert slug(rest.post(path, json=tuesday)) == (409, "room-already-booked")
    rest.post(f"/bookings/{other['id']}/cancel", who="tomas")
    added = rest.post(path, json=tuesday)
    assert (added.status_code, added.json()["startsAt"]) == (201, "2026-11-24T09:00:00Z")
    assert added.json()["seriesId"] == nth(0)["seriesId"]
    assert rest.post(path, json=tuesday).json() == added.json()
    assert [at for at, _ in mine()] == ["23T09", "24T09", "25T09", "26T09"]


def test_cancelled_date_comes_back(rest, book, nth, mine):
    book(recurrence=DAILY)
    rest.post(f"/bookings/{nth(3)['id']}/cancel")
    rest.post(f"/bookings/{nth(0)['id']}/occurrences", json={"date": "2026-11-26"})
    assert len(mine()) == 4


def test_occurrences_are_added_to_series_within_the_rules(rest, book, nth):
    single = book(27).json()
    path = f"/bookings/{single['id']}/occurrences"
    assert slug(rest.post(path, json={"date": "2026-11-28"})) == (409, "not-a-series")
    book(recurrence=DAILY)
    path = f"/bookings/{nth(0)['id']}/occurrences"
    assert slug(rest.post(path, json={"date": "2026-11-20"})) == (422, "in-the-past")
    assert slug(rest.post(path, json={"date": "2027-11-20"})) == (422, "beyond-horizon")
    assert rest.post(path, json={"date": "9999-12-31"}).status_code == 422
    assert rest.post(path, json={"date": "0001-01-01"}).status_code == 422


@pytest.mark.parametrize(
    ("zone", "offsets"),
    [
        ("Europe/Berlin", ["08", "08", "08", "07", "07"]),
        ("America/New_York", ["14", "13", "13", "13", "13"]),
        ("Australia/Sydney", ["22", "22", "22", "22", "23"]),
        ("Asia/Kolkata", ["03", "03", "03", "03", "03"]),
    ],
)
def test_rooms_side_by_side_keep_their_own_local_time(rest, zone, offsets):
    def build(session):
        building = rooms.add_building(session, name=zone, time_zone=zone, floors=["1"])
        new = NewRoom(name="Room", floor_id=building.floors[0].id, capacity=4)
        return rooms.add_room(session, new, rest.clock.now())

    room = rest.write(build)
    first = f"2027-03-{'08' if zone == 'Australia/Sydney' else '09'}T{offsets[0]}:{'30' if 'Asia' in zone else '00'}:00Z"
    made = rest.post(
        "/bookings",
        json={
            "roomId": room.id,
            "title": "Nine o'clock",
            "startsAt": first,
            "endsAt": first.replace(":00Z", ":59Z").replace(f"T{offsets[0]}", f"T{int(offsets[0]) + 1:02}"),
            "recurrence": {"rrule": "FREQ=WEEKLY;COUNT=5"},
        },
    )
    assert made.status_code == 201, made.text
    found = rest.get("/bookings").json()["items"]
    assert [one["startsAt"][11:13] for one in found] == offsets


def test_nonexistent_time_moves_with_the_gap_and_a_repeated_one_is_the_first(rest, book, far_ahead):
    far_ahead()
    night = book(
        startsAt="2027-03-27T02:30:00+01:00",
        endsAt="2027-03-27T03:00:00+01:00",
        recurrence={"rrule": "FREQ=DAILY;COUNT=3"},
    )
    assert night.status_code == 201
    found = [one["startsAt"] for one in rest.get("/bookings").json()["items"]]
    assert found == ["2027-03-27T01:30:00Z", "2027-03-28T01:30:00Z", "2027-03-29T00:30:00Z"]
    night = book(
        startsAt="2027-10-30T02:30:00+02:00",
        endsAt="2027-10-30T03:00:00+02:00",
        recurrence={"rrule": "FREQ=DAILY;COUNT=3"},
    )
    found = [one["startsAt"] for one in rest.get("/bookings").json()["items"]][3:]
    assert found == ["2027-10-30T00:30:00Z", "2027-10-31T00:30:00Z", "2027-11-01T01:30:00Z"]


def test_series_that_begins_in_the_second_of_two_hours_begins_there(book, far_ahead):
    far_ahead()
    made = book(
        startsAt="2027-10-31T02:30:00+01:00",
        endsAt="2027-10-31T03:00:00+01:00",
        recurrence={"rrule": "FREQ=DAILY;COUNT=2"},
    ).json()
    assert made["startsAt"] == "2027-10-31T01:30:00Z"


def test_series_moved_over_the_change_keeps_to_the_clock(rest, book, nth, patch):
    book(
        startsAt="2027-03-26T09:00:00+01:00",
        endsAt="2027-03-26T10:00:00+01:00",
        recurrence={"rrule": "FREQ=DAILY;COUNT=4"},
    )
    patch(nth(0), "all", startsAt="2027-03-27T10:00:00+01:00", endsAt="2027-03-27T11:00:00+01:00")
    found = [one["startsAt"] for one in rest.get("/bookings").json()["items"]]
    assert found == [
        f"2027-03-{day}T{hour}:00:00Z" for day, hour in [(27, "09"), (28, "08"), (29, "08"), (30, "08")]
    ]


def test_series_is_foreseen_with_what_is_taken_and_nothing_is_booked(rest, book, mine):
    book(day=25, who="lena")
    asked = {"startsAt": "2026-11-23T10:00:00+01:00", "endsAt": "2026-11-23T10:30:00+01:00"}
    where = f"/rooms/{rest.house.story_corner.id}/occurrences"
    found = rest.get(where, params=asked | {"rrule": "FREQ=DAILY;COUNT=3"}).json()["items"]
    assert [(one["startsAt"][:16], one["free"]) for one in found] == [
        ("2026-11-23T09:00", True),
        ("2026-11-24T09:00", True),
        ("2026-11-25T09:00", False),
    ]
    assert mine() == []
    assert slug(rest.get(where, params=asked | {"rrule": "FREQ=HOURLY;COUNT=3"})) == (422, "bad-rrule")
