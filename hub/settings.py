"""What an operator can set, from flags and from `CIRCLETIME_...` variables (contract, "Command line")."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

NO_BROKER = "none"
LOG_FORMATS = ("plain", "json")
SECRETS = (
    "database_url",
    "broker_url",
    "nats_url",
    "smtp_url",
    "metrics_token",
    "calendars_key",
    "home_assistant_url",
    "oidc_client_secret",
)
"""Settings that are, or hold, a password: each may come by a file."""


class BadSetting(ValueError):
    """Raised when a setting can't be meant; the text names it and says what it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the hub keeps its data and where it listens.

    `broker_url` None is the embedded broker; `none` is a hub without one, beside another that has it; `mqtt://`
    and `mqtts://` are brokers elsewhere (docs/scaling.md), of which `panels_broker_url` is what panels are told.
    `nats_url` and `nats_seed_file`: a NATS cluster asks the hub at each login. `broker_secret_file` holds what
    another broker proves itself with when it asks over HTTP.
    `mqtts_host` is where TLS listens; None: where the web does. `mqtts_names` are the host names and addresses
    by which panels find it; the first is what new panels are told.
    `https`: whether the web's port speaks TLS, with `https_certificate` and `https_key` or one of the hub's own CA.
    `proxies` are the addresses of proxies and load balancers, which are believed about whom a request comes from.
    `public_url` is where browsers and phones find the hub; None: `http://host:port`, or
    `https://`.
    `smtp_url` is `smtp://user:password@host:port` or `smtps://...`; None prints mail on the console.
    `firmware_key` is the modulus, in base64, of the key that firmware is signed with (tools/release.py).
    `hub_addresses` are where panels find the hub from now on or soon, each `host:port`.
    `mail_from` is the address mail comes from; None: circletime@ the public URL's host.
    `metrics_token` is what Prometheus proves itself with; None: metrics are for this machine alone.
    `home_assistant_url` is the broker by which Home Assistant learns of each room; None: it is told nothing.
    `log_format`: `plain` or `json`; None: plain on a terminal, JSON elsewhere.
    `forget_after_months`: people are taken out of bookings that were over so long ago; None: never.
    `calendars_key` encrypts calendars' passwords and webhooks' secrets; None: a file in the data directory holds it.
    `inside_hosts`: names and networks inside the site that the hub may call: `dav.office.example`, `10.1.0.0/16`.
    `oidc_issuer`: the OpenID provider that people sign in by, and `oidc_...` what was agreed on with it (docs/sign-in.md);
    None: by passwords alone. `password_login`: whether they may by a password too.
    `notifications`: whether people are mailed about their bookings; invitations and new passwords always are.
    """

    data_dir: Path = Path("data")
    host: str = "127.0.0.1"
    port: int = 8000
    mqtt_host: str = "127.0.0.1"
    mqtt_port: int = 1883
    mqtts_port: int | None = None
    mqtts_host: str | None = None
    mqtts_names: tuple[str, ...] = ()
    mqtts_certificate: Path | None = None
    mqtts_key: Path | None = None
    mqtts_ca: Path | None = None
    https: bool = False
    https_certificate: Path | None = None
    https_key: Path | None = None
    database_url: str | None = field(default=None, repr=False)
    broker_url: str | None = field(default=None, repr=False)
    panels_broker_url: str | None = None
    nats_url: str | None = field(default=None, repr=False)
    nats_seed_file: Path | None = None
    broker_secret_file: Path | None = None
    proxies: tuple[str, ...] = ()
    public_url: str | None = None
    login_failures_per_minute: int = 10
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    metrics_token: str | None = field(default=None, repr=False)
    home_assistant_url: str | None = field(default=None, repr=False)
    log_format: str | None = None
    forget_after_months: int | None = None
    notifications: bool = True
    firmware_key: str | None = None
    hub_addresses: tuple[str, ...] = ()
    calendars_key: str | None = field(default=None, repr=False)
    inside_hosts: tuple[str, ...] = ()
    password_login: bool = True
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = field(default=None, repr=False)
    oidc_label: str = "single sign-on"
    oidc_scope: str = "openid email profile"
    oidc_verified_claim: str = "email_verified"
    oidc_role_claim: str | None = None
    oidc_admins: tuple[str, ...] = ()
    oidc_managers: tuple[str, ...] = ()
    oidc_department_claim: str | None = None
    oidc_mail_domains: tuple[str, ...] = ()
    oidc_new_accounts: bool = True

    @property
    def database(self) -> str:
        """The database's URL; the default is a SQLite file in the data directory."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir.resolve() / 'circletime.db'}"

    @property
    def url(self) -> str:
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104  compared, not bound
        return f"{'https' if self.https else 'http'}://{host}:{self.port}"

    @property
    def mqtts_address(self) -> str:
        return self.mqtts_host or self.host

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


