"""A request repeated with the same key gets the first answer again, and changes nothing.

The key is stored in the transaction that has the effect, so there is never one without the other. It is stored
first: of two requests with one key that come at once, the second waits for the first and then runs anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, String, delete, insert, select, update
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


def once(
    session: Session, owner: str, key: str, request: bytes, now: datetime, act: Callable[[], bytes]
) -> bytes:
    """What `act` answers; where this key came before, the answer given then, and nothing is done.

    Keys older than KEPT are forgotten. Raises Refused where the key came with another request.
    """
    fingerprint = hashlib.sha256(request).digest()
    this = (IdempotencyKey.owner == owner, IdempotencyKey.key == key)
    before = session.execute(
        select(IdempotencyKey.fingerprint, IdempotencyKey.answer).where(*this)
    ).one_or_none()
    if before is not None:
        if before.fingerprint != fingerprint:
            raise Refused(
                "idempotency-key-reused",
                "This Idempotency-Key was used for another request",
                "Send another request with another key.",
            )
        return bytes(before.answer)
    claim = {"owner": owner, "key": key, "fingerprint": fingerprint, "answer": b"", "created_at": now}
    session.execute(insert(IdempotencyKey).values(claim))
    answer = act()
    session.execute(update(IdempotencyKey).where(*this).values(answer=answer))
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEPT))
    return answer


def forget(session: Session, owner: str) -> None:
    """The answers that were kept for them."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.owner == owner))
