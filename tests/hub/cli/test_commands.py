"""What an operator is told who mistypes: a sentence, never a traceback."""

import subprocess
import sys

import pytest

from hub.__main__ import COMMANDS, main
from hub.settings import Settings
from tests.fakes import FakeClock
from tests.hub.rest import running_hub


@pytest.fixture
def circletime(monkeypatch, capsys):
    """Runs a command with nobody at its terminal; gives its exit status, and what it printed and complained."""

    def nobody(_prompt):
        raise EOFError

    def run(*words, **environment):
        monkeypatch.setattr("getpass.getpass", nobody)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        try:
            status = main(words)
        except SystemExit as exit_:
            status = exit_.code
        return status, *capsys.readouterr()

    return run


ADD = ("user", "add", "ada@example.org", "--name", "Ada")


@pytest.mark.parametrize(
    ("words", "environment", "told"),
    [
        (("serve", "--port", "99999"), {}, "99999"),
        (("serve", "--mqtt-port", "-1"), {}, "mqtt-port"),
        (("serve",), {"CIRCLETIME_PORT": "http"}, "CIRCLETIME_PORT"),
        (("serve",), {"CIRCLETIME_BROKER_URL": "http://elsewhere"}, "CIRCLETIME_BROKER_URL"),
        (("serve",), {"CIRCLETIME_DATABASE_URL": "garbage"}, "CIRCLETIME_DATABASE_URL"),
        (("serve",), {"CIRCLETIME_DATABASE_URL": "postgresql://h:abc/x"}, "CIRCLETIME_DATABASE_URL"),
        (
            ("serve",),
            {"CIRCLETIME_DATABASE_URL": "postgresql://u:secret@h/x?bogus=1"},
            "CIRCLETIME_DATABASE_URL",
        ),
        (("serve",), {"CIRCLETIME_DATABASE_URL": "postgresql://u@127.0.0.1:1/x"}, "does not answer"),
        (("serve",), {"CIRCLETIME_DATABASE_URL": "sqlite:////proc"}, "does not answer"),
        (("serve", "--mqtts-port", "8883", "--mqtts-certificate", "hub.pem"), {}, "--mqtts-ca"),
        (
            ("serve", "--mqtts-port", "8883", "--mqtts-certificate", "no.pem", "--mqtts-ca", "no.pem"),
            {},
            "can't read the TLS certificate",
        ),
        (("serve", "--mqtts-port", "8883"), {"CIRCLETIME_BROKER_URL": "none"}, "no CA"),
        (("tls", "show"), {}, "no CA yet"),
        (("tls", "next-ca"), {}, "no CA yet"),
        (("tls", "use-next-ca"), {}, "next-ca"),
        ((*ADD, "--data-dir", "/proc/nowhere"), {"CIRCLETIME_PASSWORD": "long enough"}, "/proc/nowhere"),
        (ADD, {"CIRCLETIME_PASSWORD": "short"}, "8 to 1024"),
        (ADD, {"CIRCLETIME_PASSWORD": ""}, "CIRCLETIME_PASSWORD"),
        (("user", "add", "nobody", "--name", "Ada"), {"CIRCLETIME_PASSWORD": "long enough"}, "e-mail"),
        (("dance",), {}, "dance"),
    ],
)
def test_mistakes_are_told_in_a_sentence(circletime, tmp_path, words, environment, told):
    status, _, complaint = circletime(*words, **{"CIRCLETIME_DATA_DIR": str(tmp_path)} | environment)
    assert status in {1, 2}
    assert told in complaint
    assert "Traceback" not in complaint
    assert "secret" not in complaint


def test_what_a_command_makes_is_for_nobody_else_to_read(circletime, tmp_path):
    folder = tmp_path / "new"
    where = {"CIRCLETIME_DATA_DIR": str(folder), "CIRCLETIME_PASSWORD": "long enough"}
    assert circletime(*ADD, **where)[0] == 0
    assert (folder.stat().st_mode & 0o777, (folder / "circletime.db").stat().st_mode & 0o777) == (
        0o700,
        0o600,
    )


