"""What may be booked: the room's policy, applied to a wish (contract, "Policy")."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.accounts.service import Account
from hub.bookings import refusals
from hub.rooms.service import Policy, RoomRecord

LATEST_START = timedelta(minutes=15)
"""A start may lie this far back, for who books on the doorstep."""


def check_wish(
    room: RoomRecord, starts_at: datetime, ends_at: datetime, attendees: int | None, now: datetime
) -> None:
    """Raises Refused, or Conflict where the room is out of service."""
    if ends_at <= starts_at:
        raise refusals.end_before_start()
    if starts_at < now - LATEST_START or ends_at <= now:
        raise refusals.in_the_past()
    check_length(room.policy, ends_at - starts_at)
    if starts_at > now + room.policy.horizon:
        raise refusals.beyond_horizon(room.policy.horizon_days)
    check_attendees(room, attendees)
    if room.out_of_service is not None:
        raise refusals.room_out_of_service(room.out_of_service)


def waits_for_approval(room: RoomRecord, who: Account, starts_at: datetime, now: datetime) -> bool:
    """Whether what `who` books there waits for a manager. Raises Conflict where there is no time to wait."""
    waits = room.policy.requires_approval and not who.manages
    if waits and starts_at <= now:
        raise refusals.needs_approval()
    return waits


def check_length(policy: Policy, length: timedelta) -> None:
    if length < timedelta(seconds=policy.min_s):
        raise refusals.too_short(policy.min_minutes)
    if length > timedelta(seconds=policy.max_s):
        raise refusals.too_long(policy.max_minutes)


def takes(policy: Policy, starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Whether the room is booked for that long, that far ahead, and that soon: a request begun unanswered is void."""
    length = (ends_at - starts_at).total_seconds()
    in_time = not policy.requires_approval or starts_at > now
    return policy.min_s <= length <= policy.max_s and starts_at <= now + policy.horizon and in_time


def check_attendees(room: RoomRecord, attendees: int | None) -> None:
    if attendees is not None and attendees > room.capacity:
        raise refusals.over_capacity(room.capacity)


def check_title(title: str) -> None:
    """A title is kept as written; NUL is no text to PostgreSQL."""
    if not 1 <= len(title) <= 255 or "\0" in title:
        raise refusals.bad_title()
