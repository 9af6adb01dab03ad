"""Rooms as REST shows them: made, found, changed, removed."""

import pytest

from tests.hub.rest import slug


@pytest.fixture
def room(rest):
    return lambda **changes: (
        {
            "name": "Reading Nook",
            "floorId": rest.house.building.floors[0].id,
            "capacity": 2,
        }
        | changes
    )


def names(answer):
    assert answer.status_code == 200
    return [one["name"] for one in answer.json()["items"]]


def test_created_room_has_every_field_of_the_contract(rest, room):
    answer = rest.post("/rooms", who="lena", json=room(amenities=["screen"], policy={"bufferMinutes": 10}))
    assert answer.status_code == 201
    body = answer.json()
    assert body | {"id": ""} == {
        "id": "",
        "name": "Reading Nook",
        "buildingId": rest.house.building.id,
        "floorId": rest.house.building.floors[0].id,
        "capacity": 2,
        "amenities": ["screen"],
        "policy": {
            "checkInOpensMinutes": 15,
            "checkInClosesMinutes": 15,
            "checkInRequired": True,
            "extendMinutes": [15, 30],
            "quickBookMinutes": [15, 30, 60],
            "bufferMinutes": 10,
            "minMinutes": 15,
            "maxMinutes": 480,
            "horizonDays": 180,
            "requiresApproval": False,
            "openingHours": [{"weekday": day, "opens": "08:00", "closes": "18:00"} for day in range(1, 6)],
            "glass": dict.fromkeys(("book", "checkIn", "extend", "end", "reportIssue"), "on")
            | {"attendance": "off"},
            "panelLanguage": "en",
            "panelHour24": True,
            "panelTheme": "light",
        },
        "policyOverrides": ["bufferMinutes"],
        "glassPinSet": False,
        "status": "available",
        "outOfService": None,
        "revision": 1,
    }
    assert rest.get(f"/rooms/{body['id']}").json() == body


@pytest.mark.parametrize(
    "changes",
    [
        {"capacity": 0},
        {"capacity": "many"},
        {"name": ""},
        {"colour": "red"},
        {"amenities": ["sauna"]},
        {"policy": {"bufferMinutes": -1}},
        {"policy": {"colour": "red"}},
        {"policy": {"minMinutes": 60, "maxMinutes": 30}},
        {"policy": {"maxMinutes": 10}},
        {"policy": {"openingHours": [{"weekday": 8, "opens": "08:00", "closes": "18:00"}]}},
        {"policy": {"openingHours": [{"weekday": 1, "opens": "18:00", "closes": "08:00"}]}},
        {"policy": {"openingHours": [{"weekday": 1, "opens": "8", "closes": "18:00"}]}},
    ],
)
def test_room_that_cannot_be_is_422(rest, room, changes):
    assert rest.post("/rooms", who="lena", json=room(**changes)).status_code == 422


def test_only_managers_and_admins_write(rest, room):
    assert slug(rest.post("/rooms", json=room())) == (403, "managers-only")
    path = f"/rooms/{rest.house.sandbox.id}"
    assert rest("PATCH", path, json={"capacity": 1}).status_code == 403
    assert rest("DELETE", path).status_code == 403
    assert rest.post("/rooms", json=room(), who="ada").status_code == 201


def test_rooms_are_found_by_what_they_are(rest):
    assert names(rest.get("/rooms")) == ["Sandbox", "Story Corner", "The Carpet"]
    assert names(rest.get("/rooms?minCapacity=6")) == ["Sandbox", "The Carpet"]
    assert names(rest.get("/rooms?amenity=screen")) == ["Sandbox", "Story Corner"]
    assert names(rest.get("/rooms?amenity=screen&amenity=whiteboard")) == ["Sandbox"]
    assert names(rest.get("/rooms?amenity=sauna")) == []
    assert names(rest.get("/rooms?q=CORN")) == ["Story Corner"]
    assert names(rest.get("/rooms?q=hq carpet")) == ["The Carpet"]
    assert names(rest.get("/rooms?q=%25")) == []
    assert len(names(rest.get(f"/rooms?buildingId={rest.house.building.id}"))) == 3
    assert len(names(rest.get(f"/rooms?floorId={rest.house.building.floors[0].id}"))) == 3
    assert names(rest.get("/rooms?buildingId=none")) == names(rest.get("/rooms?floorId=none")) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Café Zürich", "cafe ZURICH"),
        ("Cafe Zurich", "CAFÉ zürich"),
        ("Große Halle", "grosse"),
        ("ΑΊΘΟΥΣΑ", "αιθουσα"),
        ("Łódź", "lodz"),
        ("Øresund", "oresund"),
        ("50% Room", "50%"),
        ("snake_case", "e_c"),
    ],
)
def test_rooms_are_found_whatever_the_case_and_accents(rest, room, name, words):
    made = rest.post("/rooms", who="lena", json=room(name=name)).json()
    assert names(rest.get("/rooms", params={"q": words})) == [name]
    rest("PATCH", f"/rooms/{made['id']}", who="lena", json={"name": "Plain"})
    assert names(rest.get("/rooms", params={"q": words})) == []
    assert names(rest.get("/rooms", params={"q": "PLÁIN hq"})) == ["Plain"]


