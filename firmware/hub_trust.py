"""Which hub the panel believes: TLS, against the CA that the installer pinned or those it was told since.

A certificate of another CA or for another host is refused always, one out of its time once the clock is
trusted: until then the panel has nobody to ask for the time but this hub. MbedTLS looks at the board's own
clock as well, which nobody sets: it says 1970 or 2000, and the hub's certificates begin before that.
"""

import hashlib

import tls

from firmware import flash_file, rare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.wall_clock import WallClock

    Bytes = bytes | bytearray | memoryview

FILE = "trust.bin"
MAX_BYTES = 1024 + 8

_NO = -0x3000  # MBEDTLS_ERR_X509_FATAL_ERROR: the callback says no


class HubTrust:
    """`follow` takes the CAs that the hub says; from the next start they are believed instead of `pinned`.

    What the hub said to the panel before it was installed anew, with another pin, no longer counts.
    """

    def __init__(self, pinned: bytes, clock: "WallClock") -> None:
        """`pinned` is a certificate as DER. Raises ValueError where it is none.

        The SSLContext, 3 KB of heap in one piece, is made here and kept: later there is no such piece.
        """
        self._clock = clock
        self._mark = hashlib.sha256(pinned).digest()[:8]
        self._from_unix = self._until_unix = 0
        self._context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
        self._context.verify_mode = tls.CERT_REQUIRED
        self._context.verify_callback = self._look
        told = flash_file.read(FILE, MAX_BYTES)
        trusted = memoryview(told)[8:] if told[:8] == self._mark else memoryview(pinned)
        self._trusted = hashlib.sha256(trusted).digest()
        ders = rare.load("firmware.certificate").split(trusted)
        for der in ders:
            self._context.load_verify_locations(bytes(der))
        self.fingerprints = " ".join([hashlib.sha256(der).digest()[:8].hex() for der in ders])
        """The first 16 hexadecimal digits of the SHA-256 of each CA that is believed, apart by spaces."""

    def context(self) -> "Any":
        """For one connection after the other."""
        self._from_unix, self._until_unix = 0, 1 << 40
        return self._context

    def follow(self, payload: memoryview) -> bool:
        """Keeps the CAs that the hub says, one after the other as DER. True where they are others than before.

        Raises ValueError where one is none.
        """
        if hashlib.sha256(payload).digest() == self._trusted:  # retained, they come at every connect
            return False
        rare.load("firmware.certificate").keep(FILE, self._mark, payload)
        return True

    def in_time(self) -> bool:
        """Whether the certificates of the connection are good now; True while nobody can tell."""
        now = self._clock.now() or 0
        return not self._clock.trusted or self._from_unix <= now < self._until_unix

    def _look(self, der: memoryview, _depth: int) -> int:
        """MbedTLS asks this of each certificate in the chain, beside all that it looks at itself."""
        try:
            begin, end = rare.load("firmware.certificate").validity(der)
        except (ValueError, IndexError, MemoryError):
            return _NO
        self._from_unix, self._until_unix = max(begin, self._from_unix), min(end, self._until_unix)
        return 0 if self.in_time() else _NO
