"""Every endpoint of accounts, by everybody: what each role may, and that nothing else is open."""

import pytest

from tests.hub.rest import slug

EVERYBODY = {None, "nadia", "lena", "ada"}
LOGGED_IN = {"nadia", "lena", "ada"}
ADMINS = {"ada"}

RESET = {"email": "nadia@example.org"}
LINK = {"token": "x", "password": "long enough"}
TOKEN = {"name": "script", "scope": "read"}
PASSWORDS = {"currentPassword": "wrong one", "newPassword": "long enough"}
MIRA = {"email": "mira@example.org", "name": "Mira", "role": "member", "password": "long enough"}

ENDPOINTS = [
    ("POST", "/auth/login", {"email": "x@y", "password": "x"}, EVERYBODY),
    ("POST", "/auth/logout", {}, LOGGED_IN),
    ("GET", "/auth/me", None, LOGGED_IN),
    ("POST", "/auth/password-reset", RESET, EVERYBODY),
    ("POST", "/auth/password-reset/confirm", LINK, EVERYBODY),
    ("POST", "/auth/password", PASSWORDS, LOGGED_IN),
    ("GET", "/auth/sessions", None, LOGGED_IN),
    ("DELETE", "/auth/sessions/{id}", None, LOGGED_IN),
    ("GET", "/tokens", None, LOGGED_IN),
    ("POST", "/tokens", TOKEN, LOGGED_IN),
    ("DELETE", "/tokens/{id}", None, LOGGED_IN),
    ("GET", "/users", None, ADMINS),
    ("POST", "/users", MIRA, ADMINS),
    ("GET", "/users/{id}", None, ADMINS),
    ("PATCH", "/users/{id}", {"name": "X"}, ADMINS),
    ("DELETE", "/users/{id}", None, ADMINS),
    ("GET", "/audit", None, ADMINS),
]


@pytest.mark.parametrize(("method", "path", "body", "allowed"), ENDPOINTS, ids=lambda one: str(one)[:40])
def test_only_who_may_is_let_in(rest, method, path, body, allowed):
    for who in (None, "nadia", "lena", "ada"):
        answer = rest(method, path.replace("{id}", rest.house.tomas.id), who=who, json=body)
        if who in allowed:
            refused = answer.status_code in {401, 403} and not path.startswith(
                ("/auth/login", "/auth/password")
            )
            assert not refused, f"{who}: {answer.text}"
        elif who is None:
            assert slug(answer) == (401, "login-required")
        else:
            assert slug(answer) == (403, "admins-only")


def test_no_endpoint_of_accounts_is_missing_here(rest):
    described = rest.get("/schema/openapi.json").json()["paths"]
    ours = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in described.items()
        for method, told in methods.items()
        if "accounts" in told.get("tags", [])
    }
    assert ours == {(method, path) for method, path, _, _ in ENDPOINTS}


@pytest.mark.parametrize("path", ["/users", "/users/x", "/audit", "/tokens", "/auth/sessions"])
def test_cookie_is_no_way_in_for_other_sites(rest, path):
    rest.client.cookies.set("circletime_session", rest._tokens["ada"])
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    for method in ("POST", "PATCH", "DELETE"):
        answer = rest(method, path, who=None, headers=headers, json={})
        assert answer.status_code in {403, 405}
    rest.client.cookies.clear()
