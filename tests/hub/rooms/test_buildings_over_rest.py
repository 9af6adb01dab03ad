"""Buildings, floors and amenities over REST: made, renamed, and removed where nothing is in them."""

import pytest

from hub.rooms import service as rooms
from tests.hub.rest import slug


@pytest.fixture
def building(rest):
    return f"/buildings/{rest.house.building.id}"


@pytest.fixture
def floor(rest):
    return f"/floors/{rest.house.building.floors[0].id}"


def state(rest, room):
    return rest.get(f"/rooms/{room.id}/state").json()


def unpublished(rest):
    """Rooms that the broker has to be told of, after it was told of all."""
    return set(rest.write(lambda session: rooms.unpublished(session, rest.clock.now())))


@pytest.fixture
def all_published(rest):
    def publish(session):
        for room_id, revision in rooms.revisions(session).items():
            rooms.mark_published(session, room_id, revision, None)

    rest.write(publish)


def test_building_has_its_floors_in_the_order_they_were_added(rest):
    body = {"name": "Annexe", "timeZone": "America/New_York", "floors": [{"name": "G"}, {"name": "1"}]}
    made = rest.post("/buildings", who="lena", json=body)
    assert made.status_code == 201
    path = f"/buildings/{made.json()['id']}"
    attic = rest.post(f"{path}/floors", who="lena", json={"name": "Attic"})
    assert attic.status_code == 201
    floors = rest.get(path).json()["floors"]
    assert floors == [*made.json()["floors"], attic.json()]
    assert [one["name"] for one in floors] == ["G", "1", "Attic"]
    assert [one["name"] for one in rest.get("/buildings").json()["items"]] == ["Annexe", "HQ"]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"name": "HQ"}, (409, "name-taken")),
        ({"timeZone": "Moon/Base"}, (422, "bad-time-zone")),
        ({"name": "  "}, (422, "bad-name")),
        ({"colour": "red"}, (422, "invalid-request")),
    ],
)
def test_building_that_cannot_be_is_refused(rest, changes, refusal):
    body = {"name": "Annexe", "timeZone": "Europe/Berlin"}
    assert slug(rest.post("/buildings", who="lena", json=body | changes)) == refusal
    annexe = rest.post("/buildings", who="lena", json=body).json()["id"]
    assert slug(rest("PATCH", f"/buildings/{annexe}", who="lena", json=changes)) == refusal


def test_new_zone_reaches_every_room_and_every_panel(rest, building, all_published):
    before = [state(rest, one) for one in (rest.house.sandbox, rest.house.carpet)]
    changed = rest("PATCH", building, who="lena", json={"timeZone": "Asia/Kathmandu"}).json()
    assert changed["timeZone"] == "Asia/Kathmandu"
    after = [state(rest, one) for one in (rest.house.sandbox, rest.house.carpet)]
    assert [one["zone"]["name"] for one in before + after] == ["Europe/Berlin"] * 2 + ["Asia/Kathmandu"] * 2
    assert [one["zone"]["offsets"][-1][1] for one in after] == [20700, 20700]
    assert [one["revision"] for one in after] == [one["revision"] + 1 for one in before]
    assert unpublished(rest) == {
        rest.house.story_corner.id,
        rest.house.sandbox.id,
        rest.house.carpet.id,
    }


def test_new_names_reach_every_room_and_what_stays_the_same_reaches_none(
    rest, building, floor, all_published
):
    same = {"name": "HQ", "timeZone": "Europe/Berlin"}
    assert rest("PATCH", building, who="lena", json=same).status_code == 200
    assert rest("PATCH", floor, who="lena", json={"name": "2"}).status_code == 200
    assert unpublished(rest) == set()
    assert rest("PATCH", building, who="lena", json={"name": "Main"}).json()["name"] == "Main"
    assert rest("PATCH", floor, who="lena", json={"name": "Two"}).json()["name"] == "Two"
    room = state(rest, rest.house.sandbox)["room"]
    assert (room["building"], room["floor"]) == ("Main", "Two")
    assert len(unpublished(rest)) == 3
    assert len(rest.get("/rooms?q=main two").json()["items"]) == 3
    assert rest.get("/rooms?q=hq").json()["items"] == []


def test_floor_names_are_one_of_a_kind_in_their_building(rest, building, floor):
    attic = rest.post(f"{building}/floors", who="lena", json={"name": "Attic"}).json()["id"]
    assert slug(rest.post(f"{building}/floors", who="lena", json={"name": "2"})) == (409, "name-taken")
    assert slug(rest("PATCH", floor, who="lena", json={"name": "Attic"})) == (409, "name-taken")
    assert rest("DELETE", f"/floors/{attic}", who="lena").status_code == 204
    assert rest("PATCH", floor, who="lena", json={"name": "Attic"}).status_code == 200


