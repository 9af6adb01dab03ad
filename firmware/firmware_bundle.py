"""A firmware in one piece, taken apart into a slot as it comes, and read back.

File after file: a byte for the length of its path, the path, four bytes for its length, big-endian, and its
content; a zero byte ends it.
"""

import errno
import hashlib
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Bytes = bytes | bytearray | memoryview

PIECE_BYTES = 1024


class BadBundle(Exception):
    """Raised when what came is no firmware, or not the one that was offered."""


class Unpacker:
    """Writes below the folder `into`; `feed` it whatever comes, and `finish` once all has."""

    def __init__(self, into: str) -> None:
        self._into = into
        self._hash = hashlib.sha256()
        self._head = b""
        self._file: Any = None
        self._left = 0
        self._ended = False
        self.files: list[tuple[str, int]] = []

    def feed(self, piece: "Bytes") -> None:
        """Raises BadBundle, or OSError where the flash is full."""
        self._hash.update(piece)
        at = 0
        while at < len(piece):
            if self._ended:
                raise BadBundle("more after the end")
            if self._left:
                part = min(self._left, len(piece) - at)
                self._file.write(piece[at : at + part])
                self._left -= part
                at += part
                if not self._left:
                    self._file.close()
            else:
                self._head += bytes(piece[at : at + 1])
                at += 1
                self._take_head()

    def finish(self, sha256: str) -> None:
        """Raises BadBundle unless this was a whole bundle, of that hash, and the flash holds it."""
        if not self._ended or self._hash.digest().hex() != sha256:
            raise BadBundle("not what was signed")
        if self._read_back() != sha256:
            raise BadBundle("the flash does not hold it")

    def close(self) -> None:
        """Lets go of a file that broke off."""
        if self._left:
            try:
                self._file.close()
            except OSError:  # the flash takes no more
                pass

    def _take_head(self) -> None:
        head = self._head
        if head[0] == 0:
            self._ended = True
        elif len(head) == head[0] + 5:
            path = head[1:-4].decode()
            length = int.from_bytes(head[-4:], "big")
            self._open(path, length)
            self.files.append((path, length))
            self._head = b""

    def _open(self, path: str, length: int) -> None:
        levels = path.split("/")
        if levels[0] not in ("firmware", "shared") or len(levels) < 2 or "" in levels or ".." in levels:
            raise BadBundle("a file that is not the firmware's")
        folder = self._into
        _make(folder)
        for level in levels[:-1]:
            folder += "/" + level
            _make(folder)
        self._file = open(self._into + "/" + path, "wb")
        self._left = length
        if not length:
            self._file.close()

    def _read_back(self) -> str:
        found = hashlib.sha256()
        buffer = memoryview(bytearray(PIECE_BYTES))
        for path, length in self.files:
            found.update(bytes((len(path),)) + path.encode() + length.to_bytes(4, "big"))
            with open(self._into + "/" + path, "rb") as file:
                while True:
                    count = file.readinto(buffer)
                    if not count:
                        break
                    found.update(buffer[:count])
        found.update(b"\x00")
        return found.digest().hex()


def remove_tree(path: str) -> None:
    """The folder and all that is in it; nothing where there is none."""
    try:
        entries = list(os.ilistdir(path))  # type: ignore[attr-defined]
    except OSError:
        return
    for entry in entries:
        inside = path + "/" + entry[0]
        if entry[1] & 0x4000:
            remove_tree(inside)
        else:
            os.remove(inside)
    os.rmdir(path)


def _make(folder: str) -> None:
    try:
        os.mkdir(folder)
    except OSError as error:
        if error.errno != errno.EEXIST:
            raise
