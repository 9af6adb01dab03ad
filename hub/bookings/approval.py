"""Rooms that need approval: a manager answers; what nobody answers is cancelled at its start (`lifecycle`)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from hub.accounts.service import Account
from hub.bookings import lifecycle, notices, refusals, repository
from hub.bookings.models import CANCELLED, CONFIRMED, NO_SHOW, PENDING
from hub.bookings.reading import BookingRecord, booking
from hub.bookings.scope import THIS, in_scope
from hub.bookings.writing import change, opened


def approve(
    session: Session, booking_id: str, *, by: Account, now: datetime, scope: str = THIS
) -> BookingRecord:
    """The booking holds; again is harmless. Raises Conflict where it is over."""
    before, _ = opened(session, booking_id, by, "approve", now)
    if before.status in {CANCELLED, NO_SHOW}:
        raise refusals.booking_over(before.status)
    pending = [one for one in in_scope(session, before, scope, now) if one.status == PENDING]
    for one in pending:
        holds = lifecycle.Standing(
            status=CONFIRMED, starts_at=one.starts_at, ends_at=one.ends_at, check_in_by=one.check_in_by
        )
        change(session, one, {"status": CONFIRMED, "next_at": lifecycle.next_deadline(holds)}, now)
    notices.answered(session, pending, notices.APPROVED, by, now)
    return booking(session, booking_id, now)


def decline(
    session: Session, booking_id: str, *, by: Account, now: datetime, scope: str = THIS
) -> BookingRecord:
    """Gives the time back; again is harmless. Raises Conflict for what was approved, or is over."""
    before, _ = opened(session, booking_id, by, "decline", now)
    if before.status in repository.ACTIVE and before.status != PENDING:
        raise refusals.already_approved()
    if before.status not in {PENDING, CANCELLED}:
        raise refusals.booking_over(before.status)
    pending = [one for one in in_scope(session, before, scope, now) if one.status == PENDING]
    for one in pending:
        change(session, one, lifecycle.cancelled(now), now)
    notices.answered(session, pending, notices.DECLINED, by, now)
    return booking(session, booking_id, now)
