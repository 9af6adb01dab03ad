"""What people and panels do with bookings (brief, section 2.3).

Every use case runs in one write transaction: it settles the room first, so that it decides on what is true
now, and raises the room's revision once. `via` says by what it was asked: `web`, `api` or `panel`.

Who may: anybody logged in books; a booking's organizer, who booked it, managers and admins check in, end,
extend, change and cancel it. `by` None is a panel: who stands at the door may do what the door offers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec import UNSET, UnsetType
from sqlalchemy.orm import Session

from hub.accounts.service import Account
from hub.bookings import availability, lifecycle, refusals, repository, rules
from hub.bookings.models import CANCELLED, CHECKED_IN, COMPLETED, CONFIRMED, NO_SHOW, PENDING
from hub.bookings.reading import (
    BookingRecord,
    booking,
    bookings_of,
    bookings_on,
    local_day,
    meetings,
)
from hub.bookings.repository import next_deadline
from hub.bookings.settling import settle_due, settle_room
from hub.db.base import new_id
from hub.errors import Conflict
from hub.rooms import service as rooms
from hub.rooms.service import RoomRecord

__all__ = [
    "BookingChanges",
    "BookingRecord",
    "NewBooking",
    "book_room",
    "book_walk_up",
    "booking",
    "bookings_of",
    "bookings_on",
    "cancel",
    "change_booking",
    "check_in",
    "end_booking",
    "extend",
    "local_day",
    "meetings",
    "next_deadline",
    "settle_due",
    "settle_room",
]

WALK_UP = "Walk-up"
PANEL = "panel"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBooking:
    """`starts_at` and `ends_at` are aware, in whole seconds."""

    room_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    attendees: int | None = None
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingChanges:
    """What is UNSET stays as it is."""

    title: str | UnsetType = UNSET
    starts_at: datetime | UnsetType = UNSET
    ends_at: datetime | UnsetType = UNSET
    attendees: int | UnsetType | None = UNSET
    private: bool | UnsetType = UNSET


def book_room(session: Session, who: Account, request: NewBooking, now: datetime, via: str) -> BookingRecord:
    """Books the room, if nothing else takes any of that time.

    In a room that needs approval the booking waits as `pending`, unless a manager makes it.
    Raises Refused where policy forbids it, Conflict where the room is taken or out of service.
    """
    room = rooms.room(session, request.room_id)
    rules.check_title(request.title)
    rules.check_wish(room, request.starts_at, request.ends_at, request.attendees, now)
    waits = room.policy.requires_approval and not who.manages
    if waits and request.starts_at <= now:
        raise refusals.needs_approval()
    settle_room(session, room.key, now)
    values = _new(room, request.starts_at, request.ends_at, PENDING if waits else CONFIRMED, now, via) | {
        "title": request.title,
        "organizer_key": who.key,
        "booked_by_key": who.key,
        "attendees": request.attendees,
        "private": request.private,
    }
    _refuse_taken(session, room, values, now, who, request.attendees)
    return _added(session, values, now)


def book_walk_up(session: Session, room_id: str, minutes: int, now: datetime) -> BookingRecord:
    """Takes the room from now on, at its panel: checked in from the start, nobody's in particular.

    Raises Refused for a length the policy does not offer, Conflict where the time is taken.
    """
    room = rooms.room(session, room_id)
    if minutes not in room.policy.quick_book_minutes:
        raise refusals.not_a_quick_book_length(room.policy.quick_book_minutes)
    if room.policy.requires_approval:
        raise refusals.needs_approval()
    if room.out_of_service is not None:
        raise refusals.room_out_of_service(room.out_of_service)
    settle_room(session, room.key, now)
    values = _new(room, now, now + timedelta(minutes=minutes), CHECKED_IN, now, PANEL) | {
        "title": WALK_UP,
        "checked_in_at": now,
        "checked_in_via": PANEL,
    }
    _refuse_taken(session, room, values, now, None, None)
    return _added(session, values, now)


def _new(
    room: RoomRecord, starts_at: datetime, ends_at: datetime, status: str, now: datetime, via: str
) -> dict[str, Any]:
    by = lifecycle.check_in_deadline(room.policy, starts_at, ends_at, now, exempt=False)
    standing = lifecycle.Standing(status=status, starts_at=starts_at, ends_at=ends_at, check_in_by=by)
    return {
        "id": new_id(),
        "room_key": room.key,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "buffer_s": room.policy.buffer_s,
        "blocks_until": ends_at + timedelta(seconds=room.policy.buffer_s),
        "status": status,
        "check_in_by": by,
        "next_at": lifecycle.next_deadline(standing),
        "created_at": now,
        "created_via": via,
    }


def _added(session: Session, values: dict[str, Any], now: datetime) -> BookingRecord:
    repository.add(session, values)
    rooms.touch(session, values["room_key"])
    return booking(session, values["id"], now)


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
    """Somebody came at `at`; again is harmless. `attendees`: how many, where they were counted.

    `at` before `now` is news that comes late, from a panel that was cut off: in time, it undoes the no-show
    where the slot is not taken again. Raises Conflict outside the window.
    """
    before, room = _opened(session, booking_id, by, "check in to", now)
    if before.status == CANCELLED:
        raise refusals.booking_over(before.status)
    if before.checked_in_at is not None:
        return before
    at = min(at, now)
    _check_window(before, room, at)
    came = lifecycle.checked_in(before.ends_at, at, before.buffer_s, now)
    if before.status == COMPLETED:
        came = {"checked_in_at": at}
    elif before.status == NO_SHOW:
        _refuse_taken(session, room, _again(before, came), now, by, before.attendees)
    came |= {"checked_in_by_key": None if by is None else by.key, "checked_in_via": via}
    if attendees is not None:
        came["actual_attendees"] = attendees
    return _changed(session, before, came, now)


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
    before, _ = _opened(session, booking_id, by, "end", now)
    at = max(min(at, now), before.starts_at)
    if before.status == COMPLETED:
        if before.ended_at is not None and at >= before.ended_at:
            return before
    elif before.status in {CANCELLED, NO_SHOW}:
        raise refusals.booking_over(before.status)
    elif before.status != CHECKED_IN and now < before.starts_at:
        raise refusals.not_started()
    return _changed(session, before, lifecycle.ended(before.starts_at, at, before.buffer_s), now)


def extend(
    session: Session, booking_id: str, *, by: Account | None, minutes: int, now: datetime
) -> BookingRecord:
    """The meeting goes on for `minutes` more.

    Raises Conflict `cannot-extend` with `maxMinutes`: the next booking, or the longest the policy allows.
    """
    before, room = _opened(session, booking_id, by, "extend", now)
    if before.status != CHECKED_IN:
        raise refusals.cannot_extend(0, "Only a meeting that is checked in and not over can be extended.")
    most = _longest_extension(session, before, room)
    if minutes > most:
        raise refusals.cannot_extend(most, f"It can go on for {most} minutes more.")
    ends_at = before.ends_at + timedelta(minutes=minutes)
    blocks_until = ends_at + timedelta(seconds=before.buffer_s)
    return _changed(
        session, before, {"ends_at": ends_at, "blocks_until": blocks_until, "next_at": ends_at}, now
    )


def _longest_extension(session: Session, before: BookingRecord, room: RoomRecord) -> int:
    """In whole minutes."""
    most = timedelta(seconds=room.policy.max_s) - (before.ends_at - before.starts_at)
    following = repository.next_start(session, before.room_key, before.starts_at)
    if following is not None:
        most = min(most, following - timedelta(seconds=before.buffer_s) - before.ends_at)
    return max(0, int(most.total_seconds()) // 60)


def cancel(session: Session, booking_id: str, *, by: Account | None, now: datetime) -> BookingRecord:
    """Gives the time back; again is harmless. Raises Conflict for what is under way or over."""
    before, _ = _opened(session, booking_id, by, "cancel", now)
    if before.status == CANCELLED:
        return before
    if before.status in {COMPLETED, NO_SHOW}:
        raise refusals.booking_over(before.status)
    if before.status == CHECKED_IN and now >= before.starts_at:
        raise refusals.under_way()
    return _changed(session, before, lifecycle.cancelled(now), now)


def change_booking(
    session: Session,
    booking_id: str,
    changes: BookingChanges,
    *,
    by: Account,
    now: datetime,
    revision: int | None = None,
) -> BookingRecord:
    """Changes what is set; its time only before it begins. `revision`: the one the caller has seen.

    Raises PreconditionFailed where that is no longer the present one, else what `book_room` raises.
    """
    before, room = _opened(session, booking_id, by, "change", now)
    if revision is not None and revision != before.revision:
        raise refusals.revision_changed(before.revision)
    if before.status not in repository.ACTIVE:
        raise refusals.booking_over(before.status)
    values: dict[str, Any] = {}
    if changes.title is not UNSET:
        rules.check_title(changes.title)
        values["title"] = changes.title
    if changes.attendees is not UNSET:
        rules.check_attendees(room, changes.attendees)
        values["attendees"] = changes.attendees
    if changes.private is not UNSET:
        values["private"] = changes.private
    starts_at = before.starts_at if changes.starts_at is UNSET else changes.starts_at
    ends_at = before.ends_at if changes.ends_at is UNSET else changes.ends_at
    if (starts_at, ends_at) != (before.starts_at, before.ends_at):
        values |= _moved(session, before, room, starts_at, ends_at, by, now)
    return _changed(session, before, values, now) if values else before


def _moved(
    session: Session,
    before: BookingRecord,
    room: RoomRecord,
    starts_at: datetime,
    ends_at: datetime,
    by: Account,
    now: datetime,
) -> dict[str, Any]:
    if now >= before.starts_at or before.status == CHECKED_IN:
        raise refusals.under_way()
    rules.check_wish(room, starts_at, ends_at, None, now)
    deadline = lifecycle.check_in_deadline(
        room.policy, starts_at, ends_at, before.created_at, exempt=before.check_in_exempt
    )
    standing = lifecycle.Standing(
        status=before.status, starts_at=starts_at, ends_at=ends_at, check_in_by=deadline
    )
    values = {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "blocks_until": ends_at + timedelta(seconds=before.buffer_s),
        "check_in_by": deadline,
        "next_at": lifecycle.next_deadline(standing),
    }
    _refuse_taken(session, room, _again(before, values), now, by, before.attendees)
    return values


def _opened(
    session: Session, booking_id: str, by: Account | None, what: str, now: datetime
) -> tuple[BookingRecord, RoomRecord]:
    """The booking with its room settled, ready to be changed. Raises NotFound, or Forbidden for `by`."""
    found = booking(session, booking_id, now)
    own = (
        by is None or by.manages or (by.key in {found.booked_by_key, found.organizer and found.organizer.key})
    )
    if not own:
        raise refusals.not_yours(what)
    settle_room(session, found.room_key, now)
    room = rooms.rooms_by_key(session, [found.room_key])[found.room_key]
    return booking(session, booking_id, now), room


def _changed(session: Session, before: BookingRecord, values: dict[str, Any], now: datetime) -> BookingRecord:
    repository.change(session, before.key, values)
    rooms.touch(session, before.room_key)
    return booking(session, before.id, now)


def _again(before: BookingRecord, values: dict[str, Any]) -> dict[str, Any]:
    """What the booking would take after `values`."""
    return {"key": before.key, "starts_at": before.starts_at, "ends_at": before.ends_at} | values


def _refuse_taken(
    session: Session,
    room: RoomRecord,
    values: dict[str, Any],
    now: datetime,
    who: Account | None,
    attendees: int | None,
) -> None:
    if not repository.is_taken(
        session, room.key, values["starts_at"], values["blocks_until"], values.get("key")
    ):
        return
    raise room_already_booked(
        session, room, values["starts_at"], values["ends_at"], values["blocks_until"], who, attendees, now
    )


def room_already_booked(
    session: Session,
    room: RoomRecord,
    starts_at: datetime,
    ends_at: datetime,
    blocks_until: datetime,
    who: Account | None,
    attendees: int | None,
    now: datetime,
) -> Conflict:
    """The refusal, with what is in the way (titles where `who` may see them) and what could be had instead."""
    taken = availability.busy(session, [room], starts_at, blocks_until, now).get(room.key, [])
    offers = availability.alternatives(session, room, starts_at, ends_at, attendees, now)
    return refusals.room_already_booked(
        [
            {"startsAt": one.starts_at, "endsAt": one.ends_at, "title": one.shown_to(who).title}
            for one in taken
        ],
        [
            {
                "roomId": offer.room.id,
                "roomName": offer.room.name,
                "startsAt": offer.starts_at,
                "endsAt": offer.ends_at,
            }
            for offer in offers
        ],
    )