def months(words: str) -> int:
    """Raises ValueError for what is no number of months from 1 to 1200."""
    if not words.isdecimal() or not 1 <= int(words) <= 1200:
        raise ValueError(f"{words!r} is no number of months from 1 to 1200")
    return int(words)


MAX_ADDRESSES = 4
ADDRESS_CHARACTERS = 80
"""All of them fit into the config that a panel takes."""


def addresses(words: Iterable[str]) -> tuple[str, ...]:
    """Each `host:port`, for panels to try. Raises BadSetting for what panels would not take."""
    found = tuple(word.strip() for word in words if word.strip())
    for one in found:
        host, _, number = one.rpartition(":")
        if not (host and number.isdecimal() and 0 < int(number) <= 65535 and len(one) <= ADDRESS_CHARACTERS):
            raise BadSetting(f"hub address: {one!r} is not like hub.example.org:8883")
    if len(found) > MAX_ADDRESSES:
        raise BadSetting(f"hub address: panels take {MAX_ADDRESSES} at most")
    return found


def networks(words: Iterable[str]) -> tuple[str, ...]:
    """Addresses, and networks like 10.0.0.0/24. Raises BadSetting for anything else."""
    found = tuple(word.strip() for word in words if word.strip())
    for one in found:
        try:
            ip_network(one)
        except ValueError as error:
            raise BadSetting(f"proxy: {one!r} is neither an address nor a network") from error
    return found


def on_or_off(words: str) -> bool:
    """Raises ValueError for what is neither."""
    if words.lower() not in {"on", "off"}:
        raise ValueError(f"{words!r} is neither on nor off")
    return words.lower() == "on"


def log_format(words: str) -> str:
    """Raises ValueError for what is none."""
    if words not in LOG_FORMATS:
        raise ValueError(f"{words!r} is none of {', '.join(LOG_FORMATS)}")
    return words


def _listed(words: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in words.split(",") if name.strip())


_READ: dict[str, Callable[[str], object]] = {
    **dict.fromkeys(
        ("host", "mqtt_host", "mqtts_host", "panels_broker_url", "public_url", "mail_from", "firmware_key"),
        str,
    ),
    **dict.fromkeys(SECRETS, str),
    **dict.fromkeys(("oidc_issuer", "oidc_client_id", "oidc_label", "oidc_scope"), str),
    **dict.fromkeys(("oidc_verified_claim", "oidc_role_claim", "oidc_department_claim"), str),
    **dict.fromkeys(
        (
            "data_dir",
            "mqtts_certificate",
            "mqtts_key",
            "mqtts_ca",
            "https_certificate",
            "https_key",
            "nats_seed_file",
            "broker_secret_file",
        ),
        Path,
    ),
    **dict.fromkeys(("port", "mqtt_port", "mqtts_port"), port),
    "forget_after_months": months,
    "mqtts_names": _listed,
    "proxies": lambda words: networks(_listed(words)),
    "inside_hosts": _listed,
    **dict.fromkeys(("oidc_admins", "oidc_managers", "oidc_mail_domains"), _listed),
    **dict.fromkeys(("password_login", "oidc_new_accounts"), on_or_off),
    "hub_addresses": lambda words: addresses(_listed(words)),
    "https": on_or_off,
    "notifications": on_or_off,
    "log_format": log_format,
}
"""How each setting is read from its `CIRCLETIME_...` variable."""


def secret(environ: Mapping[str, str], name: str) -> str | None:
    """What `name` holds, or the file that `name`_FILE names: there it is in no process list, and no log of a service.

    Raises BadSetting for both at once, and for a file that can't be read or has nothing in it.
    """
    words, path = environ.get(name), environ.get(f"{name}_FILE")
    if not path:
        return words or None
    if words:
        raise BadSetting(f"{name} and {name}_FILE are both set; one of them has to go")
    try:
        kept = Path(path).read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        raise BadSetting(f"{name}_FILE: {path} can't be read: {error}") from error
    if not kept:
        raise BadSetting(f"{name}_FILE: there is nothing in {path}")
    return kept


def from_environment(environ: Mapping[str, str], **flags: object) -> Settings:
    """The settings in `environ`, each replaced by the flag of its name where that is not None."""
    found: dict[str, object] = {}
    for name, read in _READ.items():
        variable = f"CIRCLETIME_{name.upper()}"
        words = secret(environ, variable) if name in SECRETS else environ.get(variable)
        if words:
            try:
                found[name] = read(words)
            except ValueError as error:
                raise BadSetting(f"{variable}: {error}") from error
    found |= {name: value for name, value in flags.items() if value is not None}
    return Settings(**found)  # type: ignore[arg-type]
