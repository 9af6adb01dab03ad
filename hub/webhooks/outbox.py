"""What is told is queued in the transaction that does it, and sent afterwards: never one without the other.

Whoever takes a delivery has it for LEASE; other hubs leave it alone meanwhile. A hub that dies between the receiver's yes
and our note of it sends it again after that, under the same id: at least once, and now and then twice.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Row, delete, insert, select
from sqlalchemy.orm import Session

from hub.accounts import preferences
from hub.db.base import new_id
from hub.mail import outbox as mail
from hub.webhooks import refusals
from hub.webhooks.endpoints import FAILING, GONE, row_with_id, switch_off
from hub.webhooks.kinds import PING
from hub.webhooks.models import Delivery, Webhook

LEASE = timedelta(minutes=1)
WAITS = tuple(timedelta(seconds=one) for one in (5, 60, 300, 1800, 7200, 18000, 36000, 36000))
"""Before each further try, give or take a fifth; over a day in all. Then it is dead."""
JITTER = 0.2
SWITCHED_OFF_AFTER = timedelta(days=5)
"""Without one that went well."""
KEPT = timedelta(days=30)

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """`status`: `waiting`, `delivered` or `dead`."""

    key: int
    id: str
    event: str
    queued_at: datetime
    status: str
    tries: int
    next_at: datetime | None
    delivered_at: datetime | None
    answered: int | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery to try, with what is still sealed."""

    id: str
    body: bytes = field(repr=False)
    sealed_url: bytes = field(repr=False)
    sealed_secrets: tuple[bytes, ...] = field(repr=False)


def wanted(session: Session, events: Collection[str]) -> bool:
    """Whether anybody is told of any of these."""
    return any(not set(row.events).isdisjoint(events) for row in _told(session))


def _told(session: Session) -> Sequence[Row[int, list[str]]]:
    """Asked for each booking that changes: so only for what it takes to know."""
    return session.execute(
        select(Webhook.key, Webhook.events).where(Webhook.off_at.is_(None)).order_by(Webhook.key)
    ).all()


def queue(session: Session, news: Iterable[tuple[str, Data]], now: datetime) -> None:
    """Tells whoever wants to know, once this transaction commits. `news`: each an event, and what is said of it."""
    told = _told(session)
    rows = [
        _row(to.key, event, body, now, next_at=now)
        for event, body in ([(event, _body(event, data, now)) for event, data in news] if told else ())
        for to in told
        if event in to.events
    ]
    if rows:
        session.execute(insert(Delivery), rows)


def queue_ping(session: Session, webhook_id: str, now: datetime) -> DeliveryRecord:
    """Nobody else tries it, and it is not tried again. Raises NotFound."""
    found = row_with_id(session, webhook_id)
    body = _body(PING, {"webhookId": found.id}, now)
    made = Delivery(**_row(found.key, PING, body, now, next_at=None))
    session.add(made)
    session.flush()
    return _record(made)


def _body(event: str, data: Data, now: datetime) -> str:
    return msgspec.json.encode({"type": event, "timestamp": now, "data": data}).decode()


def _row(to: int, event: str, body: str, now: datetime, *, next_at: datetime | None) -> dict[str, Any]:
    return {
        "id": f"msg_{new_id()}",
        "webhook_key": to,
        "event": event,
        "body": body,
        "queued_at": now,
        "tries": 0,
        "next_at": next_at,
    }


def deliveries(
    session: Session, webhook_id: str, *, status: str | None, before: int | None, limit: int
) -> list[DeliveryRecord]:
    """The latest first; `status`: only those. Raises NotFound."""
    found = select(Delivery).where(Delivery.webhook_key == row_with_id(session, webhook_id).key)
    if status is not None:
        found = found.where(*_STATUS[status])
    if before is not None:
        found = found.where(Delivery.key < before)
    rows = session.scalars(found.order_by(Delivery.key.desc()).limit(limit))
    return [_record(row) for row in rows]


def delivery(session: Session, delivery_id: str) -> DeliveryRecord:
    return _record(session.scalars(select(Delivery).where(Delivery.id == delivery_id)).one())


_STATUS = {
    "waiting": (Delivery.next_at.is_not(None),),
    "delivered": (Delivery.next_at.is_(None), Delivery.delivered_at.is_not(None)),
    "dead": (Delivery.next_at.is_(None), Delivery.delivered_at.is_(None)),
}


def _record(row: Delivery) -> DeliveryRecord:
    undelivered = "dead" if row.next_at is None else "waiting"
    return DeliveryRecord(
        key=row.key,
        id=row.id,
        event=row.event,
        queued_at=row.queued_at,
        status="delivered" if row.delivered_at is not None and row.next_at is None else undelivered,
        tries=row.tries,
        next_at=row.next_at,
        delivered_at=row.delivered_at,
        answered=row.answered,
        problem=row.problem,
    )


