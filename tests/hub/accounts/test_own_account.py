"""Password, sessions and API tokens of one's own."""

import pytest

from hub.accounts.models import User
from hub.accounts.passwords import hash_password
from tests.hub.rest import slug

OLD, NEW = "the old password", "the new password"
CHANGE = {"currentPassword": OLD, "newPassword": NEW}


@pytest.fixture
def nadia(rest):
    """Logged in twice: as `nadia`, and as `phone`."""

    def set_password(session):
        session.query(User).filter_by(email="nadia@example.org").one().password_hash = hash_password(OLD)

    rest.write(set_password)
    for name, agent in (("nadia", "Firefox"), ("phone", "x" * 400)):
        rest.clock.pass_time(minutes=1)
        answer = log_in(rest, OLD, headers={"User-Agent": agent})
        rest.as_token(name, answer.json()["accessToken"])
    rest.client.cookies.clear()
    return rest


def log_in(rest, password, **more):
    body = {"email": "nadia@example.org", "password": password}
    return rest.post("/auth/login", who=None, json=body, **more)


def test_password_is_changed_and_the_other_sessions_end(nadia):
    assert nadia.post("/auth/password", json=CHANGE).status_code == 200
    assert nadia.get("/auth/me").status_code == 200
    assert nadia.get("/auth/me", who="phone").status_code == 401
    assert (log_in(nadia, OLD).status_code, log_in(nadia, NEW).status_code) == (401, 200)


def test_wrong_current_password_changes_nothing_and_counts_as_a_failed_login(nadia):
    for _ in range(10):
        answer = nadia.post("/auth/password", json=CHANGE | {"currentPassword": "wrong one"})
        assert slug(answer) == (403, "wrong-password")
    assert slug(nadia.post("/auth/password", json=CHANGE)) == (429, "too-many-attempts")
    assert log_in(nadia, OLD).status_code == 429
    nadia.clock.pass_time(minutes=1)
    assert log_in(nadia, OLD).status_code == 200


@pytest.mark.parametrize(
    "body", [{}, {"newPassword": NEW}, CHANGE | {"newPassword": "short"}, CHANGE | {"x": 1}]
)
def test_changes_of_password_that_do_not_fit_are_refused(nadia, body):
    assert nadia.post("/auth/password", json=body).status_code == 422
    assert log_in(nadia, OLD).status_code == 200


def test_sessions_are_listed_with_where_they_are_from(nadia):
    first, second, *_ = found = nadia.get("/auth/sessions").json()["items"]
    assert len(found) == 3, "one was opened when the house was furnished"
    assert (first["client"], second["client"]) == ("x" * 255, "Firefox")
    assert (first["current"], second["current"]) == (False, True)
    assert second | {"id": "", "client": ""} == {
        "id": "",
        "client": "",
        "address": "testclient",
        "createdAt": "2026-11-23T08:01:00Z",
        "expiresAt": "2026-11-30T08:01:00Z",
        "current": True,
    }


def test_session_is_ended_and_no_other(nadia):
    phone = nadia.get("/auth/sessions").json()["items"][0]["id"]
    assert nadia.delete(f"/auth/sessions/{phone}").status_code == 204
    assert nadia.get("/auth/me", who="phone").status_code == 401
    assert nadia.get("/auth/me").status_code == 200
    assert slug(nadia.delete(f"/auth/sessions/{phone}")) == (404, "session-not-found")


def test_nobody_ends_anothers_session_or_token(nadia):
    session = nadia.get("/auth/sessions").json()["items"][0]["id"]
    token = nadia.post("/tokens", json={"name": "script", "scope": "read"}).json()["id"]
    for who in ("tomas", "ada"):
        assert slug(nadia.delete(f"/auth/sessions/{session}", who=who)) == (404, "session-not-found")
        assert slug(nadia.delete(f"/tokens/{token}", who=who)) == (404, "token-not-found")
    assert slug(nadia.delete(f"/auth/sessions/{token}")) == (404, "session-not-found"), "it is no session"
    assert slug(nadia.delete(f"/tokens/{session}")) == (404, "token-not-found"), "it is no token"


def make(rest, scope, who="nadia", **more):
    answer = rest.post("/tokens", who=who, json={"name": "script", "scope": scope} | more)
    assert answer.status_code == 201, answer.text
    rest.as_token("script", answer.json()["token"])
    return answer.json()


def test_token_is_told_once(rest):
    made = make(rest, "read")
    secret = made.pop("token")
    assert len(secret) == 43
    listed = rest.get("/tokens")
    assert listed.json()["items"] == [made]
    assert secret not in listed.text


