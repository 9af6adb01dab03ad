"""Who changed what, for admins to read. Services call `record` inside the transaction that makes the change.

`action` is `thing.verb` (`user.change`, `room.remove`); `detail` holds what a reader needs to know, old and
new value of each field, and never a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from hub.accounts import repository
from hub.accounts.account import Account, account_of
from hub.accounts.models import AuditEntry
from hub.accounts.repository import AuditFilter

__all__ = ["AuditFilter", "AuditRecord", "differences", "entries", "record"]


@dataclass(frozen=True, slots=True)
class AuditRecord:
    key: int
    at: datetime
    actor: Account | None
    action: str
    subject_id: str
    detail: dict[str, Any]


def record(
    session: Session,
    who: Account | None,
    action: str,
    subject: str,
    detail: Mapping[str, Any],
    now: datetime,
    kept: timedelta | None = None,
) -> None:
    """`who` None is the command line, a panel, or the hub itself; `subject` is the id of what was changed.

    Kept for ever, unless told; the next entry that is not takes away what has been kept long enough.
    """
    if kept is not None:
        session.execute(delete(AuditEntry).where(AuditEntry.forgotten_at <= now))
    session.execute(
        insert(AuditEntry).values(
            at=now,
            actor_key=None if who is None else who.key,
            action=action,
            subject_id=subject,
            detail=dict(detail),
            forgotten_at=None if kept is None else now + kept,
        )
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Old and new value of every field that is another one now; of a field that has fields, of those."""
    told: dict[str, Any] = {}
    for name, new in after.items():
        old = before[name]
        if old != new:
            both = isinstance(old, Mapping) and isinstance(new, Mapping)
            told[name] = differences(old, new) if both else [old, new]
    return told


def latest_at(session: Session) -> datetime | None:
    """When the last of them was written."""
    found: datetime | None = session.scalar(select(func.max(AuditEntry.at)))
    return found


def entries(session: Session, wanted: AuditFilter, limit: int) -> list[AuditRecord]:
    """Up to `limit`, the latest first."""
    rows = repository.audit_entries(session, wanted, limit)
    actors = {
        user.key: account_of(user)
        for user in repository.users_with_keys(session, {row.actor_key for row in rows if row.actor_key})
    }
    return [
        AuditRecord(row.key, row.at, actors.get(row.actor_key or 0), row.action, row.subject_id, row.detail)
        for row in rows
    ]
