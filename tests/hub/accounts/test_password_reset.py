"""A new password for who forgot theirs, by mail."""

import pytest
from sqlalchemy import event

from hub.accounts.models import User
from hub.accounts.passwords import hash_password
from tests.hub.mail_server import token_in
from tests.hub.rest import slug

NADIA = {"email": "nadia@example.org"}
NEW = "a new password"


def ask(rest, email="nadia@example.org"):
    return rest.post("/auth/password-reset", who=None, json={"email": email})


def confirm(rest, token, password=NEW):
    return rest.post("/auth/password-reset/confirm", who=None, json={"token": token, "password": password})


def log_in(rest, password):
    return rest.post("/auth/login", who=None, json=NADIA | {"password": password})


@pytest.fixture
def token(mailing, mail_server):
    ask(mailing)
    return token_in(mail_server.wait_for(1))


def test_link_sets_the_password_and_ends_every_session(mailing, token):
    assert mailing.get("/auth/me").status_code == 200
    assert confirm(mailing, token).status_code == 200
    assert mailing.get("/auth/me").status_code == 401
    assert mailing.get("/auth/me", who="tomas").status_code == 200
    assert log_in(mailing, NEW).status_code == 200


def test_mail_is_plain_and_says_what_to_do_if_it_was_not_you(mailing, mail_server):
    ask(mailing, " Nadia@Example.org")
    mail = mail_server.wait_for(1)
    assert (mail["To"], mail_server.recipients[0]) == ("nadia@example.org", ["nadia@example.org"])
    assert mail["From"] == "Circle Time <circletime@127.0.0.1>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    assert "If it was not you, do nothing" in mail.get_content()


def test_link_works_once(mailing, token):
    assert confirm(mailing, token).status_code == 200
    assert slug(confirm(mailing, token, "another password")) == (422, "bad-link")
    assert log_in(mailing, NEW).status_code == 200


def test_one_link_used_is_the_end_of_the_others(mailing, mail_server, token):
    ask(mailing)
    other = token_in(mail_server.wait_for(2))
    assert confirm(mailing, token).status_code == 200
    assert slug(confirm(mailing, other)) == (422, "bad-link")


def test_link_holds_an_hour(mailing, clock, token):
    clock.pass_time(hours=1)
    assert slug(confirm(mailing, token)) == (422, "bad-link")


def test_password_that_cannot_be_used_does_not_use_up_the_link(mailing, token):
    assert slug(confirm(mailing, token, "short")) == (422, "bad-password")
    assert confirm(mailing, token).status_code == 200


def test_link_dies_with_a_change_of_password_of_address_and_of_standing(mailing, mail_server):
    def set_password(session):
        session.query(User).filter_by(email=NADIA["email"]).one().password_hash = hash_password(
            "old password"
        )

    def own_change():
        mailing.write(set_password)
        mailing.as_token("nadia", log_in(mailing, "old password").json()["accessToken"])
        body = {"currentPassword": "old password", "newPassword": "yet another one"}
        return mailing.post("/auth/password", json=body)

    path = f"/users/{mailing.house.nadia.id}"
    ends = [
        own_change,
        lambda: mailing.patch(path, who="ada", json={"department": "Sales", "email": "n@example.org"}),
        lambda: mailing.patch(path, who="ada", json={"active": False}),
    ]
    addresses = ["nadia@example.org", "nadia@example.org", "n@example.org"]
    for number, (end, address) in enumerate(zip(ends, addresses, strict=True), 1):
        ask(mailing, address)
        token = token_in(mail_server.wait_for(number))
        assert end().status_code == 200
        assert slug(confirm(mailing, token)) == (422, "bad-link")


def test_unknown_and_deactivated_addresses_are_answered_alike_and_get_no_mail(mailing, mail_server):
    mailing.delete(f"/users/{mailing.house.tomas.id}", who="ada")
    answers = [ask(mailing, email) for email in ("nobody@example.org", "tomas@example.org", NADIA["email"])]
    assert {(one.status_code, one.text) for one in answers} == {(202, "{}")}
    mail_server.wait_for(1)
    assert [mail["To"] for mail in mail_server.mails] == [NADIA["email"]]


def test_request_takes_the_same_steps_for_known_and_unknown_addresses(rest):
    """Time is noisy, steps are not: not one statement differs."""
    steps: list[str] = []
    engine = rest.client.app.state.hub.database._writers.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *given: steps.append(given[2]))

    def steps_of(email):
        steps.clear()
        assert ask(rest, email).status_code == 202
        return [one for one in steps if "audit" not in one]

    def asked(email):
        found = steps_of(email)
        start = next(i for i, one in enumerate(found) if "FROM attempts" in one)
        end = next(i for i, one in enumerate(found) if "INSERT INTO outgoing_mails" in one)
        return found[start : end + 1]

    ask(rest, "warm-up@example.org")
    assert asked("nobody@example.org") == asked("nadia@example.org")


def test_requests_are_limited_for_an_address_whether_or_not_it_is_known(rest, clock):
    for email in ("nadia@example.org", "nobody@example.org"):
        assert [ask(rest, email).status_code for _ in range(6)] == [202] * 5 + [429]
    assert ask(rest, "tomas@example.org").status_code == 202
    clock.pass_time(hours=1)
    assert ask(rest).status_code == 202


def test_requests_are_limited_for_where_they_come_from(rest):
    found = [ask(rest, f"x{number}@example.org").status_code for number in range(21)]
    assert found == [202] * 20 + [429]


def test_guessing_links_is_limited(rest):
    found = [confirm(rest, f"guess-{number}").status_code for number in range(21)]
    assert found == [422] * 20 + [429]


@pytest.mark.parametrize(
    "email", ["", "x", "a@b, c@d", "a@b\r\nBcc: c@d", "\u0000@b", "x" * 300, None, 1, ["a@b"], {"a": "b"}]
)
def test_what_is_no_address_is_refused(rest, email):
    assert ask(rest, email).status_code == 422


@pytest.mark.parametrize("token", ["", "\u0000", "x" * 256, "é", None, 1, "../../etc"])
def test_what_is_no_link_is_refused(rest, token):
    assert confirm(rest, token).status_code == 422
