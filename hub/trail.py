"""Which request this is, from its door to the panel's glass: one id in every log line on the way."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_SANE = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)

_now: ContextVar[str | None] = ContextVar("request_id", default=None)


@dataclass(frozen=True, slots=True)
class Cause:
    """What made a change: the request's id, and when it was committed, in seconds of `time.monotonic`."""

    request_id: str | None
    committed_s: float


def request_id() -> str | None:
    """Of the request, or the panel's command, that is worked on here; None where nobody asked."""
    return _now.get()


def cause() -> Cause:
    """Of what is committed at this moment."""
    return Cause(request_id(), time.monotonic())


def sane_id(wished: str | None) -> str:
    """The id that the caller brought, where it can stand in a log; else a new one."""
    return wished if wished and _SANE.fullmatch(wished) else secrets.token_hex(8)


@contextmanager
def following(identifier: str) -> Iterator[None]:
    """What is done within, in tasks started there too, is done for this request."""
    before = _now.set(identifier)
    try:
        yield
    finally:
        _now.reset(before)
