"""Answers that need not be sent again (RFC 9110, section 13.1.2)."""

from __future__ import annotations

from hashlib import sha256

from hub.api.context import Asking


def etag_of(body: bytes) -> str:
    return f'"{sha256(body).hexdigest()[:32]}"'


def knows(request: Asking, etag: str) -> bool:
    """Whether `If-None-Match` names it: a list of tags, weak ones too, or `*`."""
    tags = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
    return etag in tags or "*" in tags
