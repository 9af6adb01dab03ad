"""The hub's keys and certificates, in `tls/` of the data directory; every file is for its owner alone.

| file | what |
|---|---|
| `ca.pem` | the CA that signs the hub's certificate, with its key: back it up |
| `next-ca.pem` | while CAs change: the one that panels are told to trust as well |
| `ca-before-<fingerprint>.pem` | the CAs that were in use before, without their keys |
| `hub.pem` | the hub's certificate for panels, with its key: made anew whenever it has to be |
| `web.pem` | the same for browsers, which take none that is older than 825 days |
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from hub.errors import Conflict
from hub.tls import issuing
from hub.tls.issuing import LEAF_LIFE, Pair

NO_CA = "There is no CA yet; the hub makes one when it first serves TLS (--mqtts-port)."

RENEWED_BEFORE_END = LEAF_LIFE / 3
CLOCKS_DIFFER = timedelta(days=1)


class Keyring:
    """What is in the folder now: another process may have changed it since the last look.

    Raises OSError where the folder can't be used, ValueError where a file in it is not what it should be.
    """

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "tls"

    def authority(self) -> Pair | None:
        """The CA in use; None before the first start."""
        return self._read("ca.pem")

    def next_authority(self) -> Pair | None:
        """The CA that will follow, while CAs change."""
        return self._read("next-ca.pem")

    def trusted(self) -> list[Pair]:
        """What panels are to trust: the CA in use, and the next where there is one."""
        return [one for one in (self.authority(), self.next_authority()) if one is not None]

    def leaf(self, names: tuple[str, ...], now: datetime) -> Path:
        """The file of a certificate for the hub that is good for those names and long enough from now.

        Makes it where there is none such, and the CA before it where there is none at all.
        """
        return self._leaf("hub.pem", names, now, issuing.ALWAYS)

    def web_leaf(self, names: tuple[str, ...], now: datetime) -> Path:
        """The same for browsers."""
        return self._leaf("web.pem", names, now, now - CLOCKS_DIFFER)

    def _leaf(self, name: str, names: tuple[str, ...], now: datetime, since: datetime) -> Path:
        with self._alone():
            authority = self.authority()
            if authority is None:
                authority = issuing.new_authority(now)
                self._write("ca.pem", authority.pem())
            if not self._fits(self._read(name), authority, names, now):
                self._write(name, issuing.new_leaf(authority, names, now, since).pem())
        return self._folder / name

    def prepare_next(self, now: datetime) -> Pair:
        """Makes the next CA. Raises Conflict where there is one, or none in use yet."""
        with self._alone():
            if self.authority() is None:
                raise Conflict("no-ca", "There is no CA yet", NO_CA)
            if self.next_authority() is not None:
                raise Conflict(
                    "ca-change-underway",
                    "The next CA is already there",
                    "Once the panels trust it: circletime tls use-next-ca.",
                )
            made = issuing.new_authority(now)
            self._write("next-ca.pem", made.pem())
            return made

    def use_next(self) -> Pair:
        """The next CA is the one in use from now on. Raises Conflict where there is none."""
        with self._alone():
            before, following = self.authority(), self.next_authority()
            if before is None or following is None:
                raise Conflict(
                    "no-next-ca",
                    "There is no next CA",
                    "There is no next CA; make one with circletime tls next-ca.",
                )
            kept = before.certificate.public_bytes(Encoding.PEM)
            self._write(f"ca-before-{before.fingerprint}.pem", kept)
            (self._folder / "next-ca.pem").replace(self._folder / "ca.pem")
            return following

    def _fits(self, leaf: Pair | None, authority: Pair, names: tuple[str, ...], now: datetime) -> bool:
        return (
            leaf is not None
            and issuing.is_from(leaf, authority)
            and set(issuing.names_of(leaf.certificate)) == set(names)
            and leaf.certificate.not_valid_after_utc - now > RENEWED_BEFORE_END
            and leaf.certificate.not_valid_after_utc - now <= LEAF_LIFE  # else the clock was ahead
        )

    def _read(self, name: str) -> Pair | None:
        path = self._folder / name
        try:
            return issuing.read_pair(path.read_bytes())
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise ValueError(f"{path} holds no key with its certificate: {error}") from error

    def _write(self, name: str, content: bytes) -> None:
        """Whole or not at all, and never readable by anybody else."""
        beside = self._folder / f"{name}.new"
        beside.unlink(missing_ok=True)
        file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        beside.replace(self._folder / name)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The hub and `circletime tls` change the folder in turn."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
