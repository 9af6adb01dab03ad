"""How often something may be tried, for one account and from one address.

The count is in the database: it survives a restart and holds across processes. A limit's count begins with
its first attempt and is forgotten a window later, so a subject has one row, and the table no more rows than
there were subjects within the longest window.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import ColumnElement, and_, delete, insert, not_, select, update
from sqlalchemy.orm import Session

from hub.accounts.models import Attempts
from hub.errors import TooMany


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` attempts within `window`. `name` tells its counts from those of other limits."""

    name: str
    most: int
    window: timedelta


Try = tuple[Limit, str]
"""A limit, and the subject that it counts: an account's address, where the request came from, or both."""


def check_attempts(session: Session, tries: Iterable[Try], now: datetime) -> None:
    """Raises TooMany where one of the limits has been reached."""
    for limit, subject in tries:
        row = session.execute(
            select(Attempts.times, Attempts.forgotten_at).where(_counting(limit, subject, now))
        ).one_or_none()
        if row is not None and row.times >= limit.most:
            raise _too_many(int((row.forgotten_at - now).total_seconds()))


def _too_many(wait_s: int) -> TooMany:
    return TooMany(
        "too-many-attempts",
        "Too many attempts",
        f"Wait {wait_s} seconds, then try again.",
        retryAfterS=wait_s,
    )


def count_attempts(session: Session, tries: Iterable[Try], now: datetime) -> None:
    """Counts one more for each, and forgets what is over.

    Raises TooMany where a limit has been reached since `check_attempts`, by others who count at once.
    """
    session.execute(delete(Attempts).where(Attempts.forgotten_at <= now))
    for limit, subject in tries:
        more = update(Attempts).where(_counting(limit, subject, now)).values(times=Attempts.times + 1)
        row = session.execute(more.returning(Attempts.times, Attempts.forgotten_at)).one_or_none()
        if row is None:
            _begin(session, limit, subject, now)
        elif row.times > limit.most:
            raise _too_many(int((row.forgotten_at - now).total_seconds()))


def _begin(session: Session, limit: Limit, subject: str, now: datetime) -> None:
    """The first of a window; where another was quicker with it, the write runs anew."""
    session.execute(delete(Attempts).where(_of(limit, subject), not_(_counting(limit, subject, now))))
    first = {"times": 1, "forgotten_at": now + limit.window}
    session.execute(insert(Attempts).values(limit=limit.name, subject=_hash(subject), **first))


def _of(limit: Limit, subject: str) -> ColumnElement[bool]:
    return and_(Attempts.limit == limit.name, Attempts.subject == _hash(subject))


def _counting(limit: Limit, subject: str, now: datetime) -> ColumnElement[bool]:
    """Still of this window; a clock that was set back must lock nobody out for longer."""
    forgotten_at = Attempts.forgotten_at
    return and_(_of(limit, subject), forgotten_at > now, forgotten_at <= now + limit.window)


def _hash(subject: str) -> bytes:
    return hashlib.sha256(subject.encode()).digest()


def address_of(host: str) -> str:
    """Where a request came from, as limits count it: an IPv6 caller has a whole /64 to choose from."""
    try:
        found = ip_address(host)
    except ValueError:
        return host
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))
    return str(found)
