"""A panel without credentials shows a code, and is claimed with it."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from hub.panel import enrolment, service
from tests.hub.rest import slug

SECRET = "e" * 43


@pytest.fixture
def enrol(rest):
    def ask(secret=SECRET, **more):
        return rest.post("/panels/enrol", json={"enrolmentSecret": secret, **more}, who=None)

    return ask


@pytest.fixture
def claim(rest):
    def ask(code, room=None, who="lena", **more):
        body = {"code": code, "roomId": (room or rest.house.story_corner).id, **more}
        return rest.post("/panels/claim", json=body, who=who)

    return ask


def lets_in(rest, panel_id, secret):
    known = rest.write(lambda session: service.room_for_login(session, panel_id, secret))
    return bool(known[0])


def test_panel_shows_a_code_until_it_is_claimed_and_then_gets_its_credentials(rest, enrol, claim):
    shown = enrol().json()
    assert (shown["status"], shown["expiresAt"], shown["expiresInS"]) == (
        "waiting",
        "2026-11-23T08:15:00Z",
        900,
    )
    assert (len(shown["code"]), shown["askAgainS"], shown["enrolmentSecret"]) == (8, 5, None)
    assert shown["claimUrl"] == f"http://127.0.0.1:8000/panels/claim?code={shown['code']}"
    assert enrol().json() == shown
    claimed = claim(shown["code"])
    assert (claimed.status_code, claimed.json()["name"]) == (200, "Story Corner")
    assert (claimed.json()["shownName"], claimed.json()["roomId"]) == (
        shown["name"],
        rest.house.story_corner.id,
    )
    assert claimed.json()["health"] == "offline"
    told = enrol().json()
    assert (told["status"], told["id"], told["roomId"]) == (
        "claimed",
        claimed.json()["id"],
        rest.house.story_corner.id,
    )
    assert told["mqtt"] == {"host": "127.0.0.1", "port": 1883, "tls": False}
    assert lets_in(rest, told["id"], told["secret"])


def test_code_is_typed_as_people_type(enrol, claim):
    code = enrol().json()["code"]
    assert claim(f" {code[:4].lower()}-{code[4:]} ").status_code == 200


def test_credentials_are_told_again_where_the_answer_was_lost(rest, enrol, claim):
    claim(enrol().json()["code"])
    first = enrol().json()
    assert [enrol().json() for _ in range(3)] == [first] * 3
    assert lets_in(rest, first["id"], first["secret"])


def test_credentials_are_told_no_more_once_the_panel_has_said_hello(rest, enrol, claim):
    claim(enrol().json()["code"])
    told = enrol().json()
    said = {"bootId": "b1", "firmware": "0.1.0", "roomId": None, "revision": 0}
    rest.write(lambda session: service.greet(session, told["id"], said, rest.clock.now()))
    again = enrol().json()
    assert (again["status"], again["secret"]) == ("waiting", None)
    assert lets_in(rest, told["id"], told["secret"])


def test_nobody_gets_in_with_what_the_database_holds(rest, enrol, claim):
    claim(enrol().json()["code"])
    told = enrol().json()
    (row,) = rest.write(lambda session: session.execute(text("SELECT * FROM panel_enrolments")).all())
    held = repr(row)
    assert told["secret"] not in held
    assert SECRET not in held
    assert not lets_in(rest, told["id"], SECRET)


def test_panel_that_was_claimed_lets_nobody_in_before_it_has_come_for_its_secret(rest, enrol, claim):
    made = claim(enrol().json()["code"]).json()
    assert not lets_in(rest, made["id"], SECRET)
    assert not lets_in(rest, made["id"], "")


def test_hub_makes_the_enrolment_secret_where_the_panel_has_none(rest, claim):
    shown = rest.post("/panels/enrol", json={}, who=None).json()
    claim(shown["code"])
    body = {"enrolmentSecret": shown["enrolmentSecret"]}
    told = rest.post("/panels/enrol", json=body, who=None).json()
    assert (told["status"], told["enrolmentSecret"]) == ("claimed", None)


def test_code_that_has_run_out_is_followed_by_another(rest, enrol, claim):
    first = enrol().json()
    rest.clock.pass_time(minutes=15)
    assert slug(claim(first["code"])) == (409, "code-expired")
    second = enrol().json()
    assert (second["code"] != first["code"], second["name"]) == (True, first["name"])
    assert slug(claim(first["code"])) == (404, "code-not-found")
    assert claim(second["code"]).status_code == 200


def test_code_is_good_once(enrol, claim, rest):
    code = enrol().json()["code"]
    first = claim(code)
    again = claim(code, rest.house.sandbox)
    assert (*slug(again), again.json()["panelId"]) == (409, "code-used", first.json()["id"])


def test_panels_are_told_apart_by_their_secrets(rest, enrol, claim):
    one, other = enrol().json(), enrol("f" * 43).json()
    assert one["code"] != other["code"]
    claim(one["code"])
    assert enrol("f" * 43).json() == other
    assert enrol().json()["status"] == "claimed"


def test_code_alone_gives_nothing(enrol, claim):
    code = enrol().json()["code"]
    claim(code)
    thief = enrol(code.ljust(43, "x")).json()
    assert (thief["status"], thief["secret"]) == ("waiting", None)


def test_claim_needs_a_room(rest, enrol):
    body = {"code": enrol().json()["code"], "roomId": "nowhere"}
    assert slug(rest.post("/panels/claim", json=body, who="lena")) == (404, "room-not-found")
    assert enrol().json()["status"] == "waiting"


@pytest.mark.parametrize(
    "body",
    [
        {"enrolmentSecret": "short"},
        {"enrolmentSecret": "x" * 129},
        {"enrolmentSecret": "ü" * 43},
        {"code": "x"},
    ],
)
def test_enrolment_that_cannot_be_is_refused(rest, body):
    assert slug(rest.post("/panels/enrol", json=body, who=None)) == (422, "invalid-request")


def test_claiming_and_replacing_are_for_managers_and_admins(rest):
    for path, body in (
        ("/panels/claim", {"code": "x", "roomId": "y"}),
        ("/panels/x/replace", {"code": "x"}),
    ):
        assert slug(rest.post(path, json=body)) == (403, "managers-only")
        assert rest.post(path, json=body, who=None).status_code == 401


def test_codes_can_be_guessed_twenty_times_an_hour(enrol, claim):
    code = enrol().json()["code"]
    assert [claim("WRONG").status_code for _ in range(20)] == [404] * 20
    assert slug(claim(code)) == (429, "too-many-attempts")
    assert claim(code, who="ada").status_code == 200


def test_new_panels_from_one_address_are_limited_and_known_ones_are_not(rest, enrol, monkeypatch):
    monkeypatch.setattr(enrolment, "NEW_FROM", enrolment.Limit("enrol address", 3, timedelta(hours=1)))
    answers = [enrol(f"{number:043}") for number in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert enrol(f"{0:043}").status_code == 200


def test_no_more_wait_than_there_is_room_for(rest, enrol, claim, monkeypatch):
    monkeypatch.setattr(enrolment, "MOST_WAITING", 2)
    first = enrol("a" * 43).json()
    enrol("b" * 43)
    assert slug(enrol("c" * 43)) == (429, "too-many-panels-waiting")
    claim(first["code"])
    assert enrol("c" * 43).status_code == 200


def test_panel_that_asks_no_more_is_forgotten(rest, enrol):
    enrol()
    rest.clock.pass_time(minutes=76)
    enrol("f" * 43)
    assert (
        rest.write(lambda session: session.execute(text("SELECT count(*) FROM panel_enrolments")).scalar())
        == 1
    )


def test_broken_panel_is_replaced_in_one_step(rest, enrol):
    old = rest.post(
        "/panels", json={"roomId": rest.house.sandbox.id, "name": "By the door"}, who="lena"
    ).json()
    answer = rest.post(f"/panels/{old['id']}/replace", json={"code": enrol().json()["code"]}, who="lena")
    new = answer.json()
    assert (answer.status_code, new["name"], new["roomId"]) == (200, "By the door", rest.house.sandbox.id)
    assert rest.get(f"/panels/{old['id']}", who="lena").status_code == 404
    assert not lets_in(rest, old["id"], old["secret"])
    told = enrol().json()
    assert lets_in(rest, told["id"], told["secret"])
    assert rest.house.sandbox.id in {one["roomId"] for one in rest.get("/panels", who="lena").json()["items"]}


def test_panel_is_not_revoked_where_the_new_one_shows_no_such_code(rest, enrol):
    old = rest.post("/panels", json={"roomId": rest.house.sandbox.id}, who="lena").json()
    answer = rest.post(f"/panels/{old['id']}/replace", json={"code": "WRONG"}, who="lena")
    assert slug(answer) == (404, "code-not-found")
    assert rest.get(f"/panels/{old['id']}", who="lena").status_code == 200


def test_revoked_panel_that_has_not_come_for_its_secret_enrols_anew(rest, enrol, claim):
    made = claim(enrol().json()["code"]).json()
    rest.delete(f"/panels/{made['id']}", who="lena")
    assert enrol().json()["status"] == "waiting"


def test_audit_log_says_who_claimed_and_replaced_what(rest, enrol, claim):
    made = claim(enrol().json()["code"]).json()
    rest.post(f"/panels/{made['id']}/replace", json={"code": enrol("f" * 43).json()["code"]}, who="ada")
    (replaced, claimed) = rest.get(f"/audit?subjectId={made['id']}", who="ada").json()["items"]
    assert (claimed["action"], claimed["actor"]["name"]) == ("panel.claim", "Lena Brandt")
    assert claimed["detail"]["shownName"] == made["shownName"]
    assert (replaced["action"], replaced["actor"]["name"]) == ("panel.replace", "Ada Osei")
