"""Calendars' addresses and passwords, encrypted by a key that no database holds: a copy of one opens no calendar."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from hub.calendars import refusals
from hub.settings import BadSetting, Settings

FILE = "calendars.key"


@dataclass(frozen=True, slots=True)
class Credentials:
    """An address may itself be a secret."""

    url: str = field(repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)


class Vault:
    """The key is `CIRCLETIME_CALENDARS_KEY`; else the file in the data directory, made when it is first needed.

    Several hubs on one database need the same key.
    """

    def __init__(self, settings: Settings) -> None:
        """Raises BadSetting for what is no key."""
        self._path = settings.data_dir / FILE
        self._fernet = None if settings.calendars_key is None else _fernet(settings.calendars_key)

    def seal(self, credentials: Credentials) -> bytes:
        words = json.dumps([credentials.url, credentials.username, credentials.password])
        return self._cipher(make=True).encrypt(words.encode())

    def open(self, sealed: bytes) -> Credentials:
        """Raises Trouble where another key has sealed it."""
        try:
            return Credentials(*json.loads(self._cipher(make=False).decrypt(sealed)))
        except (InvalidToken, OSError) as error:
            raise refusals.sealed_otherwise() from error

    def _cipher(self, *, make: bool) -> Fernet:
        if self._fernet is None:
            if make and not self._path.exists():
                _keep(self._path, Fernet.generate_key())
            self._fernet = _fernet(self._path.read_text("ascii"))
        return self._fernet


def _keep(path: Path, key: bytes) -> None:
    """Whole or not at all; of two who make one at the same time the first has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(key)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _fernet(words: str) -> Fernet:
    try:
        return Fernet(words.strip())
    except ValueError as error:
        raise BadSetting("CIRCLETIME_CALENDARS_KEY is no key: 32 bytes in URL-safe base64") from error
