"""Signatures after Standard Webhooks 1.0 (standardwebhooks.com), symmetric: `v1,` and base64 of HMAC-SHA256."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"


def new_secret() -> str:
    """256 random bits."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(message_id: str, at_unix: int, body: bytes, with_secrets: Sequence[str]) -> dict[str, str]:
    """One signature for each secret, the present one's first."""
    signed = b".".join((message_id.encode(), str(at_unix).encode(), body))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at_unix),
        "webhook-signature": " ".join(_signature(one, signed) for one in with_secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
