"""What an operator can set, from flags and from `CIRCLETIME_...` variables (contract, "Command line")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

NO_BROKER = "none"


class BadSetting(ValueError):
    """Raised when a setting can't be meant; the text names it and says what it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the hub keeps its data and where it listens.

    `broker_url` None is the embedded broker; `none` is a hub without one, beside another that has it; `mqtt://`
    and `mqtts://` are brokers elsewhere (docs/scaling.md), of which `panels_broker_url` is what panels are told.
    `nats_url` and `nats_seed_file`: a NATS cluster asks the hub at each login. `broker_secret_file` holds what
    another broker proves itself with when it asks over HTTP.
    `public_url` is where browsers and phones find the hub; None: `http://host:port`.
    `smtp_url` is `smtp://user:password@host:port` or `smtps://...`; None prints mail on the console.
    `mail_from` is the address mail comes from; None: circletime@ the public URL's host.
    `notifications`: whether people are mailed about their bookings; invitations and new passwords always are.
    """

    data_dir: Path = Path("data")
    host: str = "127.0.0.1"
    port: int = 8000
    mqtt_host: str = "127.0.0.1"
    mqtt_port: int = 1883
    mqtts_port: int | None = None
    mqtts_certificate: Path | None = None
    mqtts_key: Path | None = None
    database_url: str | None = None
    broker_url: str | None = field(default=None, repr=False)
    panels_broker_url: str | None = None
    nats_url: str | None = field(default=None, repr=False)
    nats_seed_file: Path | None = None
    broker_secret_file: Path | None = None
    public_url: str | None = None
    login_failures_per_minute: int = 10
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    notifications: bool = True

    @property
    def database(self) -> str:
        """The database's URL; the default is a SQLite file in the data directory."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir.resolve() / 'circletime.db'}"

    @property
    def url(self) -> str:
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104  compared, not bound
        return f"http://{host}:{self.port}"

    @property
    def outside_broker(self) -> bool:
        """Whether panels connect to a broker elsewhere, which this hub is a client of."""
        return self.broker_url not in {None, NO_BROKER}

    @property
    def needs_data_directory(self) -> bool:
        """Whether one hub only may serve panels from there: with the embedded broker, or on SQLite."""
        on_sqlite = self.database.startswith("sqlite")
        return self.broker_url is None or (self.outside_broker and on_sqlite)

    @property
    def broker_keeps_passwords(self) -> bool:
        """Whether that broker has to be told each panel's secret."""
        return "access=dynsec" in (self.broker_url or "")

    @property
    def mail_sender(self) -> str:
        return self.mail_from or f"circletime@{urlsplit(self.url).hostname}"


def port(words: str) -> int:
    """A port number; 0 asks for any that is free. Raises ValueError for anything else."""
    if not words.isdecimal() or not 0 <= int(words) <= 65535:
        raise ValueError(f"{words!r} is no port number from 0 to 65535")
    return int(words)


def _on_or_off(name: str, words: str) -> bool:
    if words.lower() not in {"on", "off"}:
        raise BadSetting(f"{name}: {words!r} is neither on nor off")
    return words.lower() == "on"


def from_environment(environ: Mapping[str, str], **flags: object) -> Settings:
    """The settings in `environ`, each replaced by the flag of its name where that is not None."""
    found: dict[str, object] = {}
    texts = ("host", "mqtt_host", "database_url", "broker_url", "panels_broker_url", "nats_url", "public_url")
    for name in (*texts, "smtp_url", "mail_from"):
        if words := environ.get(f"CIRCLETIME_{name.upper()}"):
            found[name] = words
    for name in ("data_dir", "mqtts_certificate", "mqtts_key", "nats_seed_file", "broker_secret_file"):
        if words := environ.get(f"CIRCLETIME_{name.upper()}"):
            found[name] = Path(words)
    for name in ("port", "mqtt_port", "mqtts_port"):
        if words := environ.get(f"CIRCLETIME_{name.upper()}"):
            try:
                found[name] = port(words)
            except ValueError as error:
                raise BadSetting(f"CIRCLETIME_{name.upper()}: {error}") from error
    if words := environ.get("CIRCLETIME_NOTIFICATIONS"):
        found["notifications"] = _on_or_off("CIRCLETIME_NOTIFICATIONS", words)
    found |= {name: value for name, value in flags.items() if value is not None}
    return Settings(**found)  # type: ignore[arg-type]
