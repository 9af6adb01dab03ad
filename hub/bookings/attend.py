"""While a meeting is on: who came, how it goes on, when it is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hub.accounts.service import Account
from hub.bookings import lifecycle, notices, refusals, repository
from hub.bookings.models import CANCELLED, CHECKED_IN, COMPLETED, NO_SHOW, PENDING
from hub.bookings.reading import BookingRecord
from hub.bookings.writing import again, changed, opened, refuse_taken
from hub.rooms.service import RoomRecord

PANEL, ORGANIZER, SENSOR = "panel", "organizer", "sensor"
"""Who counts those who came."""


def check_in(
    session: Session,
    booking_id: str,
    *,
    by: Account | None,
    via: str,
    at: datetime,
    now: datetime,
    attendees: int | None = None,
) -> BookingRecord:
    """Somebody came at `at`; again is harmless. `attendees`: how many, where they were counted; said again, the latest
    count stands.

    `at` before `now` is news that comes late, from a panel that was cut off: in time, it undoes the no-show
    where the slot is not taken again. Raises Conflict outside the window.
    """
    before, room = opened(session, booking_id, by, "check in to", now)
    if before.status == CANCELLED:
        raise refusals.booking_over(before.status)
    count = _counted(attendees, by)
    if before.checked_in_at is not None:
        news = any(getattr(before, name) != value for name, value in count.items())
        return changed(session, before, count, now) if news else before
    at = min(at, now)
    if before.status == COMPLETED and before.ended_at is not None and before.ended_at <= at < before.ends_at:
        raise refusals.booking_over(before.status)
    _check_window(before, room, at)
    came = lifecycle.checked_in(before.ends_at, at, before.buffer_s, now)
    if before.status == COMPLETED:
        came = {"checked_in_at": at}
    elif before.status == NO_SHOW:
        refuse_taken(session, room, again(before, came), now, by, before.attendees)
    came |= {"checked_in_by_key": None if by is None else by.key, "checked_in_via": via}
    came |= count
    after = changed(session, before, came, now)
    if before.status == NO_SHOW:
        notices.restored(session, after, by, now)
    return after


def _counted(attendees: int | None, by: Account | None) -> dict[str, int | str]:
    if attendees is None:
        return {}
    return {"actual_attendees": attendees, "attendance_source": PANEL if by is None else ORGANIZER}


def _check_window(before: BookingRecord, room: RoomRecord, at: datetime) -> None:
    """The window is inclusive at both ends; what is never released can be checked in to until its end."""
    if before.status == PENDING:
        raise refusals.not_approved()
    opens_at = before.starts_at - timedelta(seconds=room.policy.check_in_opens_s)
    if at < opens_at:
        raise refusals.check_in_too_early(opens_at)
    last = before.check_in_by or before.ends_at - lifecycle.SECOND
    if at > last:
        raise refusals.check_in_too_late()


def end_booking(
    session: Session, booking_id: str, *, by: Account | None, at: datetime, now: datetime
) -> BookingRecord:
    """The meeting was over at `at`: the rest of its time is free. Again is harmless.

    An end never precedes the start. Raises Conflict for what has not begun, or will not be.
    """
    before, _ = opened(session, booking_id, by, "end", now)
    at = max(min(at, now), before.starts_at)
    if before.status == COMPLETED:
        if before.ended_at is not None and at >= before.ended_at:
            return before
    elif before.status in {CANCELLED, NO_SHOW}:
        raise refusals.booking_over(before.status)
    elif before.status != CHECKED_IN and now < before.starts_at:
        raise refusals.not_started()
    return changed(session, before, lifecycle.ended(before.starts_at, at, before.buffer_s), now)


def extend(
    session: Session, booking_id: str, *, by: Account | None, minutes: int, now: datetime
) -> BookingRecord:
    """The meeting goes on for `minutes` more.

    Raises Conflict `cannot-extend` with `maxMinutes`: the next booking, or the longest the policy allows.
    """
    before, room = opened(session, booking_id, by, "extend", now)
    if before.status != CHECKED_IN:
        raise refusals.cannot_extend(0, "Only a meeting that is checked in and not over can be extended.")
    most = _longest_extension(session, before, room)
    if minutes > most:
        raise refusals.cannot_extend(most, f"It can go on for {most} minutes more.")
    ends_at = before.ends_at + timedelta(minutes=minutes)
    blocks_until = ends_at + timedelta(seconds=before.buffer_s)
    longer = {"ends_at": ends_at, "blocks_until": blocks_until, "next_at": ends_at}
    after = changed(session, before, longer, now)
    if by is not None:  # at the panel it is those who sit in there
        notices.changed(session, before, after, by, now)
    return after


def _longest_extension(session: Session, before: BookingRecord, room: RoomRecord) -> int:
    """In whole minutes."""
    most = timedelta(seconds=room.policy.max_s) - (before.ends_at - before.starts_at)
    following = repository.next_start(session, before.room_key, before.starts_at)
    if following is not None:
        most = min(most, following - timedelta(seconds=before.buffer_s) - before.ends_at)
    return max(0, int(most.total_seconds()) // 60)


def record_attendance(
    session: Session, booking_id: str, *, by: Account, count: int, source: str, now: datetime
) -> BookingRecord:
    """How many really came, as `source` counted them; the latest count stands.

    Raises Conflict for what has not begun, or did not take place.
    """
    before, _ = opened(session, booking_id, by, "count", now)
    if before.status in {CANCELLED, NO_SHOW}:
        raise refusals.booking_over(before.status)
    if before.checked_in_at is None and now < before.starts_at:
        raise refusals.not_started()
    values = {"actual_attendees": count, "attendance_source": source}
    if (before.actual_attendees, before.attendance_source) == (count, source):
        return before
    return changed(session, before, values, now)
