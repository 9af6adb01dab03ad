"""RSASSA-PKCS1-v1_5 with SHA-256 over a 2048-bit modulus and exponent 65537 (RFC 8017, 8.2.2)."""

BYTES = 256

_SHA256 = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
"""DigestInfo up to the digest (RFC 8017, 9.2, note 1)."""


def is_signed(digest: bytes, signature: bytes, modulus: bytes) -> bool:
    """Whether `signature` is the one that the key's owner makes for a message of that SHA-256.

    What it encloses is compared whole with what it has to be, never taken apart: there is nothing to fool.
    """
    n, s = int.from_bytes(modulus, "big"), int.from_bytes(signature, "big")
    if len(signature) != BYTES or len(modulus) != BYTES or len(digest) != 32 or s >= n or not n & 1:
        return False
    wanted = b"\x00\x01" + b"\xff" * (BYTES - 54) + b"\x00" + _SHA256 + digest
    return pow(s, 65537, n).to_bytes(BYTES, "big") == wanted
