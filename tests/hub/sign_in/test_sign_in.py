"""Signing in by a certified provider: who becomes whom here, and as what."""

from urllib.parse import parse_qs, urlsplit

import pytest

from hub.clock import WallClock
from tests.hub.rest import slug
from tests.oidc.provider import CLIENT


@pytest.fixture
def hub(hub_with, certified):
    with hub_with(certified, WallClock()) as found:
        yield found


def user(hub, name):
    return hub.rest.get(f"/users/{getattr(hub.rest.house, name).id}", who="ada").json()


def test_somebody_with_an_account_is_let_in_by_the_provider_and_led_back(hub):
    assert hub.sign_in("u-nadia", back_to="/rooms/x?date=2026-11-23") == "/rooms/x?date=2026-11-23"
    nadia = hub.rest.house.nadia
    assert hub.me()["id"] == nadia.id
    assert hub.me() | {"role": "member", "department": "Optics"} == hub.me(), "what the provider says of her"
    assert user(hub, "nadia")["invited"] is False
    linked, changed = hub.audit("user.link")[0], hub.audit("user.change")[0]
    assert (linked["actor"]["id"], linked["detail"]) == (nadia.id, {"issuer": hub.provider.issuer})
    assert changed["detail"] == {"department": ["Research", "Optics"]}


def test_somebody_new_gets_an_account_with_role_and_department_of_the_provider_s_word(hub):
    assert hub.sign_in("u-mira") == "/rooms"
    assert hub.me() | {"name": "Mira Sol", "role": "manager", "department": "Finance"} == hub.me()
    first = hub.me()["id"]
    hub.client.cookies.clear()
    hub.sign_in("u-mira")
    assert hub.me()["id"] == first, "the second time it is the same account"
    assert [one["actor"] for one in hub.audit("user.create") if one["subjectId"] == first] == [None]


def test_who_they_are_there_decides_whatever_address_they_have_here(hub):
    hub.sign_in("u-nadia")
    nadia = hub.rest.house.nadia.id
    assert (
        hub.rest.patch(f"/users/{nadia}", who="ada", json={"email": "kovacs@example.org"}).status_code == 200
    )
    hub.client.cookies.clear()
    hub.sign_in("u-nadia")
    assert hub.me()["id"] == nadia


def test_role_follows_the_provider_at_each_login_and_the_last_admin_stays(hub, certified, hub_with):
    ada, lena = hub.rest.house.ada.id, hub.rest.house.lena.id
    hub.rest.patch(f"/users/{lena}", who="ada", json={"role": "admin"})
    hub.sign_in("u-lena")
    assert hub.me()["role"] == "manager", "there is another admin: she is one no longer"
    hub.rest.patch(f"/users/{lena}", who="ada", json={"role": "admin"})
    hub.rest.patch(f"/users/{ada}", who="lena", json={"role": "member"})
    hub.client.cookies.clear()
    hub.sign_in("u-lena")
    assert hub.me()["role"] == "admin", "somebody has to be"
    told = hub.rest.get("/audit?action=user.last-admin", who="lena").json()["items"]
    assert [(one["subjectId"], one["detail"]) for one in told] == [(lena, {"role": ["admin", "manager"]})]
    hub.client.cookies.clear()
    hub.sign_in("u-ada")
    assert hub.me()["role"] == "admin", "the provider says so"


def test_deactivated_account_stays_out_and_is_not_linked(hub):
    for person in ("nadia", "lena"):
        if person == "lena":
            hub.sign_in("u-lena")
            hub.client.cookies.clear()
        assert hub.rest.delete(f"/users/{getattr(hub.rest.house, person).id}", who="ada").status_code == 204
        assert hub.sign_in(f"u-{person}") == "account-deactivated"
    assert len(hub.audit("user.link")) == 1


def test_address_that_the_provider_has_not_verified_opens_nobody_s_account(hub):
    assert hub.sign_in("u-mallory") == "address-not-verified"
    assert hub.audit("user.link") == []


def test_newcomers_are_of_the_site_s_domains_and_wanted(hub_with, certified):
    with hub_with(certified, WallClock(), oidc_mail_domains="Example.org") as hub:
        assert hub.sign_in("u-far") == "no-account"
        assert hub.sign_in("u-mira") == "/rooms"
    with hub_with(certified, WallClock(), oidc_new_accounts="off") as hub:
        assert hub.sign_in("u-mira") == "no-account"
        assert hub.sign_in("u-nadia") == "/rooms", "she has one"


def test_login_page_is_told_how_people_log_in(hub, hub_with, certified):
    assert hub.client.get("/api/v1/auth/ways").json() == {"password": True, "provider": "Example Works"}
    with hub_with(certified, WallClock(), password_login="off") as other:
        assert other.client.get("/api/v1/auth/ways").json() == {
            "password": False,
            "provider": "Example Works",
        }


def test_passwords_can_be_switched_off(hub_with, certified):
    login = {"email": "nadia@example.org", "password": "long enough"}
    with hub_with(certified, WallClock(), password_login="off") as hub:
        for path, body in (
            ("/auth/login", login),
            ("/auth/password-reset", {"email": "nadia@example.org"}),
            ("/auth/password-reset/confirm", {"token": "x", "password": "long enough"}),
        ):
            assert slug(hub.rest.post(path, who=None, json=body)) == (403, "password-login-off")
        change = {"currentPassword": "long enough", "newPassword": "long enough 2"}
        assert slug(hub.rest.post("/auth/password", json=change)) == (403, "password-login-off")
        assert hub.sign_in("u-nadia") == "/rooms"


def test_logging_out_ends_the_session_at_the_provider_too(hub):
    hub.sign_in("u-nadia")
    assert any(one["current"] for one in hub.client.get("/api/v1/auth/sessions").json()["items"])
    there = hub.client.post("/api/v1/auth/logout").json()["providerUrl"]
    asked = parse_qs(urlsplit(there).query)
    assert there.startswith(f"{hub.provider.issuer}/session/end?")
    assert asked == {"client_id": [CLIENT], "post_logout_redirect_uri": ["http://rooms.example.org/login"]}
    assert hub.client.get("/api/v1/auth/me").status_code == 401


def test_who_came_by_a_password_logs_out_here_alone(hub):
    assert hub.rest.post("/auth/logout", who="lena").json() == {"providerUrl": None}


def test_provider_s_word_is_asked_by_pkce_state_and_nonce_for_no_more_than_is_needed(hub):
    asked = {name: one for name, (one,) in parse_qs(urlsplit(hub.start()).query).items()}
    assert asked | {"state": "", "nonce": "", "code_challenge": ""} == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": "http://rooms.example.org/api/v1/auth/oidc/callback",
        "scope": "openid email profile",
        "code_challenge_method": "S256",
        "state": "",
        "nonce": "",
        "code_challenge": "",
    }
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert all(len(asked[name]) == 43 for name in ("state", "nonce", "code_challenge"))
