"""Takes a person out of what is kept: who they were is gone, that somebody was there stays (docs/operating.md, "Data protection")."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from hub.accounts import access, audit, repository, service
from hub.accounts.account import ADMIN, MEMBER, NOWHERE, Account, account_of
from hub.accounts.models import AuditEntry
from hub.accounts.service import UserRecord
from hub.db import idempotency
from hub.errors import Conflict, not_found
from hub.mail import outbox

NAME = "Somebody"


def erase(session: Session, user_id: str, by: Account | None, now: datetime) -> UserRecord:
    """The account has no name, address, password or wishes any more, lets nobody in, and cannot be let in again.

    Its department stays: reports count by it. Again is harmless. Raises NotFound, and Conflict for the last admin.
    """
    found = repository.user_with_id(session, user_id)
    if found is None:
        raise not_found("user", user_id)
    account = account_of(found)
    outbox.forget(session, found.email)
    found.name, found.email = NAME, f"{found.id}@{NOWHERE}"
    found.role, found.active, found.leads_department = MEMBER, False, False
    found.password_hash = found.mail = found.language = found.issuer = found.subject = None
    session.flush()
    if not repository.active_with_role(session, ADMIN):
        raise Conflict("last-admin", "Somebody must be admin", "Make somebody else an admin first.")
    access.end_sessions(session, account)
    access.end_api_tokens(session, account)
    repository.remove_links(session, found.key)
    idempotency.forget(session, found.id)
    _forget_in_audit(session, found.id, found.key)
    audit.record(session, by, "user.forget", found.id, {}, now)
    return service.user(session, user_id)


def _forget_in_audit(session: Session, user_id: str, user_key: int) -> None:
    """What was done to the account, and by it to its own tokens, is still told; names and addresses in it are not."""
    own = (AuditEntry.subject_id == user_id) | (
        (AuditEntry.actor_key == user_key) & AuditEntry.action.like("token.%")
    )
    session.execute(update(AuditEntry).where(own).values(detail={}))
