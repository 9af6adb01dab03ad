"""A booking as REST tells it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from litestar import Response
from litestar.params import QueryParameter
from msgspec import UNSET, Meta, UnsetType

from hub.accounts.service import Account
from hub.api.schema import Record
from hub.bookings.service import BookingRecord

Attendees = Annotated[int, Meta(ge=0, le=100_000)]
Status = Literal["pending", "confirmed", "checked_in", "completed", "cancelled", "no_show"]

Scope = Annotated[
    Literal["this", "following", "all"],
    QueryParameter(
        name="scope", description="Of a series: this one, this and those after it, or all to come"
    ),
]


class Organizer(Record):
    id: str
    name: str
    department: str | None


class Booking(Record):
    """`title`, `organizer` and `bookedBy` are null where the booking is private and not the caller's."""

    id: str
    room_id: str
    title: str | None
    organizer: Organizer | None
    booked_by: Organizer | None
    starts_at: datetime
    ends_at: datetime
    status: Status
    attendees: int | None
    actual_attendees: int | None
    attendance_source: Literal["panel", "organizer", "sensor"] | None
    private: bool
    check_in_exempt: bool
    series_id: str | None
    checked_in_at: datetime | None
    ended_at: datetime | None
    released_at: datetime | None
    created_at: datetime
    revision: int


class Skipped(Record):
    starts_at: datetime
    reason: str
    """The slug that a single booking of that time would have been refused with."""


class MadeBooking(Booking):
    """Of a series it is the first one, with how many were booked, and which were not."""

    occurrences: int | UnsetType = UNSET
    skipped: list[Skipped] | UnsetType = UNSET


def booking_record(found: BookingRecord, who: Account) -> Booking:
    """What `who` may see of it."""
    shown = found.shown_to(who)
    return Booking(
        id=shown.id,
        room_id=shown.room_id,
        title=shown.title,
        organizer=_organizer(shown.organizer),
        booked_by=_organizer(shown.booked_by),
        starts_at=shown.starts_at,
        ends_at=shown.ends_at,
        status=shown.status,  # type: ignore[arg-type]  # the table knows no other
        attendees=shown.attendees,
        actual_attendees=shown.actual_attendees,
        attendance_source=shown.attendance_source,  # type: ignore[arg-type]  # the table knows no other
        private=shown.private,
        check_in_exempt=shown.check_in_exempt,
        series_id=shown.series_id,
        checked_in_at=shown.checked_in_at,
        ended_at=shown.ended_at,
        released_at=shown.released_at,
        created_at=shown.created_at,
        revision=shown.revision,
    )


def _organizer(account: Account | None) -> Organizer | None:
    if account is None:
        return None
    return Organizer(id=account.id, name=account.name, department=account.department)


def told(found: BookingRecord, who: Account) -> Response[Booking]:
    return Response(booking_record(found, who), headers={"ETag": f'"{found.revision}"'})
