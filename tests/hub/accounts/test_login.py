"""Logging in, staying in, and getting out, over REST."""

import shutil

import pytest
from sqlalchemy import select

from hub.accounts import service
from hub.accounts.models import AccessToken, User
from hub.accounts.passwords import hash_password
from hub.settings import Settings
from tests.fakes import FakeClock
from tests.hub.rest import running_hub

PASSWORD = "correct horse battery"
ADA = {"email": "ada@example.org", "password": PASSWORD}


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def client(tmp_path, empty_database, clock):
    shutil.copy(empty_database, tmp_path / "circletime.db")
    settings = Settings(data_dir=tmp_path, broker_url="none", login_failures_per_minute=3)
    with running_hub(settings, clock, base_url="http://testserver.local") as found:
        password_hash = hash_password(PASSWORD)

        def add(session):
            service.add_user(
                session,
                email="Ada@Example.org",
                name="Ada Osei",
                role="admin",
                password_hash=password_hash,
                now=clock.now(),
            )

        found.blocking_portal.call(found.app.state.hub.database.write, add)
        yield found


def bearer(client):
    return {"Authorization": "Bearer " + client.post("/api/v1/auth/login", json=ADA).json()["accessToken"]}


def test_login_answers_with_a_token_and_who_it_is_for(client):
    answer = client.post("/api/v1/auth/login", json=ADA)
    body = answer.json()
    assert answer.status_code == 200
    assert (body["tokenType"], body["expiresIn"] > 0) == ("bearer", True)
    assert body["user"] | {"id": ""} == {
        "id": "",
        "name": "Ada Osei",
        "email": "ada@example.org",
        "role": "admin",
        "department": None,
        "leadsDepartment": False,
    }
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert "samesite=lax" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"email": "nobody@example.org"}])
def test_wrong_password_and_unknown_address_are_told_alike(client, wrong):
    answer = client.post("/api/v1/auth/login", json=ADA | wrong)
    assert answer.status_code == 401
    assert answer.json()["type"].endswith("/invalid-credentials")
    assert answer.headers["content-type"] == "application/problem+json"


def test_address_is_found_however_it_is_written(client):
    assert client.post("/api/v1/auth/login", json=ADA | {"email": " ADA@example.ORG "}).status_code == 200


def test_failures_are_limited_and_successes_are_not(client, clock):
    for _ in range(9):
        assert client.post("/api/v1/auth/login", json=ADA).status_code == 200
    for _ in range(3):
        assert client.post("/api/v1/auth/login", json=ADA | {"password": "wrong"}).status_code == 401
    refused = client.post("/api/v1/auth/login", json=ADA)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) == 60
    clock.pass_time(seconds=60)
    assert client.post("/api/v1/auth/login", json=ADA).status_code == 200


def test_token_and_cookie_both_say_who_asks(client):
    headers = bearer(client)
    assert client.get("/api/v1/auth/me").json()["name"] == "Ada Osei"
    client.cookies.clear()
    assert client.get("/api/v1/auth/me").status_code == 401
    assert client.get("/api/v1/auth/me", headers=headers).json()["name"] == "Ada Osei"


def test_logout_ends_the_token_at_once(client):
    headers = bearer(client)
    client.cookies.clear()
    assert client.post("/api/v1/auth/logout", headers=headers).status_code == 200
    assert client.get("/api/v1/auth/me", headers=headers).status_code == 401


def test_token_lives_a_week(client, clock):
    headers = bearer(client)
    client.cookies.clear()
    clock.pass_time(seconds=7 * 86400 - 1)
    assert client.get("/api/v1/auth/me", headers=headers).status_code == 200
    clock.pass_time(seconds=1)
    assert client.get("/api/v1/auth/me", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer x", "Basic YTpi", "bearer \xff", "Bearer " + "x" * 5000]
)
def test_tokens_that_are_none_are_refused(client, header):
    answer = client.get("/api/v1/auth/me", headers={"Authorization": header.encode("latin-1")})
    assert answer.status_code == 401


def test_other_sites_cannot_use_the_cookie_to_change_things(client):
    client.post("/api/v1/auth/login", json=ADA)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = client.post("/api/v1/auth/logout", headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/cross-site-request")
    assert (
        client.post("/api/v1/auth/logout", headers={"Origin": "http://testserver.local"}).status_code == 200
    )


def test_other_sites_cannot_log_somebody_in(client):
    answer = client.post("/api/v1/auth/login", json=ADA, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_fields_that_are_not_known_are_refused(client):
    answer = client.post("/api/v1/auth/login", json=ADA | {"remember": True})
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/invalid-request")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"email":1}', b"\xff\xff", b"[" * 100_000])
def test_bodies_that_do_not_fit_are_refused(client, body):
    answer = client.post("/api/v1/auth/login", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text


def test_secrets_are_kept_as_hashes_only(client):
    token = client.post("/api/v1/auth/login", json=ADA).json()["accessToken"]

    def kept(session):
        return [*session.scalars(select(AccessToken.hash)), *session.scalars(select(User.password_hash))]

    database = client.app.state.hub.database
    found = client.blocking_portal.call(database.read, kept)
    assert all(token.encode() not in (one if isinstance(one, bytes) else one.encode()) for one in found)
    assert found[-1].startswith("$argon2id$v=19$m=19456,t=2,p=1$")
