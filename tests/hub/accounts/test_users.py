"""People, as admins keep them."""

import pytest

from tests.hub.mail_server import token_in
from tests.hub.rest import slug

MIRA = {"email": "Mira@Example.org", "name": "Mira Holt", "role": "member", "department": "Design"}
PASSWORD = "correct horse battery"


def added(rest, **changes):
    answer = rest.post("/users", who="ada", json=MIRA | {"password": PASSWORD} | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


def log_in(rest, email, password=PASSWORD):
    return rest.post("/auth/login", who=None, json={"email": email, "password": password})


def test_user_added_with_a_password_logs_in_at_once(rest):
    user = added(rest)
    assert user | {"id": ""} == {
        "id": "",
        "email": "mira@example.org",
        "name": "Mira Holt",
        "role": "member",
        "department": "Design",
        "leadsDepartment": False,
        "active": True,
        "invited": False,
        "erased": False,
        "createdAt": "2026-11-23T08:00:00Z",
    }
    assert rest.get(f"/users/{user['id']}", who="ada").json() == user
    assert log_in(rest, "mira@example.org").json()["user"]["id"] == user["id"]


def test_user_added_without_a_password_is_mailed_an_invitation(mailing, mail_server):
    user = mailing.post("/users", who="ada", json=MIRA).json()
    assert user["invited"]
    assert log_in(mailing, "mira@example.org").status_code == 401
    mail = mail_server.wait_for(1)
    assert mail["To"] == "mira@example.org"
    accepted = {"token": token_in(mail), "password": PASSWORD}
    assert mailing.post("/auth/password-reset/confirm", who=None, json=accepted).status_code == 200
    assert log_in(mailing, "mira@example.org").status_code == 200
    assert not mailing.get(f"/users/{user['id']}", who="ada").json()["invited"]


def test_invitation_is_mailed_again_and_either_link_works(mailing, mail_server):
    user = mailing.post("/users", who="ada", json=MIRA).json()
    first = token_in(mail_server.wait_for(1))
    assert mailing.post(f"/users/{user['id']}/invitation", who="ada").status_code == 202
    again = mail_server.wait_for(2)
    assert again["To"] == "mira@example.org"
    assert token_in(again) != first
    accepted = {"token": first, "password": PASSWORD}
    assert mailing.post("/auth/password-reset/confirm", who=None, json=accepted).status_code == 200


def test_invitation_that_was_not_accepted_follows_a_new_address(mailing, mail_server):
    user = mailing.post("/users", who="ada", json=MIRA).json()
    first = token_in(mail_server.wait_for(1))
    mailing.patch(f"/users/{user['id']}", who="ada", json={"email": "holt@example.org"})
    second = mail_server.wait_for(2)
    assert second["To"] == "holt@example.org"
    confirm = "/auth/password-reset/confirm"
    old = mailing.post(confirm, who=None, json={"token": first, "password": PASSWORD})
    assert slug(old) == (422, "bad-link")
    new = mailing.post(confirm, who=None, json={"token": token_in(second), "password": PASSWORD})
    assert new.status_code == 200


def test_list_is_by_name_and_comes_in_pages(rest):
    added(rest, name="Bo", email="bo@example.org")
    names, cursor = [], None
    while True:
        page = rest.get(
            "/users", who="ada", params={"limit": 2} | ({"cursor": cursor} if cursor else {})
        ).json()
        names += [one["name"] for one in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert names == ["Ada Osei", "Bo", "Lena Brandt", "Nadia Kovacs", "Tomas Lind"]


def test_change_keeps_what_is_left_out(rest):
    user = added(rest)
    changed = rest.patch(f"/users/{user['id']}", who="ada", json={"role": "manager", "department": None})
    assert changed.json() == user | {"role": "manager", "department": None}


def test_new_role_holds_from_the_next_request(rest):
    lena = f"/users/{rest.house.lena.id}"
    assert rest.get("/panels", who="lena").status_code == 200
    rest.patch(lena, who="ada", json={"role": "member"})
    assert slug(rest.get("/panels", who="lena")) == (403, "managers-only")


def test_deactivated_user_is_out_at_once_and_their_history_stays(rest):
    nadia = rest.house.nadia
    wish = {"roomId": rest.house.carpet.id, "title": "Roadmap"}
    times = {"startsAt": "2026-11-23T10:00:00+01:00", "endsAt": "2026-11-23T11:00:00+01:00"}
    booking = rest.post("/bookings", json=wish | times).json()
    token = rest.post("/tokens", json={"name": "script", "scope": "write"}).json()["token"]
    rest.as_token("script", token)
    assert rest.delete(f"/users/{nadia.id}", who="ada").status_code == 204
    for who in ("nadia", "script"):
        assert rest.get("/auth/me", who=who).status_code == 401
    assert rest.get(f"/bookings/{booking['id']}", who="ada").json() == booking
    assert not rest.get(f"/users/{nadia.id}", who="ada").json()["active"]
    assert rest.delete(f"/users/{nadia.id}", who="ada").status_code == 204, "again is harmless"


def test_deactivated_user_logs_in_again_once_reactivated_and_not_before(rest):
    path = f"/users/{added(rest)['id']}"
    rest.delete(path, who="ada")
    assert log_in(rest, "mira@example.org").status_code == 401
    rest.patch(path, who="ada", json={"active": True})
    assert log_in(rest, "mira@example.org").status_code == 200


@pytest.mark.parametrize("change", [{"role": "manager"}, {"role": "member"}, {"active": False}])
def test_last_admin_stays_one(rest, change):
    path = f"/users/{rest.house.ada.id}"
    assert slug(rest.patch(path, who="ada", json=change)) == (409, "last-admin")
    assert slug(rest.delete(path, who="ada")) == (409, "last-admin")
    rest.patch(f"/users/{rest.house.lena.id}", who="ada", json={"role": "admin"})
    assert rest.patch(path, who="ada", json=change).status_code == 200


def test_admin_who_is_deactivated_does_not_count(rest):
    lena = f"/users/{rest.house.lena.id}"
    rest.patch(lena, who="ada", json={"role": "admin", "active": False})
    assert slug(rest.delete(f"/users/{rest.house.ada.id}", who="ada")) == (409, "last-admin")


def test_two_users_never_share_an_address(rest):
    user = added(rest)
    assert slug(rest.post("/users", who="ada", json=MIRA | {"password": PASSWORD})) == (409, "email-taken")
    taken = rest.patch(f"/users/{user['id']}", who="ada", json={"email": " NADIA@example.org "})
    assert slug(taken) == (409, "email-taken")
    same = rest.patch(f"/users/{user['id']}", who="ada", json={"email": "MIRA@example.org"})
    assert same.status_code == 200


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"email": "mira"}, "bad-email"),
        ({"email": "mira@a, eve@b"}, "bad-email"),
        ({"email": "mira@example.org\r\nBcc: eve@example.org"}, "bad-email"),
        ({"email": "<mira@example.org>"}, "bad-email"),
        ({"email": "mira\u0000@example.org"}, "bad-email"),
        ({"email": "m" * 250 + "@b.org"}, "invalid-request"),
        ({"name": "  "}, "bad-name"),
        ({"name": "Mira\nHolt"}, "bad-name"),
        ({"name": "Mira\u0000"}, "bad-name"),
        ({"name": "x" * 256}, "invalid-request"),
        ({"department": "a\u0000b"}, "bad-name"),
        ({"role": "owner"}, "invalid-request"),
        ({"role": None}, "invalid-request"),
        ({"active": "yes"}, "invalid-request"),
        ({"id": "x"}, "invalid-request"),
        ({"password": PASSWORD}, "invalid-request"),
        ({"passwordHash": "x"}, "invalid-request"),
    ],
)
def test_changes_that_cannot_be_meant_are_refused(rest, change, refused):
    path = f"/users/{rest.house.nadia.id}"
    before = rest.get(path, who="ada").json()
    assert slug(rest.patch(path, who="ada", json=change)) == (422, refused)
    assert rest.get(path, who="ada").json() == before


