"""A request repeated with the same key gets the first answer again, and changes nothing.

The key is stored in the transaction that has the effect, so there is never one without the other.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, String, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hub.db.base import Base, UtcTime
from hub.errors import Refused

KEPT = timedelta(days=2)


class IdempotencyKey(Base):
    __tablename__ = "idempotency_keys"

    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


def fingerprint(request: bytes) -> bytes:
    return hashlib.sha256(request).digest()


def earlier_answer(session: Session, owner: str, key: str, request: bytes) -> bytes | None:
    """The answer given to this key before, or None. Raises Refused where the key came with another request."""
    row = session.execute(
        select(IdempotencyKey.fingerprint, IdempotencyKey.answer).where(
            IdempotencyKey.owner == owner, IdempotencyKey.key == key
        )
    ).one_or_none()
    if row is None:
        return None
    if row.fingerprint != fingerprint(request):
        raise Refused("idempotency-key-reused", "This Idempotency-Key was used for another request")
    return bytes(row.answer)


def keep_answer(session: Session, owner: str, key: str, request: bytes, answer: bytes, now: datetime) -> None:
    """Stores the answer, and forgets keys older than KEPT."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEPT))
    session.execute(
        insert(IdempotencyKey).values(
            owner=owner, key=key, fingerprint=fingerprint(request), answer=answer, created_at=now
        )
    )
