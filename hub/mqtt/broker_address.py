"""Which broker `CIRCLETIME_BROKER_URL` means, and how it learns what each panel may do."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from hub.settings import BadSetting, Settings

PORTS = {"mqtt": 1883, "mqtts": 8883}

DYNAMIC_SECURITY = "dynsec"
"""The hub writes the rules into mosquitto's dynamic-security plugin."""
ASKS = "asks"
"""The broker asks the hub at each login: over HTTP, or as NATS does by its auth callout."""


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """`hosts` are the nodes of one cluster: the first that answers is taken."""

    hosts: tuple[tuple[str, int], ...]
    tls: ssl.SSLContext | None
    username: str | None
    password: str | None = field(repr=False)
    access: str


def broker_address(words: str, setting: str = "CIRCLETIME_BROKER_URL") -> BrokerAddress:
    """`mqtt://user:password@host:port,host:port?access=dynsec&ca=/path/ca.pem`, or `mqtts://`.

    Raises BadSetting; its words may hold a password and are not told.
    """
    try:
        return _address(words)
    except (ValueError, OSError) as error:
        raise BadSetting(
            f"{setting} is not the URL of a broker ({error}); it takes "
            "mqtt://user:password@host:1883 or mqtts://...:8883, with ?access=dynsec for mosquitto's "
            "dynamic security and ?ca=FILE for a CA of your own; or none; or nothing for the embedded broker"
        ) from error


def subscription_qos(settings: Settings) -> int:
    """At which hub and panels subscribe there.

    NATS makes a replicated consumer, with a vote of its own for a leader, of each subscription at QoS 1: after a
    node's death it had them for only some of its clients within a minute. At QoS 0 it needs none, and what
    is lost is said again: commands until their ack, everything else at the next hello.
    """
    return 0 if settings.nats_url else 1


def _address(words: str) -> BrokerAddress:
    scheme, _, rest = words.partition("://")
    if scheme not in PORTS:
        raise ValueError("it begins with neither mqtt:// nor mqtts://")
    authority, _, query = rest.partition("?")
    credentials, _, hosts = authority.rstrip("/").rpartition("@")
    options = _options(query)
    username, _, password = credentials.partition(":")
    return BrokerAddress(
        hosts=tuple(_host(one, PORTS[scheme]) for one in hosts.split(",")),
        tls=_tls(options.get("ca")) if scheme == "mqtts" else None,
        username=unquote(username) or None,
        password=unquote(password) or None,
        access=options.get("access", ASKS),
    )


def _options(query: str) -> dict[str, str]:
    found = {name: values[-1] for name, values in parse_qs(query, strict_parsing=bool(query)).items()}
    if unknown := found.keys() - {"access", "ca"}:
        raise ValueError(f"{min(unknown)!r} is no option")
    if found.get("access", ASKS) not in {DYNAMIC_SECURITY, ASKS}:
        raise ValueError(f"access is {DYNAMIC_SECURITY} or {ASKS}")
    return found


def _host(words: str, default: int) -> tuple[str, int]:
    found = urlsplit(f"//{words}")
    if not found.hostname or found.path:
        raise ValueError("a host is missing")
    return found.hostname, found.port or default


def _tls(ca: str | None) -> ssl.SSLContext:
    if ca is not None and not Path(ca).is_file():
        raise ValueError("the ca file is not there")
    return ssl.create_default_context(cafile=ca)
