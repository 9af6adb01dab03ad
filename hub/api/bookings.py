"""Bookings: make, see, change and end them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from litestar import MediaType, Response, get, patch, post
from litestar.params import FromPath, HeaderParameter, QueryParameter
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy.orm import Session

from hub.accounts import service as accounts
from hub.accounts.service import Account
from hub.api.context import Asking, Hub, caller, requires_manager
from hub.api.paging import LARGEST, Cursor, Key, Limit, cursor_at, position_of
from hub.api.schema import Body, Id, Instant, Nothing, Page, Record, utc
from hub.bookings import refusals, service
from hub.bookings.service import BookingChanges, BookingRecord, NewBooking, Recurrence
from hub.db.idempotency import once

Title = Annotated[str, Meta(min_length=1, max_length=255, description="Kept as written")]
Attendees = Annotated[int, Meta(ge=0, le=100_000)]
Status = Literal["pending", "confirmed", "checked_in", "completed", "cancelled", "no_show"]
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Sent again with the same body, the first answer comes again",
    ),
]


Scope = Annotated[
    Literal["this", "following", "all"],
    QueryParameter(
        name="scope", description="Of a series: this one, this and those after it, or all to come"
    ),
]


class RecurrenceToMake(Body):
    """RFC 5545, in the room's local time. `skip` leaves out what is taken, `fail` then books nothing."""

    rrule: Annotated[str, Meta(min_length=1, max_length=500)]
    on_conflict: Literal["fail", "skip"] = "fail"


class BookingToMake(Body):
    """Only managers book for another `organizerId`, and with `checkInExempt`."""

    room_id: str
    title: Title
    starts_at: Instant
    ends_at: Instant
    attendees: Attendees | None = None
    private: bool = False
    organizer_id: Id | None = None
    check_in_exempt: bool = False
    recurrence: RecurrenceToMake | None = None


class BookingToChange(Body):
    """What is left out stays as it is."""

    room_id: Id | UnsetType = UNSET
    title: Title | UnsetType = UNSET
    starts_at: Instant | UnsetType = UNSET
    ends_at: Instant | UnsetType = UNSET
    attendees: Attendees | UnsetType | None = UNSET
    private: bool | UnsetType = UNSET
    check_in_exempt: bool | UnsetType = UNSET


class Extension(Body):
    minutes: Annotated[int, Meta(ge=1, le=24 * 60)]


class Attendance(Body):
    count: Attendees
    source: Literal["panel", "organizer", "sensor"]


class Occurrence(Body):
    """`date` is a local day of the room."""

    date: date


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


def _via(request: Asking) -> str:
    """The web app comes with its cookie, other programs with a token of their own."""
    return "api" if "authorization" in request.headers else "web"


@post("/bookings", tags=["bookings"])
async def book_room(
    hub: Hub, request: Asking, data: BookingToMake, idempotency_key: IdempotencyKey = None
) -> Response[MadeBooking]:
    """409 `room-already-booked` says what is in the way, and what could be had instead; of a series, as
    `clashes`, which of its times are taken."""
    now, who, via = hub.clock.now(), caller(request), _via(request)
    asked = msgspec.json.encode(data)
    wish = NewBooking(
        room_id=data.room_id,
        title=data.title,
        starts_at=utc(data.starts_at),
        ends_at=utc(data.ends_at),
        attendees=data.attendees,
        private=data.private,
        organizer_id=data.organizer_id,
        check_in_exempt=data.check_in_exempt,
    )
    series = data.recurrence
    again = series if series is None else Recurrence(series.rrule, skip=series.on_conflict == "skip")

    def book(session: Session) -> bytes:
        def answer() -> bytes:
            return msgspec.json.encode(_made(session, who, wish, again, now, via))

        if idempotency_key is None:
            return answer()
        return once(session, who.id, idempotency_key, asked, now, answer)

    answer = await hub.database.write(book)
    return Response(msgspec.Raw(answer), media_type=MediaType.JSON)  # type: ignore[arg-type]


