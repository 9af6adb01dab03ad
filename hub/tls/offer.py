"""TLS as this hub offers it to panels and browsers: which certificate it shows, and what they have to trust."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from abc import ABC, abstractmethod
from base64 import b64encode
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hub.clock import Clock
from hub.settings import NO_BROKER, BadSetting, Settings
from hub.tls.keyring import Keyring
from hub.waiting import every

log = logging.getLogger(__name__)

LOOKS_EVERY_S = 5.0


class Offer(ABC):
    """`context` is for the listener; what it shows changes while it listens."""

    context: ssl.SSLContext

    @abstractmethod
    def authorities(self) -> list[bytes]:
        """The CAs that panels are to trust, each as DER; the one in use comes first."""

    @abstractmethod
    async def renew(self) -> None:
        """Keeps the certificate good until cancelled."""


class OwnCertificate(Offer):
    """From the hub's own CA, for `names`; it is renewed while the hub runs, and panels stay connected."""

    def __init__(
        self, data_dir: Path, names: tuple[str, ...], clock: Clock, *, makes: bool, web: bool = False
    ) -> None:
        """`makes` is False for a hub without a broker: it tells panels of the CA, and has no certificate.

        Raises BadSetting where the data directory's keys can't be used.
        """
        self._keyring, self._names, self._clock = Keyring(data_dir), names, clock
        self._leaf = self._keyring.web_leaf if web else self._keyring.leaf
        self._shown: bytes | None = None
        self.context = _server_context()
        try:
            if makes:
                self._show()
            elif self._keyring.authority() is None:
                raise BadSetting(f"there is no CA in {data_dir}: the hub that has the broker makes it")
        except (OSError, ValueError) as error:
            if isinstance(error, BadSetting):
                raise
            raise BadSetting(f"can't use the TLS keys in {data_dir / 'tls'}: {error}") from error

    def authorities(self) -> list[bytes]:
        return [one.der for one in self._keyring.trusted()]

    async def renew(self) -> None:
        """Follows `circletime tls` too."""
        await every(LOOKS_EVERY_S, self._look, "look after the TLS certificate")

    async def _look(self) -> None:
        await asyncio.to_thread(self._show)

    def _show(self) -> None:
        """New connections get the certificate in the file; those that are open keep theirs."""
        path = self._leaf(self._names, self._clock.now())
        content = path.read_bytes()
        if content != self._shown:
            self.context.load_cert_chain(path)
            self._shown = content
            log.info("the TLS certificate is good for %s", ", ".join(self._names))


class GivenCertificate(Offer):
    """From files that the operator has and renews; panels trust the CA in one of them."""

    def __init__(self, certificate: Path, key: Path | None, authorities: Path | None) -> None:
        """`authorities` None: browsers know the CA already. Raises BadSetting where a file can't be used."""
        self.context = _server_context()
        self._files = (certificate, key)
        try:
            self._shown = self._stamps()
            self.context.load_cert_chain(certificate, key)
            found = x509.load_pem_x509_certificates(authorities.read_bytes()) if authorities else []
        except (OSError, ValueError) as error:
            raise BadSetting(f"can't read the TLS certificate, its key or its CA: {error}") from error
        self._authorities = [one.public_bytes(Encoding.DER) for one in found[:2]]

    def authorities(self) -> list[bytes]:
        return self._authorities

    async def renew(self) -> None:
        await every(LOOKS_EVERY_S, self._look, "read the TLS certificate again")

    async def _look(self) -> None:
        stamps = self._stamps()
        if stamps != self._shown:
            self.context.load_cert_chain(*self._files)
            self._shown = stamps
            log.info("the TLS certificate was read again")

    def _stamps(self) -> list[int]:
        return [path.stat().st_mtime_ns for path in self._files if path is not None]


class OthersCertificate(Offer):
    """A broker elsewhere shows its own; panels are told which CA in this file to trust, two while it changes."""

    def __init__(self, authorities: Path) -> None:
        """Raises BadSetting where the file can't be used."""
        self.context = _server_context()  # which nobody asks for
        self._path = authorities
        try:
            self._authorities = self._read()
        except (OSError, ValueError) as error:
            raise BadSetting(f"can't read the CA of the panels' broker: {error}") from error

    def authorities(self) -> list[bytes]:
        return self._authorities

    async def renew(self) -> None:
        await every(LOOKS_EVERY_S, self._look, "read the CA of the panels' broker again")

    async def _look(self) -> None:
        self._authorities = self._read()

    def _read(self) -> list[bytes]:
        found = x509.load_pem_x509_certificates(self._path.read_bytes())
        return [one.public_bytes(Encoding.DER) for one in found[:2]]


def tls_offer(settings: Settings, clock: Clock) -> Offer | None:
    """What panels are offered; None where they come in the clear. Raises BadSetting where it can't be had."""
    if settings.outside_broker:
        return OthersCertificate(settings.mqtts_ca) if settings.mqtts_ca else None
    if settings.mqtts_port is None:
        return None
    if settings.mqtts_certificate is None:
        makes = settings.broker_url != NO_BROKER
        return OwnCertificate(settings.data_dir, names(settings), clock, makes=makes)
    if settings.mqtts_ca is None:
        raise BadSetting("--mqtts-certificate needs --mqtts-ca, the PEM file of the CA that panels trust")
    return GivenCertificate(settings.mqtts_certificate, settings.mqtts_key, settings.mqtts_ca)


def web_offer(settings: Settings, clock: Clock) -> Offer | None:
    """TLS for browsers and REST; None where they are spoken to in the clear. Raises BadSetting as above."""
    if not settings.https:
        if settings.https_certificate is not None:
            raise BadSetting("--https-certificate is for --https")
        return None
    if settings.https_certificate is None:
        return OwnCertificate(settings.data_dir, names(settings), clock, makes=True, web=True)
    return GivenCertificate(settings.https_certificate, settings.https_key, None)


def names(settings: Settings) -> tuple[str, ...]:
    """Where panels may find the hub, in no order: what was said, and what this machine calls itself."""
    found = {"localhost", "127.0.0.1", socket.gethostname(), urlsplit(settings.url).hostname or ""}
    found |= {settings.host, settings.mqtts_address, *settings.mqtts_names}
    return tuple(sorted(name for name in found if name not in {"", "0.0.0.0", "::"}))  # noqa: S104  compared, not bound


def encoded(authorities: list[bytes]) -> list[str]:
    """As panels and installers read them: DER in base64."""
    return [b64encode(one).decode() for one in authorities]


def panels_find_it_at(settings: Settings) -> str:
    """The host that panels are told: the first that was named, else where the hub is."""
    if settings.mqtts_names:
        return settings.mqtts_names[0]
    everywhere = settings.mqtts_address in {"0.0.0.0", "::"}  # noqa: S104  compared, not bound
    return (urlsplit(settings.url).hostname or "") if everywhere else settings.mqtts_address


def _server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
