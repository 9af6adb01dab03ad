"""Webhooks: which systems are told what happens here, and how the telling goes."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal

from litestar import delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy.orm import Session

from hub.api.audited import audited, audited_change
from hub.api.booking_actions import NoBody
from hub.api.context import Asking, Hub, requires_admin, requires_manager
from hub.api.paging import Cursor, Key, Limit, cursor_at, position_of
from hub.api.schema import Body, Record
from hub.webhooks import endpoints, outbox, signing
from hub.webhooks.endpoints import WebhookRecord
from hub.webhooks.outbox import DeliveryRecord

Event = Literal[
    "booking.created",
    "booking.changed",
    "booking.cancelled",
    "booking.checked_in",
    "booking.released",
    "booking.ended",
    "issue.reported",
    "issue.changed",
    "issue.resolved",
    "panel.online",
    "panel.offline",
]
Events = Annotated[list[Event], Meta(min_length=1, max_length=50)]
Status = Literal["waiting", "delivered", "dead"]
Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
Address = Annotated[str, Meta(min_length=1, max_length=2000)]


class WebhookToAdd(Body):
    """`url` begins with `https://`. Without a `name` it is called by its host."""

    url: Address
    events: Events
    name: Name | None = None


class WebhookToChange(Body):
    """What is left out stays as it is. `on` false: it is told nothing any more, and nothing of that time later."""

    url: Address | UnsetType = UNSET
    events: Events | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    on: bool | UnsetType = UNSET


class Webhook(Record):
    """`host` is all that is told of the address, which may itself be a secret. `offBecause`: an admin wanted it, it was
    failing for five days, or it answered 410 (gone). `problem`: what was wrong at the last try, null when it went well.
    `secretBeforeUntil`: until then a secret that was renewed signs too. `waiting` and `dead`: how many deliveries are."""

    id: str
    name: str
    host: str
    events: list[Event]
    on: bool
    off_because: Literal["admin", "failing", "gone"] | None
    made_at: datetime
    delivered_at: datetime | None
    failing_since: datetime | None
    problem: str | None
    secret_before_until: datetime | None
    waiting: int
    dead: int


class AddedWebhook(Webhook):
    """`secret` is told this once."""

    secret: str


class Webhooks(Record):
    items: list[Webhook]
    next_cursor: str | None = None


class WebhookSecret(Record):
    """`secret` is told this once; until `secretBeforeUntil` the one before signs too."""

    secret: str
    secret_before_until: datetime


class WebhookDelivery(Record):
    """`id` is the `webhook-id` of every try. `answered` is the status of the last answer, null where there was none.
    `nextAt`: when it is tried next; null once it is delivered or dead."""

    id: str
    event: str
    status: Status
    queued_at: datetime
    tries: int
    next_at: datetime | None
    delivered_at: datetime | None
    answered: int | None
    problem: str | None


class WebhookDeliveries(Record):
    items: list[WebhookDelivery]
    next_cursor: str | None = None


class _Noted(Body):
    """What the audit keeps of a new webhook."""

    name: str
    host: str
    events: list[Event]


def _fields(found: WebhookRecord) -> dict[str, object]:
    return {
        "id": found.id,
        "name": found.name,
        "host": found.host,
        "events": found.events,
        "on": found.off_at is None,
        "off_because": found.off_because,
        "made_at": found.made_at,
        "delivered_at": found.delivered_at,
        "failing_since": found.failing_since,
        "problem": found.problem,
        "secret_before_until": found.old_until,
        "waiting": found.waiting,
        "dead": found.dead,
    }


def _webhook(found: WebhookRecord) -> Webhook:
    return Webhook(**_fields(found))  # type: ignore[arg-type]  # each as the service was given it


def _delivery(found: DeliveryRecord) -> WebhookDelivery:
    return WebhookDelivery(
        id=found.id,
        event=found.event,
        status=found.status,  # type: ignore[arg-type]  # the service knows no other
        queued_at=found.queued_at,
        tries=found.tries,
        next_at=found.next_at,
        delivered_at=found.delivered_at,
        answered=found.answered,
        problem=found.problem,
    )


@get("/webhooks", guards=[requires_manager], tags=["webhooks"])
async def list_webhooks(hub: Hub) -> Webhooks:
    """The oldest first."""
    found = await hub.database.read(endpoints.webhooks)
    return Webhooks(items=[_webhook(one) for one in found])


@post("/webhooks", guards=[requires_admin], tags=["webhooks"])
async def add_webhook(hub: Hub, request: Asking, data: JSONBody[WebhookToAdd]) -> AddedWebhook:
    """From now on it is told of these events. Nothing is sent yet: `/webhooks/{id}/test` does."""
    url, host = endpoints.clean_address(data.url)
    secret, now = signing.new_secret(), hub.clock.now()
    vault = hub.courier.vault
    sealed_url, sealed_secret = vault.seal_words(url), vault.seal_words(secret)
    noted = _Noted(name=data.name or host[:100], host=host, events=data.events)

    def work(session: Session) -> AddedWebhook:
        made = endpoints.add(
            session,
            name=noted.name,
            host=host,
            sealed_url=sealed_url,
            sealed_secret=sealed_secret,
            events=data.events,
            now=now,
        )
        return AddedWebhook(**_fields(made), secret=secret)  # type: ignore[arg-type]  # as in `_webhook`

    return await audited(hub, request, "webhook.create", work, data=noted)


@get("/webhooks/{id:str}", guards=[requires_manager], tags=["webhooks"])
async def get_webhook(hub: Hub, id: FromPath[str]) -> Webhook:
    return _webhook(await hub.database.read(lambda session: endpoints.webhook(session, id)))


@patch("/webhooks/{id:str}", guards=[requires_admin], tags=["webhooks"])
async def change_webhook(
    hub: Hub, request: Asking, id: FromPath[str], data: JSONBody[WebhookToChange]
) -> Webhook:
    now = hub.clock.now()
    moved = None if data.url is UNSET else endpoints.clean_address(data.url)
    sealed = None if moved is None else hub.courier.vault.seal_words(moved[0])

    def change(session: Session) -> None:
        if moved is not None and sealed is not None:
            endpoints.move(session, id, moved[1], sealed)
        endpoints.change(session, id, name=data.name, events=data.events, on=data.on, now=now)

    def look(session: Session) -> Webhook:
        return _webhook(endpoints.webhook(session, id))

    return await audited_change(hub, request, "webhook.change", id, data, change, look)


@delete("/webhooks/{id:str}", guards=[requires_admin], tags=["webhooks"])
async def remove_webhook(hub: Hub, request: Asking, id: FromPath[str]) -> None:
    """With all that waits for it."""
    await audited(hub, request, "webhook.remove", lambda session: endpoints.remove(session, id), id)


@post("/webhooks/{id:str}/secret", status_code=HTTPStatus.OK, guards=[requires_admin], tags=["webhooks"])
async def renew_webhook_secret(
    hub: Hub, request: Asking, id: FromPath[str], data: NoBody = None
) -> WebhookSecret:
    """Another secret. For 24 hours the one before signs too, so that the receiver can change over in between."""
    secret, now = signing.new_secret(), hub.clock.now()
    sealed = hub.courier.vault.seal_words(secret)

    def work(session: Session) -> WebhookSecret:
        endpoints.renew_secret(session, id, sealed, now)
        return WebhookSecret(secret=secret, secret_before_until=now + endpoints.OVERLAP)

    return await audited(hub, request, "webhook.renew-secret", work, id)


@post("/webhooks/{id:str}/test", status_code=HTTPStatus.OK, guards=[requires_admin], tags=["webhooks"])
async def try_webhook(hub: Hub, id: FromPath[str], data: NoBody = None) -> WebhookDelivery:
    """Sends a `ping` now, once, also to one that is off, and tells how it went: `delivered`, or `dead` with the problem."""
    return _delivery(await hub.courier.ping(id))


@get("/webhooks/{id:str}/deliveries", guards=[requires_manager], tags=["webhooks"])
async def list_webhook_deliveries(
    hub: Hub,
    id: FromPath[str],
    status: FromQuery[Status | None] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> WebhookDeliveries:
    """The latest first, for 30 days. `dead` are those that were given up."""
    before = position_of(cursor, Key)
    found = await hub.database.read(
        lambda session: outbox.deliveries(session, id, status=status, before=before, limit=limit + 1)
    )
    more = cursor_at(found[limit - 1].key) if len(found) > limit else None
    return WebhookDeliveries(items=[_delivery(one) for one in found[:limit]], next_cursor=more)


@post(
    "/webhooks/{id:str}/deliveries/{delivery:str}/resend",
    status_code=HTTPStatus.OK,
    guards=[requires_manager],
    tags=["webhooks"],
)
async def resend_webhook_delivery(
    hub: Hub, id: FromPath[str], delivery: FromPath[str], data: NoBody = None
) -> WebhookDelivery:
    """It is sent within the next seconds, under the same id, whatever became of it before."""
    now = hub.clock.now()
    return _delivery(await hub.database.write(lambda session: outbox.resend(session, id, delivery, now)))


ROUTES = [
    list_webhooks,
    add_webhook,
    get_webhook,
    change_webhook,
    remove_webhook,
    renew_webhook_secret,
    try_webhook,
    list_webhook_deliveries,
    resend_webhook_delivery,
]
