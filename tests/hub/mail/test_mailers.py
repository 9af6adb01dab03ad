"""Mail over a real SMTP server, and onto the console."""

import asyncio
import io
import socket
import ssl
import subprocess
from datetime import UTC, datetime

import pytest
from aiosmtpd.smtp import AuthResult

from hub.app import create_app
from hub.mail.mailers import ConsoleMailer, NotSent, SmtpMailer, SmtpServer, smtp_server
from hub.mail.outbox import Mail
from hub.settings import BadSetting, Settings
from tests.hub.mail_server import MailServer

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
MAIL = Mail("abc123", "nadia@example.org", "Grüße \N{EN DASH} hello", "Sala jest wolna.\nGęślą jaźń\n")
SENDER = "circletime@hub.example.org"


def send(url, mail=MAIL):
    asyncio.run(SmtpMailer(smtp_server(url), SENDER).send(mail, NOW))


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """Of `localhost`, trusted in this test."""
    pem, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    subprocess.run([*made, "-keyout", key, "-out", pem, *names], check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    return context


@pytest.fixture
def serving():
    started = []

    def start(**options):
        server = MailServer(**options)
        server.start()
        started.append(server)
        return server

    yield start
    for one in started:
        one.stop()


def test_mail_arrives_as_it_was_written(mail_server):
    send(mail_server.url)
    (mail,) = mail_server.mails
    assert mail["To"] == "nadia@example.org"
    assert mail["From"] == f"Circle Time <{SENDER}>"
    assert mail["Subject"] == MAIL.subject
    assert mail["Message-ID"] == "<abc123@hub.example.org>"
    assert mail["Date"].datetime == NOW
    assert mail.get_content().replace("\r\n", "\n") == MAIL.body


@pytest.mark.parametrize(
    ("answer", "for_good"),
    [("451 try later", False), ("421 busy", False), ("552 too large", True), ("554 spam", True)],
)
def test_refusals_of_the_mail_server_are_told_for_now_from_for_ever(mail_server, answer, for_good):
    mail_server.answers = [answer]
    with pytest.raises(NotSent, match=answer) as refused:
        send(mail_server.url)
    assert refused.value.for_good is for_good


@pytest.mark.parametrize(("code", "for_good"), [(450, False), (550, True)])
def test_recipient_the_mail_server_does_not_know(mail_server, monkeypatch, code, for_good):
    async def refuse(_server, _session, _envelope, _address, _options):
        return f"{code} no such user here"

    monkeypatch.setattr(MailServer, "handle_RCPT", staticmethod(refuse), raising=False)
    with pytest.raises(NotSent, match="no such user here") as refused:
        send(mail_server.url)
    assert refused.value.for_good is for_good


def test_mail_server_that_is_down_may_come_back():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, and not listening
        with pytest.raises(NotSent, match="ConnectionRefused") as refused:
            send(f"smtp://127.0.0.1:{nobody.getsockname()[1]}")
    assert not refused.value.for_good


@pytest.mark.parametrize(
    "mail",
    [
        Mail("x", "a@b.org\r\nBcc: c@d.org", "s", "b"),
        Mail("x", "a@b.org, c@d.org", "s", "b"),
        Mail("x", "", "s", "b"),
        Mail("x", "a@b.org", "s\r\nBcc: c@d.org", "b"),
    ],
)
def test_mail_that_cannot_be_written_is_given_up_and_sends_nothing(mail_server, mail):
    with pytest.raises(NotSent) as refused:
        send(mail_server.url, mail)
    assert refused.value.for_good
    assert mail_server.mails == []


def _allow(_server, _session, _envelope, _mechanism, data):
    right = (data.login, data.password) == (b"circle", b"p@ss:w/rd")
    return AuthResult(success=right, handled=False)


def test_login_goes_over_starttls(serving, certificate):
    server = serving(tls_context=certificate, authenticator=_allow, auth_required=True)
    port = server.url.rpartition(":")[2]
    send(f"smtp://circle:p%40ss%3Aw%2Frd@localhost:{port}")
    assert len(server.mails) == 1
    with pytest.raises(NotSent, match="535"):
        send(f"smtp://circle:wrong@localhost:{port}")


def test_certificate_that_nobody_vouches_for_is_refused(serving, certificate, monkeypatch):
    server = serving(tls_context=certificate)
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(NotSent, match="CERTIFICATE_VERIFY_FAILED"):
        send(f"smtp://localhost:{server.url.rpartition(':')[2]}")
    assert server.mails == []


def test_password_never_leaves_in_clear(serving, monkeypatch):
    server = serving(authenticator=_allow, auth_require_tls=False)
    port = int(server.url.rpartition(":")[2])
    monkeypatch.setattr("hub.mail.mailers._is_this_machine", lambda _: False)
    with pytest.raises(NotSent, match="offers no TLS"):
        send(f"smtp://circle:p%40ss%3Aw%2Frd@127.0.0.1:{port}")
    assert server.mails == []


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", SmtpServer(host="mail.example.org", port=587, tls=False)),
        ("smtps://u:p%40@m.org/", SmtpServer(host="m.org", port=465, tls=True, user="u", password="p@")),
        ("smtp://[::1]:2525", SmtpServer(host="::1", port=2525, tls=False)),
    ],
)
def test_settings_name_a_server(url, server):
    assert smtp_server(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "http://u:secret@m.org",
        "smtp://",
        "smtp://u:secret@m.org:port",
        "smtp://m.org/x?y",
    ],
)
def test_settings_that_name_none_are_refused_without_telling_the_password(tmp_path, url):
    with pytest.raises(BadSetting, match="CIRCLETIME_SMTP_URL") as refused:
        create_app(Settings(data_dir=tmp_path, broker_url="none", smtp_url=url))
    assert "secret" not in str(refused.value)


def test_settings_do_not_tell_the_password():
    url = "smtp://u:hunter2@m.org"
    assert "hunter2" not in repr(Settings(smtp_url=url)) + repr(smtp_server(url))


def test_console_shows_the_mail():
    to = io.StringIO()
    asyncio.run(ConsoleMailer(to).send(MAIL, NOW))
    assert to.getvalue() == f"--- mail to {MAIL.recipient}: {MAIL.subject}\n{MAIL.body}---\n"
