"""No secret is in the database or in the log, whatever was done with it."""

import logging

from tests.hub.mail_server import token_in

PASSWORD, NEW, WRONG = "a password that is right", "a new password of mine", "a password that is wrong"


def test_neither_database_nor_log_holds_a_secret(mailing, mail_server, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, logger="hub")
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # the test's own mail server shows what it gets
    secrets = [PASSWORD, NEW, WRONG]

    def token_of(answer, name):
        assert answer.is_success, answer.text
        secrets.append(answer.json()[name])
        return answer.json()[name]

    body = {"email": "mira@example.org", "name": "Mira", "role": "member"}
    assert mailing.post("/users", who="ada", json=body).status_code == 201
    secrets.append(token_in(mail_server.wait_for(1)))
    confirm = {"token": secrets[-1], "password": PASSWORD}
    assert mailing.post("/auth/password-reset/confirm", who=None, json=confirm).status_code == 200
    login = {"email": "mira@example.org", "password": PASSWORD}
    assert mailing.post("/auth/login", who=None, json=login | {"password": WRONG}).status_code == 401
    assert mailing.post("/auth/login", who=None, json=login | {"email": PASSWORD}).status_code == 401
    mailing.as_token("mira", token_of(mailing.post("/auth/login", who=None, json=login), "accessToken"))
    change = {"currentPassword": PASSWORD, "newPassword": NEW}
    assert mailing.post("/auth/password", who="mira", json=change).status_code == 200
    token_of(mailing.post("/tokens", who="mira", json={"name": "script", "scope": "read"}), "token")
    token_of(mailing.post("/panels", who="lena", json={"name": "Door"}), "secret")
    mailing.post("/auth/password-reset", who=None, json={"email": "mira@example.org"})
    secrets.append(token_in(mail_server.wait_for(2)))
    used = confirm | {"token": "x" + secrets[-1]}
    assert mailing.post("/auth/password-reset/confirm", who=None, json=used).status_code == 422

    kept = b"".join(path.read_bytes() for path in tmp_path.glob("circletime.db*"))
    assert b"mira@example.org" in kept, "we are looking in the right place"
    for secret in secrets:
        assert secret.encode() not in kept
        assert secret not in caplog.text
    assert len(set(secrets)) == 8
