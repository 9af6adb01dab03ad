"""Firmware that panels can be given. The key it is signed with is never here, only the public half."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.errors import Conflict, Refused, not_found
from hub.panel.models import FirmwareRelease
from shared.firmware_offer import MAX_BUNDLE_BYTES, signed_text, version_of


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    key: int
    version: str
    size: int
    sha256: str
    signature: str
    uploaded_at: datetime


def upload(session: Session, packed: bytes, firmware_key: str | None, now: datetime) -> ReleaseRecord:
    """Takes a file as `tools/release.py` packs it. Raises Refused where it is not that, or not signed with the
    site's key; Conflict where its version is there already, or the site has no key."""
    if firmware_key is None:
        raise Conflict("no-firmware-key", "This site has no firmware key", "Set CIRCLETIME_FIRMWARE_KEY.")
    head, _, content = packed.partition(b"\n")
    release = _signed_release(head, content, firmware_key, now)
    if session.scalar(select(FirmwareRelease.key).where(FirmwareRelease.version == release.version)):
        raise Conflict("firmware-exists", "That version is already here", "Give what is new a new number.")
    session.add(release)
    session.flush()
    return _record(release)


def releases(session: Session) -> list[ReleaseRecord]:
    """The highest version first."""
    found = [_record(one) for one in session.scalars(select(FirmwareRelease))]
    return sorted(found, key=lambda one: version_of(one.version), reverse=True)


def release(session: Session, version: str) -> ReleaseRecord:
    """Raises NotFound."""
    return _record(_found(session, version))


def content(session: Session, version: str) -> bytes:
    """What panels download. Raises NotFound."""
    return _found(session, version).content


def _signed_release(head: bytes, content: bytes, firmware_key: str, now: datetime) -> FirmwareRelease:
    try:
        told = json.loads(head)
        version, sha256, signature = str(told["version"]), str(told["sha256"]), str(told["signature"])
        version_of(version)
        words = signed_text(version, len(content), sha256).encode()
        _public(firmware_key).verify(b64decode(signature), words, padding.PKCS1v15(), hashes.SHA256())
    except (ValueError, KeyError, TypeError, InvalidSignature) as error:
        raise Refused(
            "bad-firmware", "That is no firmware for this site", "It is not signed with the site's key."
        ) from error
    if hashlib.sha256(content).hexdigest() != sha256 or not 0 < len(content) <= MAX_BUNDLE_BYTES:
        raise Refused("bad-firmware", "That is no firmware for this site", "It is not whole.")
    return FirmwareRelease(
        version=version,
        size=len(content),
        sha256=sha256,
        signature=signature,
        content=content,
        uploaded_at=now,
    )


def _public(firmware_key: str) -> rsa.RSAPublicKey:
    modulus = int.from_bytes(b64decode(firmware_key), "big")
    return rsa.RSAPublicNumbers(65537, modulus).public_key()


def _found(session: Session, version: str) -> FirmwareRelease:
    found = session.scalar(select(FirmwareRelease).where(FirmwareRelease.version == version))
    if found is None:
        raise not_found("firmware", version)
    return found


def _record(found: FirmwareRelease) -> ReleaseRecord:
    return ReleaseRecord(
        found.key, found.version, found.size, found.sha256, found.signature, found.uploaded_at
    )
