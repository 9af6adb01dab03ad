"""What a room lets a passer-by do at its panels, and the PIN it asks for, as managers set them."""

import pytest

from tests.hub.rest import slug

ON = dict.fromkeys(("book", "checkIn", "extend", "end", "reportIssue"), "on") | {"attendance": "off"}


@pytest.fixture
def at(rest):
    """The Carpet's address."""
    return f"/rooms/{rest.house.carpet.id}"


@pytest.fixture
def change(rest, at):
    return lambda glass: rest.patch(at, who="lena", json={"policy": {"glass": glass}})


@pytest.fixture
def set_pin(rest, at):
    return lambda pin, who="lena": rest("PUT", f"{at}/glass-pin", who=who, json={"pin": pin})


def glass(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()["policy"]["glass"]


def test_rules_are_changed_one_by_one_and_null_goes_back(rest, at, change):
    assert glass(change({"book": "off"})) == ON | {"book": "off"}
    assert glass(change({"reportIssue": "off"})) == ON | {"book": "off", "reportIssue": "off"}
    assert glass(change({"book": None})) == ON | {"reportIssue": "off"}
    rest.patch(at, who="lena", json={"policy": {"bufferMinutes": 5}})
    assert glass(rest.get(at)) == ON | {"reportIssue": "off"}
    assert glass(change(None)) == ON
    assert "glass" not in rest.get(f"{at}/state").json()["policy"]


@pytest.mark.parametrize("wrong", [{"book": "maybe"}, {"dance": "on"}, {"book": True}, "off", []])
def test_rules_that_are_none_are_refused(change, wrong):
    assert slug(change(wrong)) == (422, "invalid-request")


def test_pin_is_set_before_it_is_asked_for(rest, at, change, set_pin):
    assert slug(change({"end": "pin"})) == (409, "no-glass-pin")
    answer = set_pin("4711")
    assert (answer.status_code, answer.json()["glassPinSet"]) == (200, True)
    assert glass(change({"end": "pin"})) == ON | {"end": "pin"}
    assert rest.get(f"{at}/state").json()["policy"]["glass"] == {"end": "pin"}


def test_new_room_has_no_pin_to_ask_for(rest):
    wish = {"name": "Attic", "floorId": rest.house.building.floors[0].id, "capacity": 4}
    answer = rest.post("/rooms", who="lena", json=wish | {"policy": {"glass": {"end": "pin"}}})
    assert slug(answer) == (409, "no-glass-pin")


def test_pin_stays_as_long_as_it_is_asked_for(rest, at, change, set_pin):
    set_pin("4711")
    change({"end": "pin"})
    assert slug(rest.delete(f"{at}/glass-pin", who="lena")) == (409, "glass-pin-in-use")
    change({"end": None})
    assert rest.delete(f"{at}/glass-pin", who="lena").status_code == 204
    assert rest.get(at).json()["glassPinSet"] is False
    assert rest.delete(f"{at}/glass-pin", who="lena").status_code == 204


@pytest.mark.parametrize(
    "pin", ["", "471", "471193471", "47 11", "4711\n", "vier", "\u0664\u0667\u0661\u0661", 4711, None]
)
def test_pin_is_four_to_eight_digits(rest, at, set_pin, pin):
    assert slug(set_pin(pin))[0] == 422
    assert rest.get(at).json()["glassPinSet"] is False


@pytest.mark.parametrize(("who", "status"), [(None, 401), ("nadia", 403), ("lena", 200), ("ada", 200)])
def test_managers_and_admins_set_it(set_pin, who, status):
    assert set_pin("4711", who).status_code == status


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_room_that_is_not_there_has_none(rest, method):
    body = {"json": {"pin": "4711"}} if method == "PUT" else {}
    assert slug(rest(method, "/rooms/none/glass-pin", who="lena", **body)) == (404, "room-not-found")


def test_rule_of_the_site_holds_where_the_room_has_none_and_its_pin_where_it_has_one(
    rest, at, change, set_pin
):
    change({"book": "off"})
    answer = rest.patch("/settings", who="ada", json={"policy": {"glass": {"end": "pin", "book": "on"}}})
    assert answer.status_code == 200, answer.text
    assert glass(rest.get(at)) == ON | {"book": "off", "end": "pin"}
    assert rest.get(f"{at}/state").json()["policy"]["glass"] == {"book": "off", "end": "off"}
    set_pin("4711")
    assert rest.get(f"{at}/state").json()["policy"]["glass"] == {"book": "off", "end": "pin"}
    assert rest.delete(f"{at}/glass-pin", who="lena").status_code == 204
    assert rest.get(f"{at}/state").json()["policy"]["glass"] == {"book": "off", "end": "off"}


def test_pin_is_told_to_nobody(rest, at, set_pin, caplog):
    set_pin("90210733")
    rest.delete(f"{at}/glass-pin", who="ada")
    paths = (at, "/rooms", f"{at}/state", "/audit")
    told = "".join(rest.get(path, who="ada").text for path in paths)
    assert "room.set-glass-pin" in told and "room.remove-glass-pin" in told
    assert "90210733" not in told + caplog.text
    assert "argon2" not in told
