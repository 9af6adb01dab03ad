"""Passwords: argon2id on threads of its own, so that logins never hold up the hub.

19 MiB, two passes, one lane: OWASP's first recommendation for argon2id. The library's own defaults cost
180 ms each, which a handful of strangers could turn into a denial of service.
"""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hub.errors import Refused

SHORTEST, LONGEST = 8, 1024
_PIN = re.compile("[0-9]{4,8}")

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
_nobody = _hasher.hash("nobody has this password")


def check_length(password: str) -> None:
    """Raises Refused where it is shorter than SHORTEST or longer than LONGEST characters."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused(
            "bad-password",
            "This password cannot be used",
            f"A password has {SHORTEST} to {LONGEST} characters.",
        )


def hash_password(password: str) -> str:
    """Raises what `check_length` raises."""
    check_length(password)
    return _hasher.hash(password)


def _verify(kept: str | None, password: str) -> bool:
    """Takes as long for nobody as for somebody, so that time does not tell who has an account."""
    try:
        _hasher.verify(kept or _nobody, password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


async def new_password_hash(password: str) -> str:
    """`hash_password` on a thread of its own."""
    return await asyncio.get_running_loop().run_in_executor(_threads, hash_password, password)


async def new_pin_hash(pin: str) -> str:
    """The same for the PIN of a room. Raises Refused where it is not 4 to 8 digits."""
    if not _PIN.fullmatch(pin):
        raise Refused("bad-pin", "This PIN cannot be used", "A PIN has 4 to 8 digits.")
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, pin)


async def verify_password(kept: str | None, password: str) -> bool:
    if len(password) > LONGEST:
        return False
    return await asyncio.get_running_loop().run_in_executor(_threads, _verify, kept, password)
