"""Mail is queued in the transaction that is its reason, and sent afterwards: never one without the other,
and nobody waits for a mail server.

A mail is queued in words; or as a notice, which is written when it goes out, from what is true then, and whose
place the next notice of the same topic takes while it waits.

Whoever takes a mail has it for LEASE; other processes leave it alone meanwhile. A hub that dies between the
mail server's yes and our note of it sends the mail again after that, under the same Message-ID.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hub.db.base import new_id
from hub.mail.models import OutgoingMail

_log = logging.getLogger(__name__)

LINK = "{link}"

LEASE = timedelta(minutes=5)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
GIVEN_UP = timedelta(days=1)
KEPT = timedelta(days=30)
"""What was sent or given up stays this long, for who asks whether a mail went out."""
_AT_ONCE = 500

About = dict[str, Any]
"""What a notice is written from; JSON."""


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """An iTIP message (RFC 5546): `method` is REQUEST or CANCEL, `text` the whole VCALENDAR."""

    method: str
    text: bytes


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail; `type` is its media type."""

    name: str
    type: str
    file: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A notice, written."""

    recipient: str
    subject: str
    body: str
    calendar: CalendarPart | None = None


class MakeLink(Protocol):
    """Makes the link that a mail wants: a whole URL, or None where it has lost its reason and must not go."""

    def __call__(self, session: Session, kind: str, recipient: str, now: datetime) -> str | None: ...


class WriteNotice(Protocol):
    """Writes a notice; None where it has lost its reason and must not go."""

    def __call__(self, session: Session, about: About, now: datetime) -> Letter | None: ...


@dataclass(frozen=True, slots=True)
class Writers:
    """Who adds to a mail what is known only when it goes out."""

    make_link: MakeLink
    write_notice: WriteNotice


@dataclass(frozen=True, slots=True)
class Notice:
    """`topic`: what it is about, and to whom."""

    topic: str
    recipient: str
    about: About


@dataclass(frozen=True, slots=True)
class Mail:
    """Ready to go; the body may hold a secret, which is nowhere else."""

    id: str
    recipient: str
    subject: str
    body: str
    calendar: CalendarPart | None = None
    attachment: Attachment | None = None


def queue(
    session: Session,
    *,
    recipient: str,
    subject: str,
    body: str,
    now: datetime,
    link: str | None = None,
    attachment: Attachment | None = None,
) -> None:
    """Sends the mail once this transaction commits. `link` is the kind of link that stands for LINK."""
    session.add(
        OutgoingMail(
            id=new_id(),
            recipient=recipient,
            subject=subject,
            body=body,
            link=link,
            attached_name=attachment and attachment.name,
            attached_type=attachment and attachment.type,
            attached_file=attachment and attachment.file,
            queued_at=now,
            tries=0,
            next_at=now,
        )
    )


def queue_notices(
    session: Session, notices: Sequence[Notice], merge: Callable[[About, About], About], now: datetime
) -> None:
    """Sends them once this transaction commits; no two are of one topic.

    Where one of the same topic waits still, `merge` makes one of the two (old, new).
    """
    for start in range(0, len(notices), _AT_ONCE):
        some = notices[start : start + _AT_ONCE]
        waiting = {row.topic: row for row in _waiting(session, [one.topic for one in some])}
        for one in some:
            if one.topic in waiting:
                _renew(waiting[one.topic], merge, one.about, now)
        new = [_row(one, now) for one in some if one.topic not in waiting]
        if new:
            session.execute(insert(OutgoingMail), new)


def _waiting(session: Session, topics: Sequence[str]) -> Sequence[OutgoingMail]:
    """Those that nobody is sending at this moment."""
    untried = or_(OutgoingMail.tries == 0, OutgoingMail.problem.is_not(None))
    return session.scalars(
        select(OutgoingMail)
        .where(OutgoingMail.topic.in_(topics), OutgoingMail.next_at.is_not(None), untried)
        .with_for_update(skip_locked=True)
    ).all()


def _renew(row: OutgoingMail, merge: Callable[[About, About], About], about: About, now: datetime) -> None:
    row.about = merge(row.about or {}, about)
    row.queued_at, row.next_at, row.tries = now, now, 0


def _row(notice: Notice, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "recipient": notice.recipient,
        "subject": "",
        "body": "",
        "topic": notice.topic,
        "about": notice.about,
        "queued_at": now,
        "tries": 0,
        "next_at": now,
    }


def next_due(session: Session) -> datetime | None:
    """When the next mail is due; None where none waits."""
    found: datetime | None = session.scalar(
        select(func.min(OutgoingMail.next_at)).where(OutgoingMail.next_at.is_not(None))
    )
    return found


def is_due(session: Session, now: datetime) -> bool:
    earliest = next_due(session)
    return earliest is not None and earliest <= now


def take(session: Session, writers: Writers, now: datetime) -> Mail | None:
    """The mail that has waited longest, for LEASE ours; None where none is due. Drops what lost its reason."""
    while (found := _longest_due(session, now)) is not None:
        mail = _written(session, found, writers, now)
        if mail is not None:
            found.tries += 1
            found.next_at, found.problem = now + LEASE, None
            return mail
        session.flush()
    return None


def _written(session: Session, found: OutgoingMail, writers: Writers, now: datetime) -> Mail | None:
    if found.about is not None:
        return _notice(session, found, found.about, writers, now)
    if found.link is None:
        return Mail(found.id, found.recipient, found.subject, found.body, attachment=_attachment(found))
    url = writers.make_link(session, found.link, found.recipient, now)
    if url is None:
        session.delete(found)
        return None
    return Mail(found.id, found.recipient, found.subject, found.body.replace(LINK, url))


def _attachment(found: OutgoingMail) -> Attachment | None:
    if found.attached_file is None:
        return None
    return Attachment(found.attached_name or "", found.attached_type or "", found.attached_file)


def _notice(
    session: Session, found: OutgoingMail, about: About, writers: Writers, now: datetime
) -> Mail | None:
    """One that can't be written is given up: it must not hold up the others."""
    try:
        letter = writers.write_notice(session, about, now)
    except SQLAlchemyError:
        raise
    except Exception as error:  # noqa: BLE001  whatever is wrong with one notice
        _log.exception("mail %s can't be written: %s", found.id, about)
        found.next_at, found.problem = None, f"can't be written: {error}"[:255]
        return None
    if letter is None:
        session.delete(found)
        return None
    found.recipient, found.subject = letter.recipient, letter.subject[:255]
    return Mail(found.id, letter.recipient, letter.subject, letter.body, letter.calendar)


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
    found.attached_file = None
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
    if not again:
        found.attached_file = None
    return again


def _mail(session: Session, mail: Mail) -> OutgoingMail:
    return session.scalars(select(OutgoingMail).where(OutgoingMail.id == mail.id)).one()


def forget(session: Session, recipient: str) -> None:
    """What was sent to that address, and what waits to be."""
    session.execute(delete(OutgoingMail).where(OutgoingMail.recipient == recipient))
