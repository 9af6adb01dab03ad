"""Which systems are told what: added, changed, switched off, given another secret."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import UNSET, UnsetType
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hub import reach
from hub.db.base import new_id
from hub.webhooks import refusals
from hub.webhooks.kinds import KINDS
from hub.webhooks.models import Delivery, Webhook

MOST = 20
OVERLAP = timedelta(hours=24)
"""So long a secret signs after another has taken its place."""
BY_ADMIN, FAILING, GONE = "admin", "failing", "gone"


@dataclass(frozen=True, slots=True)
class WebhookRecord:
    """`off_because`: `admin`, `failing` or `gone` (it said so). `dead`: how many deliveries were given up."""

    key: int
    id: str
    name: str
    host: str
    events: list[str]
    made_at: datetime
    off_at: datetime | None
    off_because: str | None
    failing_since: datetime | None
    delivered_at: datetime | None
    problem: str | None
    old_until: datetime | None
    waiting: int
    dead: int


def clean_address(url: str) -> tuple[str, str]:
    """The address as it is called, and its host. Raises Refused."""
    try:
        return reach.clean_address(
            url, of_a_user="A webhook has no user name: it proves itself by its signature."
        )
    except reach.BadAddress as error:
        raise refusals.bad_address(str(error)) from error


def add(
    session: Session,
    *,
    name: str,
    host: str,
    sealed_url: bytes,
    sealed_secret: bytes,
    events: Iterable[str],
    now: datetime,
) -> WebhookRecord:
    """Raises Conflict where there are MOST."""
    if (session.scalar(select(func.count()).select_from(Webhook)) or 0) >= MOST:
        raise refusals.too_many(MOST)
    made = Webhook(
        id=new_id(),
        name=name,
        host=host,
        sealed_url=sealed_url,
        sealed_secret=sealed_secret,
        events=_in_order(events),
        made_at=now,
    )
    session.add(made)
    session.flush()
    return _record(made, 0, 0)


def _in_order(events: Iterable[str]) -> list[str]:
    wanted = set(events)
    return [one for one in KINDS if one in wanted]


def row_with_id(session: Session, webhook_id: str) -> Webhook:
    """Raises NotFound."""
    found = session.scalar(select(Webhook).where(Webhook.id == webhook_id))
    if found is None:
        raise refusals.webhook_not_found(webhook_id)
    return found


def webhook(session: Session, webhook_id: str) -> WebhookRecord:
    """Raises NotFound."""
    return _records(session, [row_with_id(session, webhook_id)])[0]


def webhooks(session: Session) -> list[WebhookRecord]:
    """The oldest first."""
    return _records(session, session.scalars(select(Webhook).order_by(Webhook.key)).all())


def _records(session: Session, rows: Collection[Webhook]) -> list[WebhookRecord]:
    theirs = Delivery.webhook_key.in_([row.key for row in rows])
    undelivered = Delivery.delivered_at.is_(None)
    counts = {
        (key, waits): number
        for key, waits, number in session.execute(
            select(Delivery.webhook_key, Delivery.next_at.is_not(None), func.count())
            .where(theirs, undelivered)
            .group_by(Delivery.webhook_key, Delivery.next_at.is_not(None))
        )
    }
    return [_record(row, counts.get((row.key, True), 0), counts.get((row.key, False), 0)) for row in rows]


def _record(row: Webhook, waiting: int, dead: int) -> WebhookRecord:
    return WebhookRecord(
        key=row.key,
        id=row.id,
        name=row.name,
        host=row.host,
        events=list(row.events),
        made_at=row.made_at,
        off_at=row.off_at,
        off_because=row.off_because,
        failing_since=row.failing_since,
        delivered_at=row.delivered_at,
        problem=row.problem,
        old_until=row.old_until,
        waiting=waiting,
        dead=dead,
    )


def change(
    session: Session,
    webhook_id: str,
    *,
    name: str | UnsetType = UNSET,
    events: Iterable[str] | UnsetType = UNSET,
    on: bool | UnsetType = UNSET,
    now: datetime,
) -> None:
    """What is switched off is told nothing of that time, not even later. Raises NotFound."""
    found = row_with_id(session, webhook_id)
    if name is not UNSET:
        found.name = name
    if events is not UNSET:
        found.events = _in_order(events)
    if on is True:
        found.off_at = found.off_because = found.failing_since = found.problem = None
    elif on is False and found.off_at is None:
        switch_off(session, found, BY_ADMIN, now)


def move(session: Session, webhook_id: str, host: str, sealed_url: bytes) -> None:
    """Raises NotFound."""
    found = row_with_id(session, webhook_id)
    found.host, found.sealed_url = host, sealed_url


def renew_secret(session: Session, webhook_id: str, sealed_secret: bytes, now: datetime) -> None:
    """The one before signs too, for OVERLAP. Raises NotFound."""
    found = row_with_id(session, webhook_id)
    found.sealed_old_secret, found.old_until = found.sealed_secret, now + OVERLAP
    found.sealed_secret = sealed_secret


def remove(session: Session, webhook_id: str) -> None:
    """With all that it was told. Raises NotFound."""
    found = row_with_id(session, webhook_id)
    session.execute(delete(Delivery).where(Delivery.webhook_key == found.key))
    session.delete(found)
    session.flush()


def switch_off(session: Session, found: Webhook, because: str, now: datetime) -> None:
    """What waits is given up: it can be sent again once the webhook is on."""
    found.off_at, found.off_because = now, because
    session.execute(
        update(Delivery)
        .where(Delivery.webhook_key == found.key, Delivery.next_at.is_not(None))
        .values(next_at=None, problem="The webhook was switched off.")
    )
