"""What can be refused about webhooks; each slug once (docs/problems.md)."""

from __future__ import annotations

from hub.errors import Conflict, NotFound, Refused, not_found


def webhook_not_found(webhook_id: str) -> NotFound:
    return not_found("webhook", webhook_id)


def delivery_not_found(delivery_id: str) -> NotFound:
    return not_found("delivery", delivery_id)


def bad_address(detail: str) -> Refused:
    return Refused("bad-webhook-address", "That is no address of a webhook", detail)


def too_many(most: int) -> Conflict:
    return Conflict("too-many-webhooks", "There are enough webhooks", f"A site has {most} at most.")


def is_off() -> Conflict:
    return Conflict("webhook-off", "The webhook is switched off", "Switch it on first.")
