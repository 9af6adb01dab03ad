"""What every use case that changes bookings is made of: a booking opened for change, its room settled; the guard.

Every use case runs in one write transaction: it locks and settles the room first, so that it decides on what
is true now, and raises the room's revision once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from hub.accounts import audit
from hub.accounts.service import Account
from hub.bookings import availability, lifecycle, news, refusals, repository
from hub.bookings.reading import BookingRecord, booking
from hub.bookings.settling import settle_room
from hub.db.base import new_id
from hub.errors import Conflict
from hub.rooms import service as rooms
from hub.rooms.service import RoomRecord


def new_values(
    room: RoomRecord,
    starts_at: datetime,
    ends_at: datetime,
    status: str,
    now: datetime,
    via: str,
    *,
    exempt: bool = False,
) -> dict[str, Any]:
    by = lifecycle.check_in_deadline(room.policy, starts_at, ends_at, now, exempt=exempt)
    standing = lifecycle.Standing(status=status, starts_at=starts_at, ends_at=ends_at, check_in_by=by)
    return {
        "id": new_id(),
        "room_key": room.key,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "buffer_s": room.policy.buffer_s,
        "blocks_until": ends_at + timedelta(seconds=room.policy.buffer_s),
        "status": status,
        "check_in_exempt": exempt,
        "check_in_by": by,
        "next_at": lifecycle.next_deadline(standing),
        "created_at": now,
        "created_via": via,
    }


def add(session: Session, values: dict[str, Any]) -> None:
    repository.add(session, values)
    rooms.touch(session, values["room_key"])
    news.made(session, values["id"], values["created_at"])


def added(session: Session, values: dict[str, Any], now: datetime) -> BookingRecord:
    add(session, values)
    return booking(session, values["id"], now)


def opened(
    session: Session, booking_id: str, by: Account | None, what: str, now: datetime
) -> tuple[BookingRecord, RoomRecord]:
    """The booking with its room settled, ready to be changed. Raises NotFound, or Forbidden for `by`.

    What somebody else than its organizer does is noted; a refusal takes the note back with all the rest.
    """
    found = booking(session, booking_id, now)
    own = (
        by is None or by.manages or (by.key in {found.booked_by_key, found.organizer and found.organizer.key})
    )
    if not own:
        raise refusals.not_yours(what)
    if by is not None and (found.organizer is None or by.key != found.organizer.key):
        audit.record(
            session, by, "booking." + what.removesuffix(" to").replace(" ", "-"), booking_id, {}, now
        )
    settle_room(session, found.room_key, now)
    room = rooms.rooms_by_key(session, [found.room_key])[found.room_key]
    return booking(session, booking_id, now), room


def change(session: Session, before: BookingRecord, values: dict[str, Any], now: datetime) -> None:
    """Also into another room: both get a new revision."""
    repository.change(session, before.key, values)
    news.became(session, [(before, values)], now)
    for room_key in {before.room_key, values.get("room_key", before.room_key)}:
        rooms.touch(session, room_key)


def changed(session: Session, before: BookingRecord, values: dict[str, Any], now: datetime) -> BookingRecord:
    change(session, before, values, now)
    return booking(session, before.id, now)


def again(before: BookingRecord, values: dict[str, Any]) -> dict[str, Any]:
    """What the booking would take after `values`."""
    return {"key": before.key, "starts_at": before.starts_at, "ends_at": before.ends_at} | values


def refuse_taken(
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
    return refusals.room_already_booked(told_busy(taken, who), told_offers(offers))


def told_busy(taken: Iterable[BookingRecord], who: Account | None) -> list[dict[str, Any]]:
    """Times that are taken, with titles where `who` may see them."""
    return [
        {"startsAt": one.starts_at, "endsAt": one.ends_at, "title": one.shown_to(who).title} for one in taken
    ]


def told_offers(offers: Iterable[availability.Offer]) -> list[dict[str, Any]]:
    return [
        {
            "roomId": offer.room.id,
            "roomName": offer.room.name,
            "startsAt": offer.starts_at,
            "endsAt": offer.ends_at,
        }
        for offer in offers
    ]
