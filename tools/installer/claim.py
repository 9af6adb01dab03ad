"""Where a panel that is given no place at a hub asks for one by itself, and by which CA it believes that hub."""

from __future__ import annotations

import base64
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tools.installer.trouble import InstallFailed

LONGEST_CA = 2048
"""As DER; `panel.json` holds no more than 4 KiB."""


@dataclass(frozen=True, slots=True)
class Claim:
    """`ca` is DER in base64, and None for a hub over http."""

    url: str
    ca: str | None

    @classmethod
    def checked(cls, url: str, ca_file: Path | None) -> Claim:
        """Raises InstallFailed for what no panel could use."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or len(url) > 200:
            raise InstallFailed("hub-address", f"It was given as {url!r}.")
        if parts.scheme == "https" and ca_file is None:
            raise InstallFailed("hub-ca")
        return cls(url.rstrip("/"), _der(ca_file) if ca_file else None)


def _der(path: Path) -> str:
    try:
        found = ssl.PEM_cert_to_DER_cert(path.read_text().strip())
    except (OSError, ValueError) as error:
        raise InstallFailed("hub-ca", f"{path}: {error}.") from error
    if len(found) > LONGEST_CA:
        raise InstallFailed("hub-ca", f"{path} is longer than {LONGEST_CA} bytes.")
    return base64.b64encode(found).decode()
