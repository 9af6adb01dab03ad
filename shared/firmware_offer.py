"""A firmware that the hub offers to a panel (contract: `down/update`), and what its maker signs."""

import json

from shared.checked import identifier, integer, json_object, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypedDict

    class FirmwareOffer(TypedDict):
        """`sha256` is hexadecimal, `signature` base64; `id` is another for each time that it is offered."""

        id: str
        version: str
        url: str
        size: int
        sha256: str
        signature: str


MAX_BYTES = 1024
MAX_BUNDLE_BYTES = 1024 * 1024


def signed_text(version: str, size: int, sha256: str) -> str:
    """What the signature is over: it binds the number to the bytes."""
    return "circletime firmware\n%s\n%d\n%s\n" % (version, size, sha256)


def encode(offer: "FirmwareOffer") -> str:
    return json.dumps(offer)


def parse(payload: "str | bytes") -> "FirmwareOffer":
    """Raises ValueError for what is no offer."""
    found = json_object(payload, MAX_BYTES)
    identifier(found, "id")
    text(found, "version", 32)
    text(found, "url", 255)
    text(found, "sha256", 64)
    text(found, "signature", 344)
    integer(found, "size")
    version_of(str(found["version"]))
    if not 0 < int(str(found["size"])) <= MAX_BUNDLE_BYTES:
        raise ValueError("size is out of bounds")
    return found  # type: ignore[return-value]


def version_of(words: str) -> "tuple[int, ...]":
    """Numbers apart by dots, by which versions are compared. Raises ValueError for anything else."""
    parts = words.split(".")
    if not 1 <= len(parts) <= 4 or not all(part.isdigit() and len(part) < 7 for part in parts):
        raise ValueError("version is not like 1.2.3")
    return tuple([int(part) for part in parts])
