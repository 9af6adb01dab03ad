"""Mail is queued in the transaction that is its reason, and sent afterwards: never one without the other,
and nobody waits for a mail server.

Whoever takes a mail has it for LEASE; other processes leave it alone meanwhile. A hub that dies between the
mail server's yes and our note of it sends the mail again after that, under the same Message-ID.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hub.db.base import new_id
from hub.mail.models import OutgoingMail

LINK = "{link}"

LEASE = timedelta(minutes=5)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
GIVEN_UP = timedelta(days=1)
KEPT = timedelta(days=30)
"""What was sent or given up stays this long, for who asks whether a mail went out."""


class MakeLink(Protocol):
    """Makes the link that a mail wants: a whole URL, or None where it has lost its reason and must not go."""

    def __call__(self, session: Session, kind: str, recipient: str, now: datetime) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Mail:
    """Ready to go; the body may hold a secret, which is nowhere else."""

    id: str
    recipient: str
    subject: str
    body: str


def queue(
    session: Session, *, recipient: str, subject: str, body: str, now: datetime, link: str | None = None
) -> None:
    """Sends the mail once this transaction commits. `link` is the kind of link that stands for LINK."""
    session.add(
        OutgoingMail(
            id=new_id(),
            recipient=recipient,
            subject=subject,
            body=body,
            link=link,
            queued_at=now,
            tries=0,
            next_at=now,
        )
    )


def is_due(session: Session, now: datetime) -> bool:
    earliest = session.scalar(select(func.min(OutgoingMail.next_at)).where(OutgoingMail.next_at.is_not(None)))
    return earliest is not None and earliest <= now


def take(session: Session, make_link: MakeLink, now: datetime) -> Mail | None:
    """The mail that has waited longest, for LEASE ours; None where none is due. Drops what lost its reason."""
    while (found := _longest_due(session, now)) is not None:
        body = found.body
        if found.link is not None:
            url = make_link(session, found.link, found.recipient, now)
            if url is None:
                session.delete(found)
                session.flush()
                continue
            body = body.replace(LINK, url)
        found.tries += 1
        found.next_at = now + LEASE
        return Mail(found.id, found.recipient, found.subject, body)
    return None


def _longest_due(session: Session, now: datetime) -> OutgoingMail | None:
    return session.scalar(
        select(OutgoingMail)
        .where(OutgoingMail.next_at <= now)
        .order_by(OutgoingMail.next_at, OutgoingMail.key)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def mark_sent(session: Session, mail: Mail, now: datetime) -> None:
    """Forgets, too, what is older than KEPT."""
    found = _mail(session, mail)
    found.sent_at, found.next_at, found.problem = now, None, None
    session.execute(
        delete(OutgoingMail).where(OutgoingMail.next_at.is_(None), OutgoingMail.queued_at < now - KEPT)
    )


def mark_failed(session: Session, mail: Mail, problem: str, now: datetime, *, for_good: bool) -> bool:
    """Tries again later, each time twice as late; whether it does: not `for_good`, nor after GIVEN_UP."""
    found = _mail(session, mail)
    found.problem = problem[:255]
    wait = min(FIRST_WAIT * 2 ** min(found.tries - 1, 10), LONGEST_WAIT)
    again = not for_good and now + wait <= found.queued_at + GIVEN_UP
    found.next_at = now + wait if again else None
    return again


def _mail(session: Session, mail: Mail) -> OutgoingMail:
    return session.scalars(select(OutgoingMail).where(OutgoingMail.id == mail.id)).one()
