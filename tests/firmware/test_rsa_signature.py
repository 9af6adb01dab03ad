"""Who may say what runs on a panel: published signatures, and forged ones, under both interpreters."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from firmware.rsa_signature import is_signed
from tests.micropython import needs_micropython
from tools.release import new_key

VECTORS = json.loads((Path(__file__).parent / "rsa_vectors.json").read_text())
MESSAGE = b"circletime firmware\n0.2.0\n10\nabc\n"
DIGEST = hashlib.sha256(MESSAGE).digest()
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")

KEY = new_key()
NUMBERS = KEY.private_numbers()
N = NUMBERS.public_numbers.n
MODULUS = N.to_bytes(256, "big")
GOOD = KEY.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256())


def published():
    modulus = bytes.fromhex(VECTORS["modulus"])
    return [
        (
            f"Wycheproof {test['id']}",
            hashlib.sha256(bytes.fromhex(test["msg"])).digest(),
            bytes.fromhex(test["sig"]),
            modulus,
            test["valid"],
        )
        for test in VECTORS["tests"]
    ]


def enclosing(block: bytes) -> bytes:
    """A signature by the right key over a block that the standard does not have."""
    assert len(block) == 256
    return pow(int.from_bytes(block, "big"), NUMBERS.d, N).to_bytes(256, "big")


def padded(end: bytes, begin: bytes = b"\0\1", filler: bytes = b"\xff") -> bytes:
    return begin + filler * (256 - len(begin) - 1 - len(end)) + b"\0" + end


def cube_root(number: int) -> int:
    low, high = 0, 1 << 700
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**3 <= number else (low, middle - 1)
    return low


def forged():
    whole = DIGEST_INFO + DIGEST
    blocks = {
        "the hash alone": padded(DIGEST),
        "a short hash": padded(DIGEST_INFO[:-1] + b"\x1f" + DIGEST[:31]),
        "another message": padded(DIGEST_INFO + hashlib.sha256(b"other").digest()),
        "SHA-1's name": padded(bytes.fromhex("3021300906052b0e03021a05000414") + DIGEST[:20]),
        "no NULL": padded(bytes.fromhex("302f300b0609608648016503040201" + "0420") + DIGEST),
        "block type 2": padded(whole, b"\0\2"),
        "no leading zero": padded(whole, b"\1\1"),
        "other filler": padded(whole, filler=b"\xfe"),
        "garbage behind the hash": b"\0\1" + b"\xff" * 8 + b"\0" + whole + b"\x5a" * (256 - 11 - len(whole)),
        "garbage inside": padded(whole)[:100] + b"\0" + padded(whole)[101:],
    }
    low = int.from_bytes(b"\0\1" + b"\xff" * 8 + b"\0" + whole + b"\0" * 194, "big")
    s = int.from_bytes(GOOD, "big")
    found = {name: enclosing(block) for name, block in blocks.items()} | {
        "a cube root, as exponent 3 would let in": (cube_root(low) + 1).to_bytes(256, "big"),
        "PSS": KEY.sign(MESSAGE, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()),
        "SHA-512": KEY.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA512()),
        "another key": new_key().sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256()),
        "nothing": b"",
        "zero": b"\0" * 256,
        "one": b"\0" * 255 + b"\1",
        "the modulus": MODULUS,
        "the modulus less one": (N - 1).to_bytes(256, "big"),
        "all ones": b"\xff" * 256,
        "one byte less": GOOD[:-1],
        "one byte more": GOOD + b"\0",
        "a zero before it": b"\0" + GOOD,
        "the modulus added": (s + N).to_bytes(257, "big"),
        "the modulus added, where it fits": (s + N).to_bytes(257, "big")[-256:],
        "one bit": bytes([GOOD[0] ^ 1]) + GOOD[1:],
        "it backwards": GOOD[::-1],
        "its negative": (N - s).to_bytes(256, "big"),
    }
    return [(name, DIGEST, signature, MODULUS, False) for name, signature in found.items()]


CASES = [*published(), ("ours", DIGEST, GOOD, MODULUS, True), *forged()]


def test_signature_is_taken_or_refused_as_published_and_no_forged_one_is_taken():
    assert [name for name, *case, valid in CASES if is_signed(*case) is not valid] == []


@needs_micropython
def test_panel_says_the_same(on_micropython):
    on_micropython(
        f"""
from firmware.rsa_signature import is_signed
wrong = [case[0] for case in {CASES!r} if is_signed(case[1], case[2], case[3]) is not case[4]]
assert not wrong, wrong
"""
    )


def test_modulus_of_another_length_signs_nothing():
    assert not is_signed(DIGEST, GOOD, MODULUS[1:])
    assert not is_signed(DIGEST, GOOD, b"\0" + MODULUS)
    assert not is_signed(DIGEST, GOOD, b"\0" * 256)