def test_rooms_come_in_pages(rest):
    first = rest.get("/rooms?limit=2").json()
    assert [one["name"] for one in first["items"]] == ["Sandbox", "Story Corner"]
    second = rest.get(f"/rooms?limit=2&cursor={first['nextCursor']}").json()
    assert [one["name"] for one in second["items"]] == ["The Carpet"]
    assert second["nextCursor"] is None
    assert slug(rest.get("/rooms?cursor=nonsense")) == (422, "bad-cursor")
    assert rest.get("/rooms?limit=0").status_code == 422


def book(rest, room, start, end):
    body = {"roomId": room.id, "title": "Roadmap", "startsAt": start, "endsAt": end}
    return rest.post("/bookings", json=body).json()


def test_rooms_are_found_by_status_of_this_moment(rest):
    book(rest, rest.house.story_corner, "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z")
    rest("PATCH", f"/rooms/{rest.house.carpet.id}", who="lena", json={"outOfService": "Wet paint"})
    assert names(rest.get("/rooms?status=available")) == ["Sandbox", "Story Corner"]
    rest.clock.pass_time(hours=1)
    assert names(rest.get("/rooms?status=occupied")) == ["Story Corner"]
    assert names(rest.get("/rooms?status=out_of_service")) == ["The Carpet"]
    assert rest.get(f"/rooms/{rest.house.story_corner.id}").json()["status"] == "occupied"
    rest.clock.pass_time(minutes=15, seconds=1)
    assert names(rest.get("/rooms?status=occupied")) == []
    assert rest.get("/rooms?status=unknown").status_code == 422


def test_rooms_are_found_by_being_free(rest):
    book(rest, rest.house.story_corner, "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z")
    rest("PATCH", f"/rooms/{rest.house.sandbox.id}", who="lena", json={"policy": {"bufferMinutes": 30}})
    book(rest, rest.house.sandbox, "2026-11-23T11:00:00Z", "2026-11-23T12:00:00Z")

    def free(start, end):
        return names(rest.get(f"/rooms?freeFrom=2026-11-23T{start}:00Z&freeTo=2026-11-23T{end}:00Z"))

    assert free("09:30", "10:00") == ["Sandbox", "The Carpet"]
    assert free("10:00", "10:45") == ["Story Corner", "The Carpet"]
    assert free("10:00", "10:30") == ["Story Corner", "Sandbox", "The Carpet"]
    assert free("12:00", "12:30") == ["Story Corner", "The Carpet"]


def test_smallest_free_fit_comes_first_and_pages_go_on_from_it(rest, room):
    for name, capacity in [("Aviary", 12), ("Zoo", 4)]:
        rest.post("/rooms", who="lena", json=room(name=name, capacity=capacity))
    free = "/rooms?freeFrom=2026-11-23T09:00:00Z&freeTo=2026-11-23T10:00:00Z"
    by_size = ["Story Corner", "Zoo", "Sandbox", "Aviary", "The Carpet"]
    assert names(rest.get(free)) == by_size
    assert names(rest.get(f"{free}&minCapacity=5")) == by_size[2:]
    paged, cursor = [], ""
    while cursor is not None:
        page = rest.get(f"{free}&limit=2&cursor={cursor}" if cursor else f"{free}&limit=2")
        paged += names(page)
        cursor = page.json()["nextCursor"]
    assert paged == by_size


