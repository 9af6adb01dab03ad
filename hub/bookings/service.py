"""What others may ask of bookings (brief, section 2.3); each use case is in the file named for it.

`via` says by what it was asked: `web`, `api` or `panel`.

Who may: anybody logged in books; a booking's organizer, who booked it, managers and admins check in, end,
extend, change and cancel it; managers and admins approve. `by` None is a panel: who stands at the door may do what the door offers.
"""

from __future__ import annotations

from hub.bookings.approval import approve, decline
from hub.bookings.attend import check_in, end_booking, extend, record_attendance
from hub.bookings.book import NewBooking, book_room, book_walk_up, claim_walk_up
from hub.bookings.change import BookingChanges, cancel, change_booking
from hub.bookings.forgetting import forget_old, forget_organizer
from hub.bookings.nearby import free_nearby
from hub.bookings.reading import (
    BookingRecord,
    booking,
    bookings_by_room,
    bookings_of,
    bookings_on,
    bookings_with_ids,
    local_day,
    meetings,
    meetings_in,
)
from hub.bookings.repository import next_deadline
from hub.bookings.series import BookedSeries, Recurrence, add_occurrence, book_series, foresee
from hub.bookings.settling import settle_due, settle_room

__all__ = [
    "BookedSeries",
    "BookingChanges",
    "BookingRecord",
    "NewBooking",
    "Recurrence",
    "add_occurrence",
    "approve",
    "book_room",
    "book_series",
    "book_walk_up",
    "booking",
    "bookings_by_room",
    "bookings_of",
    "bookings_on",
    "bookings_with_ids",
    "cancel",
    "change_booking",
    "check_in",
    "claim_walk_up",
    "decline",
    "end_booking",
    "extend",
    "foresee",
    "forget_old",
    "forget_organizer",
    "free_nearby",
    "local_day",
    "meetings",
    "meetings_in",
    "next_deadline",
    "record_attendance",
    "settle_due",
    "settle_room",
]