@pytest.mark.parametrize("password", ["", "short", "x" * 1025])
def test_passwords_that_cannot_be_used_add_nobody(rest, password):
    answer = rest.post("/users", who="ada", json=MIRA | {"password": password})
    assert slug(answer)[0] == 422
    assert "Mira Holt" not in rest.get("/users", who="ada").text


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "WzEsMl0", "eyJhIjoxfQ", "\x00"])
def test_cursors_that_are_none_are_refused(rest, cursor):
    for path in ("/users", "/audit"):
        answer = rest.get(path, who="ada", params={"cursor": cursor})
        assert answer.status_code in {200, 422}, "a cursor of another list may fit this one"


def test_users_that_are_not_there_are_told_so(rest):
    for method in ("GET", "PATCH", "DELETE"):
        answer = rest(method, "/users/nobody", who="ada", **({"json": {}} if method == "PATCH" else {}))
        assert slug(answer) == (404, "user-not-found")


def test_department_of_a_booking_is_that_of_when_it_was_made(rest):
    times = {"startsAt": "2026-11-23T10:00:00+01:00", "endsAt": "2026-11-23T11:00:00+01:00"}
    booking = rest.post("/bookings", json={"roomId": rest.house.carpet.id, "title": "Roadmap"} | times).json()
    rest.patch(f"/users/{rest.house.nadia.id}", who="ada", json={"department": "Sales", "name": "Nadia K."})
    organizer = rest.get(f"/bookings/{booking['id']}").json()["organizer"]
    assert (organizer["name"], organizer["department"]) == ("Nadia K.", "Research")