def test_free_time_has_two_ends_in_order_and_offsets(rest):
    assert slug(rest.get("/rooms?freeFrom=2026-11-23T09:00:00Z")) == (422, "half-a-time")
    backwards = "/rooms?freeFrom=2026-11-23T10:00:00Z&freeTo=2026-11-23T09:00:00Z"
    assert slug(rest.get(backwards)) == (422, "end-before-start")
    naive = "/rooms?freeFrom=2026-11-23T09:00:00&freeTo=2026-11-23T10:00:00Z"
    assert rest.get(naive).status_code == 422


def test_change_touches_only_what_is_named(rest):
    path = f"/rooms/{rest.house.story_corner.id}"
    before = rest.get(path).json()
    changed = rest("PATCH", path, who="lena", json={"capacity": 5}).json()
    assert changed == before | {"capacity": 5, "revision": before["revision"] + 1}
    moved = rest("PATCH", path, who="lena", json={"name": "Nook", "amenities": ["phone"]}).json()
    assert (moved["name"], moved["amenities"], moved["capacity"]) == ("Nook", ["phone"], 5)
    assert slug(rest("PATCH", path, who="lena", json={"name": "Sandbox"})) == (409, "name-taken")


def test_policy_changes_by_setting_and_null_goes_back_to_the_default(rest):
    path = f"/rooms/{rest.house.story_corner.id}"
    patch = lambda **policy: rest("PATCH", path, who="lena", json={"policy": policy}).json()["policy"]  # noqa: E731
    assert patch(bufferMinutes=5)["bufferMinutes"] == 5
    both = patch(minMinutes=30)
    assert (both["bufferMinutes"], both["minMinutes"]) == (5, 30)
    back = patch(bufferMinutes=None)
    assert (back["bufferMinutes"], back["minMinutes"]) == (0, 30)


def test_new_check_in_rule_holds_for_bookings_whose_window_is_open(rest):
    path = f"/rooms/{rest.house.story_corner.id}"
    booking = book(rest, rest.house.story_corner, "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z")
    rest.clock.pass_time(hours=1, minutes=10)
    rest("PATCH", path, who="lena", json={"policy": {"checkInClosesMinutes": 30}})
    rest.clock.pass_time(minutes=15)
    assert rest.get(f"/bookings/{booking['id']}").json()["status"] == "confirmed"
    rest("PATCH", path, who="lena", json={"policy": {"checkInRequired": False}})
    rest.clock.pass_time(minutes=30)
    assert rest.get(f"/bookings/{booking['id']}").json()["status"] == "confirmed"
    rest("PATCH", path, who="lena", json={"policy": {"checkInRequired": None, "checkInClosesMinutes": None}})
    assert rest.get(f"/bookings/{booking['id']}").json()["status"] == "no_show"


def test_removed_room_is_gone_and_its_history_stays(rest, room):
    to_come = book(rest, rest.house.story_corner, "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z")
    under_way = book(rest, rest.house.story_corner, "2026-11-23T07:55:00Z", "2026-11-23T08:30:00Z")
    path = f"/rooms/{rest.house.story_corner.id}"
    assert rest("DELETE", path, who="lena").status_code == 204
    assert slug(rest.get(path)) == (404, "room-not-found")
    assert rest("DELETE", path, who="lena").status_code == 404
    assert "Story Corner" not in names(rest.get("/rooms"))
    assert rest.get(f"/bookings/{to_come['id']}").json()["status"] == "cancelled"
    assert rest.get(f"/bookings/{under_way['id']}").json()["status"] == "completed"
    assert rest.post("/rooms", who="lena", json=room(name="Story Corner")).status_code == 201


def test_room_is_out_of_service_with_a_reason_and_only_managers_say_so(rest):
    path = f"/rooms/{rest.house.sandbox.id}"
    assert rest("PATCH", path, json={"outOfService": "Leak"}).status_code == 403
    assert rest("PATCH", path, who="lena", json={"outOfService": ""}).status_code == 422
    closed = rest("PATCH", path, who="lena", json={"outOfService": "Leak"}).json()
    assert (closed["status"], closed["outOfService"]) == ("out_of_service", "Leak")
    wish = {
        "roomId": closed["id"],
        "title": "Swim",
        "startsAt": "2026-11-23T09:00:00Z",
        "endsAt": "2026-11-23T10:00:00Z",
    }
    assert slug(rest.post("/bookings", json=wish)) == (409, "room-out-of-service")
    opened = rest("PATCH", path, who="lena", json={"outOfService": None}).json()
    assert (opened["status"], opened["outOfService"]) == ("available", None)
    assert opened["revision"] == closed["revision"] + 1