def _made(
    session: Session, who: Account, wish: NewBooking, again: Recurrence | None, now: datetime, via: str
) -> Booking:
    if again is None:
        return booking_record(service.book_room(session, who, wish, now, via), who)
    made = service.book_series(session, who, wish, again, now, via)
    return MadeBooking(
        **msgspec.structs.asdict(booking_record(made.first, who)),
        occurrences=made.occurrences,
        skipped=[Skipped(starts_at=at, reason="room-already-booked") for at in made.skipped],
    )


@get("/bookings", tags=["bookings"])
async def list_bookings(
    hub: Hub,
    request: Asking,
    *,
    mine: Annotated[bool, QueryParameter(description="false: everybody's, for admins")] = True,
    user_id: Annotated[str | None, QueryParameter(name="userId", description="For admins")] = None,
    from_at: Annotated[Instant | None, QueryParameter(name="from")] = None,
    to_at: Annotated[Instant | None, QueryParameter(name="to")] = None,
    limit: Limit = LARGEST,
    cursor: Cursor = None,
) -> Page[Booking]:
    """Bookings with some of their time in `[from, to)`, by start; your own unless you say whose."""
    now, who = hub.clock.now(), caller(request)
    if not who.is_admin and (user_id not in {None, who.id} or (user_id is None and not mine)):
        raise refusals.not_your_list()

    def find(session: Session) -> list[BookingRecord]:
        organizer = who if mine else None
        if user_id is not None:
            organizer = accounts.account_with_id(session, user_id)
        return service.bookings_of(
            session,
            organizer,
            now,
            from_at=from_at and utc(from_at),
            to_at=to_at and utc(to_at),
            after=position_of(cursor, tuple[Instant, Key]),
            limit=limit + 1,
        )

    found = await hub.database.read(find)
    last = found[limit - 1] if len(found) > limit else None
    return Page(
        items=[booking_record(one, who) for one in found[:limit]],
        next_cursor=cursor_at((last.starts_at, last.key)) if last else None,
    )


@get("/bookings/{id:str}", tags=["bookings"])
async def get_booking(hub: Hub, request: Asking, id: FromPath[str]) -> Response[Booking]:
    now, who = hub.clock.now(), caller(request)
    return _told(await hub.database.read(lambda session: service.booking(session, id, now)), who)


@patch("/bookings/{id:str}", tags=["bookings"])
async def change_booking(
    hub: Hub,
    request: Asking,
    id: FromPath[str],
    data: BookingToChange,
    if_match: Annotated[
        str | None,
        HeaderParameter(name="If-Match", pattern=r'^("?[0-9]{1,9}"?|\*)$', description="A revision"),
    ] = None,
    reach: Scope = "this",
) -> Response[Booking]:
    """A series moves by the clock on the wall, all of it or nothing; `following` makes it two series. 412 `revision-changed` where somebody else was quicker."""
    now, who = hub.clock.now(), caller(request)
    changes = BookingChanges(
        room_id=data.room_id,
        title=data.title,
        starts_at=utc(data.starts_at) if data.starts_at else UNSET,
        ends_at=utc(data.ends_at) if data.ends_at else UNSET,
        attendees=data.attendees,
        private=data.private,
        check_in_exempt=data.check_in_exempt,
    )
    revision = None if if_match in {None, "*"} else int(str(if_match).strip('"'))
    changed = await hub.database.write(
        lambda session: service.change_booking(
            session, id, changes, by=who, now=now, revision=revision, scope=reach
        )
    )
    return _told(changed, who)


@post("/bookings/{id:str}/cancel", status_code=200, tags=["bookings"])
async def cancel(
    hub: Hub, request: Asking, id: FromPath[str], data: Nothing | None = None, reach: Scope = "this"
) -> Response[Booking]:
    """Again is harmless."""
    now, who = hub.clock.now(), caller(request)
    return _told(
        await hub.database.write(lambda session: service.cancel(session, id, by=who, now=now, scope=reach)),
        who,
    )