def test_floor_goes_only_when_its_rooms_are_gone_and_their_history_stays(rest, building, floor):
    wish = {"title": "Roadmap", "startsAt": "2026-11-23T09:00:00Z", "endsAt": "2026-11-23T10:00:00Z"}
    booking = rest.post("/bookings", json=wish | {"roomId": rest.house.sandbox.id}).json()
    assert slug(rest("DELETE", floor, who="lena")) == (409, "floor-not-empty")
    assert slug(rest("DELETE", building, who="lena")) == (409, "building-not-empty")
    for room in (rest.house.story_corner, rest.house.sandbox, rest.house.carpet):
        assert rest("DELETE", f"/rooms/{room.id}", who="lena").status_code == 204
    assert rest("DELETE", floor, who="lena").status_code == 204
    assert slug(rest("DELETE", floor, who="lena")) == (404, "floor-not-found")
    new_room = {"name": "Nook", "floorId": floor.rsplit("/", 1)[1], "capacity": 2}
    assert slug(rest.post("/rooms", who="lena", json=new_room)) == (404, "floor-not-found")
    assert rest.get(building).json()["floors"] == []
    assert rest("DELETE", building, who="lena").status_code == 204
    assert slug(rest.get(building)) == (404, "building-not-found")
    assert rest.get(f"/bookings/{booking['id']}").json()["status"] == "cancelled"
    again = {"name": "HQ", "timeZone": "Europe/Berlin", "floors": [{"name": "2"}]}
    assert rest.post("/buildings", who="lena", json=again).status_code == 201


def test_amenities_are_seeded(rest):
    slugs = [one["slug"] for one in rest.get("/amenities").json()["items"]]
    assert slugs == ["hearing-loop", "phone", "screen", "video", "wheelchair", "whiteboard"]


@pytest.mark.parametrize(
    ("body", "made"),
    [
        ({"name": "Coffee"}, "coffee"),
        ({"name": "Höhe: verstellbar"}, "hohe-verstellbar"),
        ({"name": "日本", "slug": "tatami"}, "tatami"),
    ],
)
def test_amenity_gets_a_slug_that_stays_when_its_name_changes(rest, body, made):
    added = rest.post("/amenities", who="ada", json=body)
    assert (added.status_code, added.json()) == (201, {"slug": made, "name": body["name"]})
    renamed = rest("PATCH", f"/amenities/{made}", who="ada", json={"name": "Other"})
    assert renamed.json() == {"slug": made, "name": "Other"}
    assert rest("DELETE", f"/amenities/{made}", who="ada").status_code == 204
    assert slug(rest("DELETE", f"/amenities/{made}", who="ada")) == (404, "amenity-not-found")


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"name": "Telly", "slug": "screen"}, (409, "slug-taken")),
        ({"name": "SCREEN", "slug": "other"}, (409, "name-taken")),
        ({"name": "日本"}, (422, "bad-slug")),
        ({"name": "Bad", "slug": "No Good"}, (422, "invalid-request")),
    ],
)
def test_amenity_that_cannot_be_is_refused(rest, body, refusal):
    assert slug(rest.post("/amenities", who="ada", json=body)) == refusal


def test_amenity_of_a_room_stays(rest):
    assert slug(rest("DELETE", "/amenities/video", who="ada")) == (409, "amenity-in-use")
    rest("DELETE", f"/rooms/{rest.house.carpet.id}", who="lena")
    assert rest("DELETE", "/amenities/video", who="ada").status_code == 204
    assert rest.get("/rooms?amenity=video").json()["items"] == []


WRITES = [
    ("POST", "/buildings", {"name": "Annexe", "timeZone": "UTC"}, {"lena": 201, "ada": 409}),
    ("PATCH", "/buildings/{building}", {"name": "Main"}, {"lena": 200, "ada": 200}),
    ("DELETE", "/buildings/{building}", None, {"lena": 409, "ada": 409}),
    ("POST", "/buildings/{building}/floors", {"name": "3"}, {"lena": 201, "ada": 409}),
    ("PATCH", "/floors/{floor}", {"name": "2b"}, {"lena": 200, "ada": 200}),
    ("DELETE", "/floors/{floor}", None, {"lena": 409, "ada": 409}),
    ("POST", "/amenities", {"name": "Coffee"}, {"lena": 403, "ada": 201}),
    ("PATCH", "/amenities/screen", {"name": "Telly"}, {"lena": 403, "ada": 200}),
    ("DELETE", "/amenities/phone", None, {"lena": 403, "ada": 204}),
]


@pytest.mark.parametrize(("method", "path", "body", "expected"), WRITES, ids=lambda value: str(value)[:40])
def test_who_may_change_what(rest, method, path, body, expected):
    where = path.format(building=rest.house.building.id, floor=rest.house.building.floors[0].id)
    for who, status in {None: 401, "nadia": 403, **expected}.items():
        assert rest(method, where, who=who, json=body).status_code == status, who
