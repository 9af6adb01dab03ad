"""Bookings: make, see and change them; what else is done with them is in `booking_actions`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import MediaType, Response, get, patch, post
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy.orm import Session

from hub.accounts import service as accounts
from hub.accounts.service import Account
from hub.api.booking_record import Attendees, Booking, MadeBooking, Scope, Skipped, booking_record, told
from hub.api.context import Asking, Hub, caller, way
from hub.api.paging import LARGEST, Cursor, Key, Limit, cursor_at, position_of
from hub.api.schema import Body, Id, Instant, Page, utc
from hub.bookings import refusals, service
from hub.bookings.service import BookingChanges, BookingRecord, NewBooking, Recurrence
from hub.db.idempotency import once

Title = Annotated[str, Meta(min_length=1, max_length=255, description="Kept as written")]
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Sent again with the same body, the first answer comes again",
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


@post("/bookings", tags=["bookings"])
async def book_room(
    hub: Hub, request: Asking, data: JSONBody[BookingToMake], idempotency_key: IdempotencyKey = None
) -> Response[MadeBooking]:
    """409 `room-already-booked` says what is in the way, and what could be had instead; of a series, as
    `clashes`, which of its times are taken."""
    now, who, via = hub.clock.now(), caller(request), way(request)
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
    return told(await hub.database.read(lambda session: service.booking(session, id, now)), who)


@patch("/bookings/{id:str}", tags=["bookings"])
async def change_booking(
    hub: Hub,
    request: Asking,
    id: FromPath[str],
    data: JSONBody[BookingToChange],
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
    return told(changed, who)


ROUTES = [book_room, list_bookings, get_booking, change_booking]
