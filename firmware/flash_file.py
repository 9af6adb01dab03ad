"""Files that survive a power cut: whole and old, or whole and new, never half."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    Bytes = bytes | bytearray | memoryview


def replace(path: str, content: "Bytes | str") -> None:
    """`path` holds `content` once this returns. Raises OSError where the flash is full or broken.

    The new file is whole under another name before it takes the old one's place, in one step: LittleFS
    and POSIX both promise that of a rename.
    """
    with open(beside(path), "w" if isinstance(content, str) else "wb") as file:
        file.write(content)
    put_in_place(path)


def beside(path: str) -> str:
    """Where the next `path` is written; whatever a power cut leaves there is never read."""
    return path + ".new"


def put_in_place(path: str) -> None:
    """What was written beside `path` is `path` now."""
    os.rename(beside(path), path)


def remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:  # it was never there
        pass


def read(path: str, max_bytes: int) -> bytes:
    """What `path` holds; empty where there is no such file, or more in it than we ever wrote."""
    try:
        if size(path) > max_bytes:
            return b""
        with open(path, "rb") as file:
            return file.read()  # a number would be taken for room to make, in one piece
    except OSError:
        return b""


def size(path: str) -> int:
    return os.stat(path)[6]
