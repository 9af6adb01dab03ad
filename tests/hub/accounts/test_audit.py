"""Who changed what, as admins read it."""

import pytest

from tests.hub.rest import slug

TIMES = {"startsAt": "2026-11-23T10:00:00+01:00", "endsAt": "2026-11-23T11:00:00+01:00"}


def log(rest, **wanted):
    answer = rest.get("/audit", who="ada", params=wanted)
    assert answer.status_code == 200, answer.text
    return [one for one in answer.json()["items"] if one["actor"]]


def told(rest, **wanted):
    return [(one["actor"]["name"], one["action"], one["subjectId"]) for one in log(rest, **wanted)]


def test_change_of_a_user_is_told_with_old_and_new(rest):
    nadia = rest.house.nadia.id
    rest.patch(f"/users/{nadia}", who="ada", json={"role": "manager", "name": "Nadia Kovacs"})
    (entry,) = log(rest, subjectId=nadia)
    assert entry | {"id": ""} == {
        "id": "",
        "at": "2026-11-23T08:00:00Z",
        "actor": {"id": rest.house.ada.id, "name": "Ada Osei"},
        "action": "user.change",
        "subjectId": nadia,
        "detail": {"role": ["member", "manager"]},
    }


def test_who_was_added_by_nobody_logged_in_has_no_actor(rest):
    entries = rest.get("/audit", who="ada", params={"action": "user.create"}).json()["items"]
    assert [one["actor"] for one in entries] == [None] * 4


def test_building_rooms_amenities_and_panels_are_told(rest):
    building = rest.post("/buildings", who="lena", json={"name": "B", "timeZone": "UTC"}).json()["id"]
    rest.patch(f"/buildings/{building}", who="lena", json={"name": "C"})
    floor = rest.post(f"/buildings/{building}/floors", who="lena", json={"name": "1"}).json()["id"]
    rest.patch(f"/floors/{floor}", who="lena", json={"name": "2"})
    wish = {"name": "Attic", "floorId": floor, "capacity": 4}
    room = rest.post("/rooms", who="lena", json=wish).json()["id"]
    rest.patch(f"/rooms/{room}", who="lena", json={"capacity": 6, "policy": {"bufferMinutes": 5}})
    plan = {"width": 100, "height": 100, "rooms": []}
    rest("PUT", f"/floors/{floor}/plan", who="ada", json=plan)
    panel = rest.post("/panels", who="lena", json={"roomId": room}).json()["id"]
    rest.patch(f"/panels/{panel}", who="lena", json={"roomId": None})
    for path in (f"/panels/{panel}", f"/rooms/{room}", f"/floors/{floor}", f"/buildings/{building}"):
        assert rest.delete(path, who="lena").status_code == 204
    rest.post("/amenities", who="ada", json={"name": "Piano", "slug": "piano"})
    rest.patch("/amenities/piano", who="ada", json={"name": "Grand piano"})
    rest.delete("/amenities/piano", who="ada")
    assert told(rest)[::-1] == [
        ("Lena Brandt", "building.create", building),
        ("Lena Brandt", "building.change", building),
        ("Lena Brandt", "floor.create", floor),
        ("Lena Brandt", "floor.change", floor),
        ("Lena Brandt", "room.create", room),
        ("Lena Brandt", "room.change", room),
        ("Ada Osei", "plan.change", floor),
        ("Lena Brandt", "panel.create", panel),
        ("Lena Brandt", "panel.change", panel),
        ("Lena Brandt", "panel.remove", panel),
        ("Lena Brandt", "room.remove", room),
        ("Lena Brandt", "floor.remove", floor),
        ("Lena Brandt", "building.remove", building),
        ("Ada Osei", "amenity.create", "piano"),
        ("Ada Osei", "amenity.change", "piano"),
        ("Ada Osei", "amenity.remove", "piano"),
    ]
    (change,) = log(rest, action="room.change")
    assert change["detail"] == {"capacity": [4, 6], "policy": {"bufferMinutes": [0, 5]}}
    details = {one["action"]: one["detail"] for one in log(rest)}
    assert details["building.change"] == {"name": ["B", "C"]}
    assert details["floor.change"] == {"name": ["1", "2"]}
    assert details["amenity.change"] == {"name": ["Piano", "Grand piano"]}
    assert details["panel.change"] == {"roomId": [room, None]}


def test_booking_is_told_where_another_than_its_organizer_touches_it(rest):
    wish = {"roomId": rest.house.carpet.id, "title": "Roadmap", "private": True}
    path = "/bookings/" + (booking := rest.post("/bookings", json=wish | TIMES).json()["id"])
    rest.patch(path, json={"title": "Our own"})
    assert log(rest) == []
    rest.patch(path, who="lena", json={"attendees": 3})
    rest.clock.pass_time(hours=1)
    for action in ("check-in", "end"):
        assert rest.post(f"{path}/{action}", who="lena").status_code == 200
    assert told(rest)[::-1] == [
        ("Lena Brandt", f"booking.{did}", booking) for did in ("change", "check-in", "end")
    ]
    assert "Roadmap" not in rest.get("/audit", who="ada").text


def test_what_was_refused_is_not_told(rest):
    wish = {"roomId": rest.house.carpet.id, "title": "Roadmap"}
    path = f"/bookings/{rest.post('/bookings', json=wish | TIMES).json()['id']}"
    assert slug(rest.post(f"{path}/end", who="lena")) == (409, "booking-not-started")
    assert slug(rest.post(f"{path}/cancel", who="tomas"))[0] == 403
    assert slug(rest.patch(f"/rooms/{rest.house.carpet.id}", who="lena", json={"amenities": ["x"]}))[0] == 422
    assert slug(rest.delete(f"/users/{rest.house.ada.id}", who="ada")) == (409, "last-admin")
    assert log(rest) == []


def test_filters_narrow_it_down(rest):
    nadia, tomas = rest.house.nadia.id, rest.house.tomas.id
    rest.patch(f"/users/{nadia}", who="ada", json={"role": "manager"})
    rest.clock.pass_time(hours=1)
    rest.patch(f"/users/{tomas}", who="ada", json={"role": "manager"})
    rest.patch(f"/rooms/{rest.house.carpet.id}", who="lena", json={"capacity": 9})
    assert [subject for *_, subject in told(rest, action="user")] == [*[tomas, nadia]]
    assert told(rest, action="use") == []
    assert [who for who, *_ in told(rest, actorId=rest.house.lena.id)] == ["Lena Brandt"]
    assert told(rest, actorId="nobody") == []
    later = {"from": "2026-11-23T09:00:00Z"}
    assert len(told(rest, **later)) == 2
    assert [subject for *_, subject in told(rest, to="2026-11-23T09:00:00Z")] == [nadia]


def test_pages_show_each_entry_once(rest):
    for number in range(5):
        rest.patch(f"/users/{rest.house.nadia.id}", who="ada", json={"name": f"Nadia {number}"})
    seen, cursor = [], None
    while True:
        wanted = {"limit": 2, "subjectId": rest.house.nadia.id} | ({"cursor": cursor} if cursor else {})
        page = rest.get("/audit", who="ada", params=wanted).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 6


@pytest.mark.parametrize(
    "wanted",
    [
        {"action": "%"},
        {"action": "_"},
        {"action": "A" * 65},
        {"actorId": "a b"},
        {"from": "yesterday"},
        {"limit": 0},
    ],
)
def test_filters_that_cannot_be_meant_are_refused(rest, wanted):
    assert rest.get("/audit", who="ada", params=wanted).status_code == 422
