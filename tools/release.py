"""Makes a firmware that panels take: `keygen` once, then `pack` for each version, on the machine that has the key.

    python -m tools.release keygen release-key.pem
    python -m tools.release pack --key release-key.pem --version 0.2.0 --out circletime-0.2.0.firmware

The hub gets the public key (`CIRCLETIME_FIRMWARE_KEY`) and the file, never the key itself. The file is one line of
JSON, `{version, size, sha256, signature}`, and then the bundle as firmware/firmware_bundle.py has it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
from base64 import b64encode
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from shared.firmware_offer import signed_text, version_of
from tools import slot


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_key(key: rsa.RSAPrivateKey) -> str:
    """The modulus in base64, as hub and panels are told it; the exponent is always 65537."""
    return b64encode(key.public_key().public_numbers().n.to_bytes(256, "big")).decode()


def bundle(folder: Path) -> bytes:
    """Every file below `folder`, by path."""
    found = b""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name, content = str(path.relative_to(folder)).encode(), path.read_bytes()
        found += bytes([len(name)]) + name + len(content).to_bytes(4, "big") + content
    return found + b"\0"


def signed(content: bytes, version: str, key: rsa.RSAPrivateKey) -> bytes:
    """The file to upload. Raises ValueError for a version that is none."""
    version_of(version)
    sha256 = hashlib.sha256(content).hexdigest()
    words = signed_text(version, len(content), sha256).encode()
    signature = b64encode(key.sign(words, padding.PKCS1v15(), hashes.SHA256())).decode()
    manifest = {"version": version, "size": len(content), "sha256": sha256, "signature": signature}
    return json.dumps(manifest).encode() + b"\n" + content


def pack(version: str, key: rsa.RSAPrivateKey) -> bytes:
    """The firmware of these sources under that number, signed."""
    with tempfile.TemporaryDirectory(prefix="circletime-pack-") as folder:
        slot.build(Path(folder), version)
        return signed(bundle(Path(folder)), version, key)


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.release",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    keygen = actions.add_parser("keygen", help="make a signing key, and print its public half")
    keygen.add_argument("key", type=Path, help="where the key goes; keep it off the hub")
    keygen.set_defaults(act=_keygen)
    packing = actions.add_parser("pack", help="compile, bundle and sign this firmware")
    packing.add_argument("--key", type=Path, required=True)
    packing.add_argument("--version", required=True, help="higher than what the panels have, like 0.2.0")
    packing.add_argument("--out", type=Path, required=True)
    packing.set_defaults(act=_pack)
    arguments = parser.parse_args(words)
    try:
        arguments.act(arguments)
    except (OSError, ValueError) as error:
        print(f"firmware: {error}", file=sys.stderr)
        return 1
    return 0


def _keygen(arguments: argparse.Namespace) -> None:
    key = new_key()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(arguments.key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    print(f"CIRCLETIME_FIRMWARE_KEY={public_key(key)}")


def _pack(arguments: argparse.Namespace) -> None:
    key = serialization.load_pem_private_key(arguments.key.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size != 2048:
        raise ValueError(f"{arguments.key} is not an RSA key of 2048 bits")
    arguments.out.write_bytes(pack(arguments.version, key))
    print(f"{arguments.out}: {arguments.out.stat().st_size} bytes")


if __name__ == "__main__":
    sys.exit(main())
