"""Changing what was booked, and giving it back: one booking, or with it others of its series (`scope`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec import UNSET, UnsetType
from sqlalchemy.orm import Session

from hub.accounts.service import Account
from hub.bookings import lifecycle, notices, refusals, repository, rules
from hub.bookings.models import CHECKED_IN, COMPLETED, CONFIRMED, NO_SHOW, PENDING
from hub.bookings.reading import BookingRecord, booking
from hub.bookings.scope import THIS, in_scope, split_off
from hub.bookings.series import clashes
from hub.bookings.settling import settle_room
from hub.bookings.wall_time import instant, on_the_wall
from hub.bookings.writing import again, change, opened, refuse_taken
from hub.rooms import service as rooms
from hub.rooms.service import RoomRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingChanges:
    """What is UNSET stays as it is."""

    room_id: str | UnsetType = UNSET
    title: str | UnsetType = UNSET
    starts_at: datetime | UnsetType = UNSET
    ends_at: datetime | UnsetType = UNSET
    attendees: int | UnsetType | None = UNSET
    private: bool | UnsetType = UNSET
    check_in_exempt: bool | UnsetType = UNSET


def cancel(
    session: Session, booking_id: str, *, by: Account | None, now: datetime, scope: str = THIS
) -> BookingRecord:
    """Gives the time back; again is harmless. Raises Conflict for what is under way or over.

    With a wider `scope` the others of the series go too, whatever became of this one.
    """
    before, _ = opened(session, booking_id, by, "cancel", now)
    if scope == THIS:
        _check_cancellable(before, now)
    gone = [
        one
        for one in in_scope(session, before, scope, now)
        if one.status in {PENDING, CONFIRMED} or (one.status == CHECKED_IN and now < one.starts_at)
    ]
    for one in gone:
        change(session, one, lifecycle.cancelled(now), now)
    notices.cancelled(session, gone, by, now)
    return booking(session, booking_id, now)


def _check_cancellable(before: BookingRecord, now: datetime) -> None:
    if before.status in {COMPLETED, NO_SHOW}:
        raise refusals.booking_over(before.status)
    if before.status == CHECKED_IN and now >= before.starts_at:
        raise refusals.under_way()


@dataclass(frozen=True, slots=True)
class _Move:
    """What a change of the booking `key` to a new time means for each that moves with it: its clock on the
    wall goes `by`, its length grows by `longer`, its room becomes `room`."""

    key: int
    room: RoomRecord
    starts_at: datetime
    ends_at: datetime
    by: timedelta
    longer: timedelta

    def of(self, before: BookingRecord) -> tuple[datetime, datetime]:
        if before.key == self.key:
            return self.starts_at, self.ends_at
        starts_at = before.starts_at
        if self.by:
            zone = self.room.building.zone
            starts_at = instant(on_the_wall(starts_at, zone) + self.by, zone)
        return starts_at, starts_at + (before.ends_at - before.starts_at) + self.longer


def change_booking(
    session: Session,
    booking_id: str,
    changes: BookingChanges,
    *,
    by: Account,
    now: datetime,
    revision: int | None = None,
    scope: str = THIS,
) -> BookingRecord:
    """Changes what is set; time and room only before it begins. `revision`: the one the caller has seen.

    With a wider `scope` all change or none: each keeps its own date, and moves by what this one moves on the
    clock. In a room that needs approval, what anybody but a manager moves waits for it again. Raises
    PreconditionFailed where the revision is no longer the present one, else what `book_room` raises.
    """
    room = _settled(session, booking_id, changes, now)
    before, _ = opened(session, booking_id, by, "change", now)
    if revision is not None and revision != before.revision:
        raise refusals.revision_changed(before.revision)
    if before.status not in repository.ACTIVE:
        raise refusals.booking_over(before.status)
    values = _plain(room, before, changes, by, now)
    some = in_scope(session, before, scope, now)
    move = _moved(before, room, changes)
    if values or move:
        values |= split_off(session, before, scope)
    if move is None:
        for one in some if values else ():
            change(session, one, values | _exempt(room, one, changes), now)
    elif len(some) == 1:
        new = values | _placed(before, *move.of(before), room, changes, by, now)
        if "series_id" in values:
            new["recurs_at"] = new["starts_at"]
        refuse_taken(session, room, again(before, new), now, by, before.attendees)
        change(session, before, new, now)
    else:
        _move_together(session, some, move, values, changes, by, now)
    after = booking(session, booking_id, now)
    notices.changed(session, before, after, by, now, whole=len(some) > 1 or "series_id" in values)
    return after


def _settled(session: Session, booking_id: str, changes: BookingChanges, now: datetime) -> RoomRecord:
    """The room where the booking is to be; it and the one where it is are settled."""
    here = booking(session, booking_id, now)
    there = rooms.room(session, here.room_id if changes.room_id is UNSET else changes.room_id)
    for room_key in sorted({here.room_key, there.key}):
        settle_room(session, room_key, now)
    return rooms.room(session, there.id)


def _plain(
    room: RoomRecord, before: BookingRecord, changes: BookingChanges, by: Account, now: datetime
) -> dict[str, Any]:
    """What is the same for every booking in scope."""
    values: dict[str, Any] = {}
    if changes.title is not UNSET:
        rules.check_title(changes.title)
        values["title"] = changes.title
    if changes.attendees is not UNSET:
        rules.check_attendees(room, changes.attendees)
        values["attendees"] = changes.attendees
    if changes.private is not UNSET:
        values["private"] = changes.private
    if changes.check_in_exempt not in {UNSET, before.check_in_exempt}:
        if not by.manages:
            raise refusals.exempt_by_managers()
        _check_to_come(before, now)
        values["check_in_exempt"] = changes.check_in_exempt
    return values


def _check_to_come(before: BookingRecord, now: datetime) -> None:
    if now >= before.starts_at or before.status == CHECKED_IN:
        raise refusals.under_way()


def _moved(before: BookingRecord, room: RoomRecord, changes: BookingChanges) -> _Move | None:
    starts_at = before.starts_at if changes.starts_at is UNSET else changes.starts_at
    ends_at = before.ends_at if changes.ends_at is UNSET else changes.ends_at
    if (starts_at, ends_at, room.key) == (before.starts_at, before.ends_at, before.room_key):
        return None
    if ends_at <= starts_at:
        raise refusals.end_before_start()
    zone = room.building.zone
    shift = on_the_wall(starts_at, zone) - on_the_wall(before.starts_at, zone)
    longer = (ends_at - starts_at) - (before.ends_at - before.starts_at)
    return _Move(before.key, room, starts_at, ends_at, shift, longer)


def _exempt(room: RoomRecord, before: BookingRecord, changes: BookingChanges) -> dict[str, Any]:
    if changes.check_in_exempt in {UNSET, before.check_in_exempt}:
        return {}
    return _deadlines(room, before, before.status, before.starts_at, before.ends_at, changes)


def _deadlines(
    room: RoomRecord,
    before: BookingRecord,
    status: str,
    starts_at: datetime,
    ends_at: datetime,
    changes: BookingChanges,
) -> dict[str, Any]:
    exempt = before.check_in_exempt if changes.check_in_exempt is UNSET else changes.check_in_exempt
    by = lifecycle.check_in_deadline(room.policy, starts_at, ends_at, before.created_at, exempt=exempt)
    standing = lifecycle.Standing(status=status, starts_at=starts_at, ends_at=ends_at, check_in_by=by)
    return {"check_in_by": by, "next_at": lifecycle.next_deadline(standing)}


def _placed(
    before: BookingRecord,
    starts_at: datetime,
    ends_at: datetime,
    room: RoomRecord,
    changes: BookingChanges,
    by: Account,
    now: datetime,
) -> dict[str, Any]:
    """The row's new place. A buffer is fixed when the booking is made; another room has its own."""
    _check_to_come(before, now)
    attendees = before.attendees if changes.attendees is UNSET else changes.attendees
    rules.check_wish(room, starts_at, ends_at, attendees, now)
    waits = rules.waits_for_approval(room, by, starts_at, now)
    asked = before.status == PENDING and room.policy.requires_approval
    status = PENDING if waits or asked else CONFIRMED
    buffer_s = before.buffer_s if room.key == before.room_key else room.policy.buffer_s
    return {
        "room_key": room.key,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "buffer_s": buffer_s,
        "blocks_until": ends_at + timedelta(seconds=buffer_s),
        "status": status,
        **_deadlines(room, before, status, starts_at, ends_at, changes),
    }


def _move_together(
    session: Session,
    some: list[BookingRecord],
    move: _Move,
    values: dict[str, Any],
    changes: BookingChanges,
    by: Account,
    now: datetime,
) -> None:
    """All or none; they may take each other's places."""
    repository.free(session, [one.key for one in some])
    taken = []
    for one in some:
        starts_at, ends_at = move.of(one)
        new = values | _placed(one, starts_at, ends_at, move.room, changes, by, now)
        new["recurs_at"] = starts_at
        if repository.is_taken(session, move.room.key, starts_at, new["blocks_until"]):
            taken.append((starts_at, ends_at))
        else:
            change(session, one, new, now)
    if taken:
        attendees = values.get("attendees", some[0].attendees)
        raise clashes(session, move.room, [move.of(one) for one in some], taken, attendees, by, now)