@post("/bookings/{id:str}/occurrences", tags=["bookings"])
async def add_occurrence(hub: Hub, request: Asking, id: FromPath[str], data: Occurrence) -> Response[Booking]:
    """A meeting of the same series on that day, at this booking's local time: so comes back what was skipped
    or cancelled. A day that has one is answered with it."""
    now, who, via = hub.clock.now(), caller(request), _via(request)
    return _told(
        await hub.database.write(
            lambda session: service.add_occurrence(session, id, data.date, by=who, now=now, via=via)
        ),
        who,
    )


@post("/bookings/{id:str}/claim", status_code=200, tags=["bookings"])
async def claim(
    hub: Hub, request: Asking, id: FromPath[str], data: Nothing | None = None
) -> Response[Booking]:
    """What somebody booked at the panel becomes the caller's."""
    now, who = hub.clock.now(), caller(request)
    return _told(
        await hub.database.write(lambda session: service.claim_walk_up(session, id, by=who, now=now)), who
    )


@post("/bookings/{id:str}/approve", status_code=200, guards=[requires_manager], tags=["bookings"])
async def approve(
    hub: Hub, request: Asking, id: FromPath[str], data: Nothing | None = None, reach: Scope = "this"
) -> Response[Booking]:
    """Again is harmless."""
    now, who = hub.clock.now(), caller(request)
    return _told(
        await hub.database.write(lambda session: service.approve(session, id, by=who, now=now, scope=reach)),
        who,
    )


@post("/bookings/{id:str}/decline", status_code=200, guards=[requires_manager], tags=["bookings"])
async def decline(
    hub: Hub, request: Asking, id: FromPath[str], data: Nothing | None = None, reach: Scope = "this"
) -> Response[Booking]:
    """It becomes `cancelled`; again is harmless."""
    now, who = hub.clock.now(), caller(request)
    return _told(
        await hub.database.write(lambda session: service.decline(session, id, by=who, now=now, scope=reach)),
        who,
    )


@post("/bookings/{id:str}/attendance", status_code=200, tags=["bookings"])
async def record_attendance(
    hub: Hub, request: Asking, id: FromPath[str], data: Attendance
) -> Response[Booking]:
    """How many really came; the latest count stands."""
    now, who = hub.clock.now(), caller(request)
    return _told(
        await hub.database.write(
            lambda session: service.record_attendance(
                session, id, by=who, count=data.count, source=data.source, now=now
            )
        ),
        who,
    )


@post("/bookings/{id:str}/check-in", status_code=200, tags=["bookings"])
async def check_in(
    hub: Hub, request: Asking, id: FromPath[str], data: Nothing | None = None
) -> Response[Booking]:
    """For the organizer, who booked it, and managers; again is harmless."""
    now, who, via = hub.clock.now(), caller(request), _via(request)
    return _told(
        await hub.database.write(
            lambda session: service.check_in(session, id, by=who, via=via, at=now, now=now)
        ),
        who,
    )


@post("/bookings/{id:str}/end", status_code=200, tags=["bookings"])
async def end_booking(
    hub: Hub, request: Asking, id: FromPath[str], data: Nothing | None = None
) -> Response[Booking]:
    """Ends it now, which frees the rest of its time."""
    now, who = hub.clock.now(), caller(request)
    return _told(
        await hub.database.write(lambda session: service.end_booking(session, id, by=who, at=now, now=now)),
        who,
    )


@post("/bookings/{id:str}/extend", status_code=200, tags=["bookings"])
async def extend(hub: Hub, request: Asking, id: FromPath[str], data: Extension) -> Response[Booking]:
    """409 `cannot-extend` says by how many minutes it could be, as `maxMinutes`."""
    now, who = hub.clock.now(), caller(request)
    return _told(
        await hub.database.write(
            lambda session: service.extend(session, id, by=who, minutes=data.minutes, now=now)
        ),
        who,
    )


def _told(found: BookingRecord, who: Account) -> Response[Booking]:
    return Response(booking_record(found, who), headers={"ETag": f'"{found.revision}"'})


ROUTES = [
    book_room,
    list_bookings,
    get_booking,
    change_booking,
    cancel,
    add_occurrence,
    claim,
    approve,
    decline,
    check_in,
    end_booking,
    extend,
    record_attendance,
]
