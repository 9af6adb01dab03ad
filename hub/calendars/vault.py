"""Calendars' addresses and passwords, sealed (`hub.vault`)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from hub import vault
from hub.calendars import refusals


@dataclass(frozen=True, slots=True)
class Credentials:
    """An address may itself be a secret."""

    url: str = field(repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)


class Vault(vault.Vault):
    """The hub's, for credentials."""

    def seal(self, credentials: Credentials) -> bytes:
        return self.seal_words(json.dumps([credentials.url, credentials.username, credentials.password]))

    def open(self, sealed: bytes) -> Credentials:
        """Raises Trouble where another key has sealed it."""
        try:
            return Credentials(*json.loads(self.open_words(sealed)))
        except vault.SealedOtherwise as error:
            raise refusals.sealed_otherwise() from error
