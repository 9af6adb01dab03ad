"""What `circletime doctor` looks at: each check says what it found and, where it is not well, what to do."""

from __future__ import annotations

import asyncio
import shutil
import smtplib
import socket
import ssl
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import aiomqtt
from cryptography import x509
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from hub.accounts import audit
from hub.accounts import service as accounts
from hub.clock import Clock
from hub.db import failures, migrate, postgresql, sqlite
from hub.db.address import address
from hub.errors import DomainError
from hub.mail.mailers import smtp_server
from hub.mqtt.broker_address import broker_address
from hub.settings import Settings
from hub.tls.keyring import Keyring

GOOD, POOR, BAD = "ok", "look", "bad"
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
PATIENCE_S = 5.0
ENDS_SOON = timedelta(days=21)
CLOCK_SLACK = timedelta(minutes=2)
FREE_BYTES, SCARCE_BYTES = 2 << 30, 200 << 20
"""Below the first a look is due; below the second there is no room for a day's bookings and a backup."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`word` is GOOD, POOR (it works, and should be looked at) or BAD; `do` is empty where nothing has to be done."""

    word: str
    says: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """The hub as it is set here; `environ` is where it was set."""

    settings: Settings
    environ: Mapping[str, str]
    clock: Clock


def disk(patient: Patient) -> Iterator[Finding]:
    folder = patient.settings.data_dir
    if not folder.is_dir():
        yield Finding(
            POOR, f"{folder} is not there yet", "`circletime serve` makes it; or give another --data-dir."
        )
        return
    free = shutil.disk_usage(folder).free
    word = GOOD if free >= FREE_BYTES else POOR if free >= SCARCE_BYTES else BAD
    make_room = "" if word == GOOD else "Make room: at the end bookings are refused (storage-full)."
    yield Finding(word, f"{free >> 20} MB are free in {folder}", make_room)
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        yield Finding(POOR, f"others on this machine may look into {folder}", f"chmod 700 {folder}")


def secrets(patient: Patient) -> Iterator[Finding]:
    for name, path in patient.environ.items():
        named = name.startswith("CIRCLETIME_") and name.endswith("_FILE") and Path(path).is_file()
        if named and stat.S_IMODE(Path(path).stat().st_mode) & 0o077:
            yield Finding(POOR, f"others may read {path} ({name})", f"chmod 600 {path}")
    if patient.environ.get("CIRCLETIME_PASSWORD"):
        yield Finding(
            POOR,
            "CIRCLETIME_PASSWORD is set",
            "It is for one command; unset it, or use CIRCLETIME_PASSWORD_FILE.",
        )


def ports(patient: Patient) -> Iterator[Finding]:
    settings = patient.settings
    running = _hub_says(settings)
    wanted: list[tuple[str, int, str]] = [(settings.host, settings.port, "--port")]
    if settings.broker_url is None:
        wanted.append((settings.mqtt_host, settings.mqtt_port, "--mqtt-port"))
        if settings.mqtts_port is not None:
            wanted.append((settings.mqtts_address, settings.mqtts_port, "--mqtts-port"))
    for host, port, flag in wanted:
        if _is_free(host, port):
            yield Finding(GOOD, f"{host}:{port} is free for the hub")
        elif running is None:
            yield Finding(
                BAD,
                f"{host}:{port} is taken, and not by a hub",
                f"Give another {flag}, or end what listens there.",
            )
        else:
            yield Finding(GOOD, f"the hub listens on {host}:{port}")
    if running not in {None, 200}:
        yield Finding(
            BAD,
            "the hub runs, and cannot serve",
            "See below, and its log: the database or the broker is away.",
        )


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((host, port))
        except OSError:
            return False
    return True


