"""The site's policy: it holds in every room that does not say otherwise."""

import pytest

from tests.hub.rest import slug


@pytest.fixture
def change(rest):
    return lambda policy, who="ada": rest("PATCH", "/settings", who=who, json={"policy": policy})


def policy(rest, room):
    return rest.get(f"/rooms/{room.id}").json()["policy"]


def test_site_starts_with_the_defaults_of_the_contract(rest):
    told = rest.get("/settings", who="lena").json()["policy"]
    assert (told["checkInOpensMinutes"], told["minMinutes"], told["maxMinutes"]) == (15, 15, 480)
    assert told["openingHours"][0] == {"weekday": 1, "opens": "08:00", "closes": "18:00"}
    assert told == policy(rest, rest.house.sandbox)


def test_change_reaches_every_room_but_what_a_room_says_itself(rest, change):
    sandbox, carpet = rest.house.sandbox, rest.house.carpet
    rest("PATCH", f"/rooms/{sandbox.id}", who="lena", json={"policy": {"minMinutes": 30}})
    revision = rest.get(f"/rooms/{carpet.id}").json()["revision"]
    assert change({"minMinutes": 45, "bufferMinutes": 10}).json()["policy"]["minMinutes"] == 45
    assert (policy(rest, sandbox)["minMinutes"], policy(rest, sandbox)["bufferMinutes"]) == (30, 10)
    assert policy(rest, carpet)["minMinutes"] == 45
    assert rest.get(f"/rooms/{carpet.id}").json()["revision"] == revision + 1
    state = rest.get(f"/rooms/{carpet.id}/state").json()
    assert (state["policy"]["minS"], state["policy"]["bufferS"]) == (45 * 60, 600)
    change({"minMinutes": None})
    assert policy(rest, carpet)["minMinutes"] == 15


def test_what_is_booked_follows_a_new_check_in_rule(rest, change):
    times = {"startsAt": "2026-11-23T10:00:00+01:00", "endsAt": "2026-11-23T11:00:00+01:00"}
    room = rest.house.carpet.id
    rest.post("/bookings", json={"roomId": room, "title": "Roadmap"} | times)
    assert rest.get(f"/rooms/{room}/state").json()["next"]["checkInByUnix"] is not None
    change({"checkInRequired": False})
    assert rest.get(f"/rooms/{room}/state").json()["next"]["checkInByUnix"] is None


def test_policy_that_contradicts_a_rooms_own_is_refused_and_nothing_changes(rest, change):
    rest("PATCH", f"/rooms/{rest.house.sandbox.id}", who="lena", json={"policy": {"minMinutes": 60}})
    refused = change({"maxMinutes": 30})
    assert slug(refused) == (422, "bad-policy")
    assert "Sandbox" in refused.json()["detail"]
    assert policy(rest, rest.house.carpet)["maxMinutes"] == 480
    assert slug(change({"minMinutes": 90, "maxMinutes": 30})) == (422, "bad-policy")


def test_room_can_not_contradict_the_site(rest, change):
    change({"maxMinutes": 60})
    path = f"/rooms/{rest.house.sandbox.id}"
    assert slug(rest("PATCH", path, who="lena", json={"policy": {"minMinutes": 90}})) == (422, "bad-policy")


def test_managers_read_and_admins_change(rest, change):
    assert slug(rest.get("/settings")) == (403, "managers-only")
    assert slug(change({"minMinutes": 30}, who="lena")) == (403, "admins-only")
    assert change({"minMinutes": 30}).status_code == 200
    (entry,) = rest.get("/audit", who="ada", params={"action": "settings.change"}).json()["items"]
    assert entry["detail"] == {"policy": {"minMinutes": [15, 30]}}


@pytest.mark.parametrize(
    "body",
    [{"policy": {"minMinutes": 0}}, {"policy": {"colour": "red"}}, {"name": "x"}, [], {"policy": None}],
)
def test_hostile_settings_are_refused(rest, body):
    assert rest("PATCH", "/settings", who="ada", json=body).status_code in {400, 422}


def test_room_and_site_name_what_they_do_differently(rest):
    rest("PATCH", "/settings", who="ada", json={"policy": {"maxMinutes": 120}})
    path = f"/rooms/{rest.house.sandbox.id}"
    own = {"maxMinutes": 240, "glass": {"book": "off"}}
    rest("PATCH", path, who="lena", json={"policy": own})
    assert rest.get(path).json()["policyOverrides"] == ["glass.book", "maxMinutes"]
    assert rest.get("/settings", who="lena").json()["policyOverrides"] == ["maxMinutes"]
    back = {"maxMinutes": None, "glass": {"book": None}}
    rest("PATCH", path, who="lena", json={"policy": back})
    assert rest.get(path).json()["policyOverrides"] == []
    assert rest.get(path).json()["policy"]["maxMinutes"] == 120
