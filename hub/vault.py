"""What the hub has to say to others and must not tell: encrypted by a key that no database holds.

A copy of the database opens no calendar, and signs no webhook.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from hub.settings import BadSetting, Settings

FILE = "calendars.key"


class SealedOtherwise(Exception):
    """Raised when another key has sealed it, or the key is gone."""


class Vault:
    """The key is `CIRCLETIME_CALENDARS_KEY`; else the file in the data directory, made when it is first needed.

    Several hubs on one database need the same key.
    """

    def __init__(self, settings: Settings) -> None:
        """Raises BadSetting for what is no key."""
        self._path = settings.data_dir / FILE
        self._fernet = None if settings.calendars_key is None else _fernet(settings.calendars_key)

    def seal_words(self, words: str) -> bytes:
        return self._cipher(make=True).encrypt(words.encode())

    def open_words(self, sealed: bytes) -> str:
        """Raises SealedOtherwise."""
        try:
            return self._cipher(make=False).decrypt(sealed).decode()
        except (InvalidToken, OSError) as error:
            raise SealedOtherwise from error

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
