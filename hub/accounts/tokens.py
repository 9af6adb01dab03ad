"""Opaque secrets: made here, given out once, kept only as their SHA-256."""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> str:
    """256 random bits as 43 characters of URL-safe base64."""
    return secrets.token_urlsafe(32)


def secret_hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def same_hash(one: bytes, other: bytes) -> bool:
    """Compared in constant time."""
    return secrets.compare_digest(one, other)