def resend(session: Session, webhook_id: str, delivery_id: str, now: datetime) -> DeliveryRecord:
    """The next try is now, and all others come after it anew. Raises NotFound, Conflict where the webhook is off."""
    to = row_with_id(session, webhook_id)
    found = session.scalar(
        select(Delivery).where(Delivery.id == delivery_id, Delivery.webhook_key == to.key).with_for_update()
    )
    if found is None:
        raise refusals.delivery_not_found(delivery_id)
    if to.off_at is not None:
        raise refusals.is_off()
    found.next_at, found.tries, found.delivered_at = now, 0, None
    session.flush()
    return _record(found)


def due(session: Session, now: datetime) -> set[int]:
    """The keys of webhooks for which something is."""
    return set(session.scalars(select(Delivery.webhook_key).where(Delivery.next_at <= now).distinct()))


def take(session: Session, webhook_key: int, now: datetime) -> Parcel | None:
    """The delivery to it that has waited longest, for LEASE ours; None where none is due."""
    found = session.scalar(
        select(Delivery)
        .where(Delivery.webhook_key == webhook_key, Delivery.next_at <= now)
        .order_by(Delivery.next_at, Delivery.key)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if found is None:
        return None
    found.tries += 1
    found.next_at = now + LEASE
    return _parcel(session, found, now)


def parcel(session: Session, delivery_id: str, now: datetime) -> Parcel:
    """To try at once, by who has queued it alone."""
    found = session.scalars(select(Delivery).where(Delivery.id == delivery_id)).one()
    found.tries += 1
    return _parcel(session, found, now)


def _parcel(session: Session, found: Delivery, now: datetime) -> Parcel:
    to = session.scalars(select(Webhook).where(Webhook.key == found.webhook_key)).one()
    secrets = [to.sealed_secret]
    if to.sealed_old_secret is not None and to.old_until is not None and now < to.old_until:
        secrets.append(to.sealed_old_secret)
    return Parcel(found.id, found.body.encode(), to.sealed_url, tuple(secrets))


def mark_delivered(session: Session, delivery_id: str, answered: int, now: datetime) -> None:
    """Forgets, too, what is older than KEPT."""
    found, to = _both(session, delivery_id)
    if found is None or to is None:
        return  # the webhook was removed meanwhile
    found.delivered_at, found.next_at, found.answered, found.problem = now, None, answered, None
    to.delivered_at, to.failing_since, to.problem = now, None, None
    session.execute(delete(Delivery).where(Delivery.next_at.is_(None), Delivery.queued_at < now - KEPT))


def mark_failed(
    session: Session,
    delivery_id: str,
    problem: str,
    now: datetime,
    *,
    answered: int | None = None,
    wait: timedelta | None = None,
) -> None:
    """Tried again later, each time later, not before `wait`; or dead. 410 and long failure switch the webhook off."""
    found, to = _both(session, delivery_id)
    if found is None or to is None:
        return
    found.problem, found.answered = problem[:255], answered
    found.next_at = None if found.event == PING else _next_try(found.tries, now, wait)
    to.problem, to.failing_since = problem[:255], to.failing_since or now
    if to.off_at is not None:
        found.next_at = None
    elif answered == 410 or now - to.failing_since >= SWITCHED_OFF_AFTER:
        session.flush()
        switch_off(session, to, GONE if answered == 410 else FAILING, now)
        _mail_admins(session, to, now)


def _next_try(tries: int, now: datetime, wait: timedelta | None) -> datetime | None:
    if tries > len(WAITS):
        return None
    spread = 1 + random.uniform(-JITTER, JITTER)
    return now + max(WAITS[tries - 1] * spread, wait or timedelta())


def _both(session: Session, delivery_id: str) -> tuple[Delivery | None, Webhook | None]:
    """Locked, the webhook first: whoever switches it off goes on to its deliveries."""
    of = select(Delivery.webhook_key).where(Delivery.id == delivery_id).scalar_subquery()
    to = session.scalar(select(Webhook).where(Webhook.key == of).with_for_update())
    return session.scalar(select(Delivery).where(Delivery.id == delivery_id).with_for_update()), to


def _mail_admins(session: Session, to: Webhook, now: datetime) -> None:
    for who in preferences.managers(session):
        if who.is_admin:
            mail.queue(
                session,
                recipient=who.email,
                subject=f"Webhook {to.name} was switched off",
                body=f"The hub tells {to.host} nothing any more: {to.problem}\n\n"
                "What was not delivered is under Connections, and can be sent again once the webhook is on.",
                now=now,
            )


def forget(session: Session, account_id: str) -> None:
    """What names that person."""
    session.execute(delete(Delivery).where(Delivery.body.contains(f'"{account_id}"', autoescape=True)))