@pytest.mark.parametrize(
    "words",
    [
        (),
        *((name,) for name in COMMANDS),
        ("user", "add"),
        ("user", "recover"),
        ("user", "unlink"),
        ("panel", "simulate"),
        ("tls", "show"),
    ],
)
def test_every_command_explains_itself(circletime, words):
    status, explained, _ = circletime(*words, "--help")
    assert status == 0
    assert "circletime" in explained


def test_user_who_exists_is_not_made_again(circletime, tmp_path):
    where = {"CIRCLETIME_DATA_DIR": str(tmp_path), "CIRCLETIME_PASSWORD": "long enough"}
    assert circletime(*ADD, **where)[0] == 0
    status, _, complaint = circletime(*ADD, **where)
    assert (status, "already" in complaint) == (2, True)


def test_list_of_commands_is_there_at_once():
    """The hub's own parts take seconds to load."""
    look = "import sys; from hub.__main__ import main\ntry: main(['--help'])\nfinally: print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout
    assert all(name in told for name in COMMANDS)
    assert not {"sqlalchemy", "litestar", "hub.app"} & set(told.split())


def test_admin_whose_password_is_lost_is_let_in_again_with_the_new_one_alone(circletime, tmp_path):
    where = {"CIRCLETIME_DATA_DIR": str(tmp_path)}
    assert circletime(*ADD, "--role", "admin", CIRCLETIME_PASSWORD="the old one", **where)[0] == 0
    settings = Settings(data_dir=tmp_path, broker_url="none")
    login = {"email": "ada@example.org"}
    with running_hub(settings, FakeClock()) as hub:
        token = hub.post("/api/v1/auth/login", json=login | {"password": "the old one"}).json()["accessToken"]
        other = {"email": "lena@example.org", "name": "Lena", "role": "admin", "password": "long enough"}
        mine = {"Authorization": f"Bearer {token}"}
        assert hub.post("/api/v1/users", json=other, headers=mine).status_code == 201
        ada = hub.get("/api/v1/auth/me", headers=mine).json()["id"]
        assert hub.patch(f"/api/v1/users/{ada}", json={"role": "member"}, headers=mine).status_code == 200
        kept = tmp_path / "password"
        kept.write_text("the new one\n")
        now = {"CIRCLETIME_PASSWORD": "", "CIRCLETIME_PASSWORD_FILE": str(kept)}
        status, said, _ = circletime("user", "recover", "ada@example.org", **where, **now)
        assert (status, "as admin" in said) == (0, True)
        assert hub.get("/api/v1/auth/me", headers=mine).status_code == 401
        assert hub.post("/api/v1/auth/login", json=login | {"password": "the old one"}).status_code == 401
        back = hub.post("/api/v1/auth/login", json=login | {"password": "the new one"}).json()
        assert back["user"]["role"] == "admin"
        (told,) = hub.get(
            "/api/v1/audit?action=user.recover", headers={"Authorization": f"Bearer {back['accessToken']}"}
        ).json()["items"]
        assert told["actor"] is None
    nobody = circletime("user", "recover", "nobody@example.org", **where, **now)
    assert (nobody[0], "nobody@example.org" in nobody[2].lower()) == (2, True)


def test_account_is_given_to_who_has_its_address_now(circletime, tmp_path):
    """Its sessions end; the next who signs in with the address has it (tests/hub/sign_in)."""
    where = {"CIRCLETIME_DATA_DIR": str(tmp_path)}
    assert circletime(*ADD, "--role", "admin", CIRCLETIME_PASSWORD="long enough", **where)[0] == 0
    with running_hub(Settings(data_dir=tmp_path, broker_url="none"), FakeClock()) as hub:
        login = {"email": "ada@example.org", "password": "long enough"}
        token = hub.post("/api/v1/auth/login", json=login).json()["accessToken"]
        hub.cookies.clear()
        status, said, _ = circletime("user", "unlink", "Ada@example.org", **where)
        assert (status, "ada@example.org" in said) == (0, True)
        assert hub.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert circletime("user", "unlink", "nobody@example.org", **where)[0] == 2