WISH = {"title": "Roadmap", "startsAt": "2026-11-23T10:00:00+01:00", "endsAt": "2026-11-23T11:00:00+01:00"}


def test_reading_token_only_looks(rest):
    make(rest, "read")
    wish = WISH | {"roomId": rest.house.carpet.id}
    assert rest.get("/rooms", who="script").status_code == 200
    assert slug(rest.post("/bookings", who="script", json=wish)) == (403, "read-only-token")
    assert slug(rest.post("/auth/logout", who="script")) == (403, "read-only-token")


def test_writing_token_does_what_its_owner_may_and_no_more(rest):
    make(rest, "write")
    assert (
        rest.post("/bookings", who="script", json=WISH | {"roomId": rest.house.carpet.id}).status_code == 201
    )
    assert slug(rest.get("/panels", who="script")) == (403, "managers-only")
    make(rest, "write", who="lena")
    assert rest.get("/panels", who="script").status_code == 200


def test_only_a_token_with_the_whole_scope_is_an_admin(rest):
    private = rest.post("/bookings", json=WISH | {"roomId": rest.house.carpet.id, "private": True}).json()[
        "id"
    ]
    for scope in ("read", "write"):
        make(rest, scope, who="ada")
        assert slug(rest.get("/users", who="script")) == (403, "admins-only")
        assert rest.get(f"/bookings/{private}", who="script").json()["title"] is None
    make(rest, "admin", who="ada")
    assert rest.get("/users", who="script").status_code == 200
    assert rest.get(f"/bookings/{private}", who="script").json()["title"] == "Roadmap"


@pytest.mark.parametrize("who", ["nadia", "lena"])
def test_nobody_gives_a_token_more_than_they_have(rest, who):
    answer = rest.post("/tokens", who=who, json={"name": "script", "scope": "admin"})
    assert slug(answer) == (403, "scope-too-wide")


def test_token_of_a_demoted_admin_is_an_admin_no_longer(rest):
    make(rest, "admin", who="ada")
    rest.patch(f"/users/{rest.house.lena.id}", who="ada", json={"role": "admin"})
    rest.patch(f"/users/{rest.house.ada.id}", who="lena", json={"role": "member"})
    assert slug(rest.get("/users", who="script")) == (403, "admins-only")


def test_token_can_neither_make_tokens_nor_touch_sessions_nor_the_password(rest):
    make(rest, "admin", who="ada")
    for method, path, body in (
        ("GET", "/tokens", None),
        ("POST", "/tokens", {"name": "more", "scope": "read"}),
        ("DELETE", "/tokens/x", None),
        ("GET", "/auth/sessions", None),
        ("DELETE", "/auth/sessions/x", None),
        ("POST", "/auth/password", CHANGE),
    ):
        assert slug(rest(method, path, who="script", json=body)) == (403, "session-required")


def test_token_ends_when_it_is_revoked_and_when_it_runs_out(rest):
    made = make(rest, "read")
    assert rest.delete(f"/tokens/{made['id']}").status_code == 204
    assert rest.get("/auth/me", who="script").status_code == 401
    make(rest, "read", expiresAt="2026-11-23T10:00:00+01:00")
    rest.clock.pass_time(minutes=59)
    assert rest.get("/auth/me", who="script").status_code == 200
    rest.clock.pass_time(minutes=1)
    assert rest.get("/auth/me", who="script").status_code == 401


def test_token_without_an_end_outlives_a_session(rest):
    make(rest, "read")
    rest.clock.pass_time(days=400)
    assert rest.get("/auth/me", who="script").status_code == 200
    assert rest.get("/auth/me").status_code == 401


def test_nobody_has_more_tokens_than_fifty(rest):
    for _ in range(50):
        make(rest, "read")
    assert slug(rest.post("/tokens", json={"name": "x", "scope": "read"})) == (409, "too-many-tokens")


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "a\nb"},
        {"name": "x" * 256},
        {"scope": "all"},
        {"scope": None},
        {"expiresAt": "2026-11-23T08:00:00Z"},
        {"expiresAt": "2026-11-24T08:00:00"},
        {"expiresAt": "9999-12-31T23:59:59Z"},
        {"userId": "x"},
    ],
)
def test_tokens_that_cannot_be_meant_are_refused(rest, change):
    assert rest.post("/tokens", json={"name": "script", "scope": "read"} | change).status_code == 422
