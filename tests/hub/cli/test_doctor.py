"""`circletime doctor` finds what is broken here, one thing after the other, and says what to do."""

import shutil
import socket
import sqlite3
from dataclasses import replace

import pytest

from hub.cli import checkup, doctor
from hub.cli.checkup import BAD, CHECKS, GOOD, POOR, Patient
from hub.settings import Settings
from hub.tls.keyring import Keyring
from tests.fakes import FakeClock
from tests.flows.site import free_port


@pytest.fixture
def well(tmp_path, furnished_database, mail_server):
    """A hub that is set up as it should be."""
    with furnished_database("sqlite") as url:
        tmp_path.chmod(0o700)
        shutil.copy(url.removeprefix("sqlite:///"), tmp_path / "circletime.db")
        settings = Settings(
            data_dir=tmp_path, port=free_port(), mqtt_port=free_port(), smtp_url=mail_server.url
        )
        yield Patient(settings, {}, FakeClock())


def found(patient, check, word):
    """What this check says with that word; each says what to do, unless all is well."""
    findings = [one for one in CHECKS[check](patient) if one.word == word]
    assert all(bool(one.do) == (word != GOOD) for one in findings)
    return " ".join(one.says for one in findings)


def with_(patient, **settings):
    return replace(patient, settings=replace(patient.settings, **settings))


def sql(patient, statement):
    with sqlite3.connect(patient.settings.data_dir / "circletime.db") as connection:
        connection.execute(statement)


def test_hub_that_is_well_has_nothing_to_be_looked_at(well):
    words = {name: {one.word for one in check(well)} for name, check in CHECKS.items()}
    assert words == {name: {GOOD} for name in CHECKS} | {"secrets": set(), "certificates": set()}


def test_postgresql_that_is_well_is_said_to_be(well, furnished_database):
    with furnished_database("postgres") as url:
        on_postgresql = with_(well, database_url=url)
        assert "somebody is admin" in found(on_postgresql, "database", GOOD)
        assert not found(on_postgresql, "database", BAD)


def test_full_disk_is_found(well, monkeypatch):
    monkeypatch.setattr(checkup, "FREE_BYTES", 1 << 60)
    assert "are free" in found(well, "disk", POOR)
    monkeypatch.setattr(checkup, "SCARCE_BYTES", 1 << 60)
    assert "are free" in found(well, "disk", BAD)


def test_data_that_others_may_read_is_found(well):
    well.settings.data_dir.chmod(0o755)
    assert "others on this machine" in found(well, "disk", POOR)
    secret = well.settings.data_dir / "smtp"
    secret.write_text("smtp://h")
    secret.chmod(0o644)
    environ = {"CIRCLETIME_SMTP_URL_FILE": str(secret), "CIRCLETIME_PASSWORD": "x"}
    told = found(replace(well, environ=environ), "secrets", POOR)
    assert str(secret) in told
    assert "CIRCLETIME_PASSWORD is set" in told


@pytest.mark.parametrize("name", ["port", "mqtt_port"])
def test_port_that_somebody_else_has_is_found(well, name):
    with socket.socket() as holder:  # which does not listen, so that nobody waits for its answer
        holder.bind(("127.0.0.1", 0))
        taken = holder.getsockname()[1]
        assert "taken, and not by a hub" in found(with_(well, **{name: taken}), "ports", BAD)


def test_certificate_that_ends_is_over_or_can_not_be_read_is_found(well):
    folder, now = well.settings.data_dir, well.clock.now()
    own = with_(well, mqtts_port=free_port())
    assert "makes its CA" in found(own, "certificates", GOOD)
    kept = Keyring(folder).leaf(("hub.example.org",), now)
    assert "ends 2027-02-21" in found(own, "certificates", GOOD)
    for days, word in ((80, POOR), (20, BAD)):
        well.clock.pass_time(days=days)
        assert "ends 2027-02-21" in found(own, "certificates", word)
        assert "ends 2027-02-21" in found(with_(own, mqtts_certificate=kept), "certificates", word)
    kept.write_bytes(b"no certificate")
    assert "can't be used" in found(own, "certificates", BAD)
    assert "can't be used" in found(with_(own, mqtts_certificate=folder / "none.pem"), "certificates", BAD)


def test_broker_that_does_not_answer_is_found(well):
    at = f"127.0.0.1:{free_port()}"
    assert at in found(with_(well, broker_url=f"mqtt://hub:hunter2@{at}"), "broker", BAD)
    assert "without TLS" in found(with_(well, mqtt_host="0.0.0.0"), "broker", POOR)
    assert "no broker" in found(with_(well, broker_url="none"), "broker", POOR)


def test_database_that_is_away_damaged_or_of_another_version_is_found(well):
    away = with_(well, database_url=f"postgresql://u@127.0.0.1:{free_port()}/x")
    assert "does not answer" in found(away, "database", BAD)
    sql(well, "UPDATE alembic_version SET version_num = '0001'")
    assert "0001" in found(well, "database", POOR)
    sql(well, "UPDATE alembic_version SET version_num = '9999'")
    assert "newer" in found(well, "database", BAD)
    (well.settings.data_dir / "circletime.db").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    assert "damaged" in found(well, "database", BAD)
    (well.settings.data_dir / "circletime.db").unlink()
    assert "no database yet" in found(well, "database", POOR)


def test_clock_that_went_back_is_found(well):
    well.clock.pass_time(days=-400)
    assert "something was done" in found(well, "database", BAD)


def test_hub_without_an_admin_is_found(well):
    sql(well, "UPDATE users SET active = 0 WHERE role = 'admin'")
    assert "nobody is admin" in found(well, "database", BAD)


def test_mail_server_that_is_away_is_found(well):
    assert "does not answer" in found(with_(well, smtp_url=f"smtp://127.0.0.1:{free_port()}"), "mail", BAD)
    assert "no mail" in found(with_(well, smtp_url=None), "mail", POOR)


def test_exit_code_says_whether_something_is_bad(well, monkeypatch, capsys):
    from hub.__main__ import main

    monkeypatch.setattr(doctor, "WallClock", lambda: well.clock)
    monkeypatch.setenv("CIRCLETIME_SMTP_URL", well.settings.smtp_url)
    words = ["doctor", "--data-dir", str(well.settings.data_dir), "--port", str(well.settings.port)]
    words += ["--mqtt-port", str(well.settings.mqtt_port)]
    assert main(words) == 0
    sql(well, "UPDATE users SET active = 0 WHERE role = 'admin'")
    assert main(words) == 1
    assert "circletime user add" in capsys.readouterr().out