def _hub_says(settings: Settings) -> int | None:
    """The status of its `/health/ready`; None where no hub answers."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104  compared, not bound
    at = f"{'https' if settings.https else 'http'}://{host}:{settings.port}/health/ready"
    whoever = ssl.create_default_context()  # whether one answers; whom browsers trust is another question
    whoever.check_hostname, whoever.verify_mode = False, ssl.CERT_NONE
    try:
        with urlopen(at, timeout=PATIENCE_S, context=whoever) as answer:  # noqa: S310  one of the two above
            return answer.status if b'"database"' in answer.read() else None
    except URLError as error:
        status = getattr(error, "code", None)
        return status if status == 503 else None
    except (OSError, ValueError):
        return None


def certificates(patient: Patient) -> Iterator[Finding]:
    """Of the panels' TLS and of the browsers'; a hub without either has none."""
    settings = patient.settings
    if settings.https:
        yield from _certificate(patient, settings.https_certificate, "web.pem")
    else:
        yield from _in_the_clear(settings)
    if settings.mqtts_port is not None:
        yield from _certificate(patient, settings.mqtts_certificate, "hub.pem")


def _in_the_clear(settings: Settings) -> Iterator[Finding]:
    if settings.host not in LOOPBACK:
        yield Finding(
            POOR,
            f"browsers may come to {settings.host}:{settings.port} without TLS",
            "--https; or --host 127.0.0.1, and a proxy with TLS before it.",
        )


def _certificate(patient: Patient, given: Path | None, name: str) -> Iterator[Finding]:
    settings = patient.settings
    own = given is None
    path = given or settings.data_dir / "tls" / name
    if own and not path.is_file():
        yield Finding(GOOD, "the hub makes its CA and its certificate when it starts")
        return
    do = (
        "Start the hub, which renews it." if own else "Put a new one there: the hub reads it again by itself."
    )
    try:
        Keyring(settings.data_dir).trusted()
        ends = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        yield Finding(
            BAD, f"a certificate or its key can't be used: {error}", "Put it back from where it is kept."
        )
        return
    left = ends - patient.clock.now()
    word = GOOD if left > ENDS_SOON else POOR if left > timedelta(0) else BAD
    yield Finding(word, f"the certificate in {path} ends {ends:%Y-%m-%d}", "" if word == GOOD else do)


def broker(patient: Patient) -> Iterator[Finding]:
    settings = patient.settings
    if settings.broker_url == "none":
        yield Finding(POOR, "this hub has no broker", "It reaches no panel; another hub beside it has to.")
    elif settings.outside_broker:
        yield asyncio.run(_outside(settings.broker_url or ""))
    elif settings.mqtt_host in LOOPBACK:
        yield Finding(GOOD, "panels on other machines come by TLS alone")
    else:
        yield Finding(
            POOR,
            f"panels may come to {settings.mqtt_host}:{settings.mqtt_port} without TLS",
            "On a network that is not yours alone: --mqtt-host 127.0.0.1, and --mqtts-port for panels.",
        )


async def _outside(url: str) -> Finding:
    at = broker_address(url)
    troubles = []
    for host, port in at.hosts:
        try:
            async with aiomqtt.Client(
                host, port, username=at.username, password=at.password, tls_context=at.tls, timeout=PATIENCE_S,
                identifier="circletime-doctor",
            ):  # fmt: skip
                return Finding(GOOD, f"the broker at {host}:{port} lets the hub in")
        except (aiomqtt.MqttError, OSError) as error:
            troubles.append(f"{host}:{port}: {error}")
    return Finding(
        BAD,
        f"no broker lets the hub in ({'; '.join(troubles)})",
        "Is it running, and is the hub's account right? docs/scaling.md",
    )


def database(patient: Patient) -> Iterator[Finding]:
    at = address(patient.settings.database)
    on_sqlite = at.get_backend_name() == "sqlite"
    if on_sqlite and not Path(at.database or "").is_file():
        yield Finding(
            POOR, "there is no database yet", "`circletime user add` or `circletime serve` makes it."
        )
        return
    engine = sqlite.reports(at) if on_sqlite else postgresql.reports(at)
    try:
        with failures.told(), engine.connect() as connection:
            yield from _examined(connection, patient.clock, on_sqlite=on_sqlite)
    except DomainError as error:
        yield Finding(
            BAD,
            f"the database does not answer: {error.detail}",
            "Is its server running, and is CIRCLETIME_DATABASE_URL right?",
        )
    except Exception as error:  # noqa: BLE001  whatever a damaged file leads to
        yield Finding(
            BAD,
            f"the database is damaged: {error}",
            "Restore a backup into a new one: docs/operating.md, Backup.",
        )
    finally:
        engine.dispose()


def _examined(connection: Connection, clock: Clock, *, on_sqlite: bool) -> Iterator[Finding]:
    if on_sqlite and (said := connection.scalar(text("PRAGMA quick_check"))) != "ok":
        raise ValueError(said)
    version, newest = migrate.version(connection), migrate.newest()
    if version is None or version < newest:
        found = f"the schema is {version or 'not there yet'}, this program's is {newest}"
        yield Finding(POOR, found, "`circletime serve` brings it up to date; take a backup first.")
    elif version > newest:
        found = f"the schema is {version}, newer than this program's {newest}"
        yield Finding(BAD, found, "Run the newer Circle Time again.")
    else:
        yield Finding(GOOD, f"the database answers, and its schema is {version}")
        with Session(connection) as session:
            yield _admin(session)
            yield _clock(session, clock.now())


def _admin(session: Session) -> Finding:
    if accounts.any_admin(session):
        return Finding(GOOD, "somebody is admin")
    return Finding(BAD, "nobody is admin", "circletime user add you@example.org --name You --role admin")


def _clock(session: Session, now: datetime) -> Finding:
    """Whether it has gone back: what was written down before lies in the future then."""
    last = audit.latest_at(session)
    if last is not None and now < last - CLOCK_SLACK:
        found = f"the clock says {now:%Y-%m-%d %H:%M} UTC, and something was done at {last:%Y-%m-%d %H:%M}"
        return Finding(BAD, found, "Set the clock, and have NTP keep it: timedatectl set-ntp true")
    return Finding(GOOD, f"the clock says {now:%Y-%m-%d %H:%M:%S} UTC")


def mail(patient: Patient) -> Iterator[Finding]:
    url = patient.settings.smtp_url
    if url is None:
        yield Finding(POOR, "no mail goes out: it is printed where the hub runs", "Set CIRCLETIME_SMTP_URL.")
        return
    server = smtp_server(url)
    kind = smtplib.SMTP_SSL if server.tls else smtplib.SMTP
    try:
        with kind(server.host, server.port, timeout=PATIENCE_S) as found:
            found.noop()
    except (OSError, smtplib.SMTPException) as error:
        said = f"the mail server {server.host}:{server.port} does not answer: {error}"
        yield Finding(BAD, said, "Is it running, and is CIRCLETIME_SMTP_URL right? Mail waits meanwhile.")
    else:
        yield Finding(GOOD, f"the mail server {server.host}:{server.port} answers")


CHECKS: dict[str, Callable[[Patient], Iterator[Finding]]] = {
    "disk": disk,
    "secrets": secrets,
    "ports": ports,
    "certificates": certificates,
    "broker": broker,
    "database": database,
    "mail": mail,
}
