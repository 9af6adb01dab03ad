"""Every refusal of the bookings domain: one function for each slug (docs/problems.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hub.errors import Conflict, Forbidden, NotFound, PreconditionFailed, Refused, not_found


def booking_not_found(booking_id: str) -> NotFound:
    return not_found("booking", booking_id)


def not_yours(what: str) -> Forbidden:
    return Forbidden(
        "not-your-booking",
        "This booking is somebody else's",
        f"Only its organizer, who booked it, and managers may {what} it.",
    )


def not_your_list() -> Forbidden:
    return Forbidden("admins-only", "Only admins may do this", "Only admins may list others' bookings.")


def room_already_booked(conflicts: list[dict[str, Any]], alternatives: list[dict[str, Any]]) -> Conflict:
    return Conflict(
        "room-already-booked",
        "The room is taken at that time",
        "Take another time or another room.",
        conflicts=conflicts,
        alternatives=alternatives,
    )


def room_out_of_service(reason: str) -> Conflict:
    return Conflict("room-out-of-service", "The room is out of service", reason)


def needs_approval() -> Conflict:
    return Conflict(
        "room-needs-approval",
        "Bookings of this room need approval",
        "It cannot be taken at the door; book it in the web app.",
    )


def check_in_too_early(opens_at: datetime) -> Conflict:
    return Conflict(
        "check-in-too-early",
        "Check-in is not open yet",
        f"Check-in opens at {_told(opens_at)}.",
        opensAt=opens_at,
    )


def check_in_too_late() -> Conflict:
    return Conflict(
        "check-in-too-late", "Check-in has closed", "The time to check in has passed: book the room anew."
    )


def not_approved() -> Conflict:
    return Conflict(
        "booking-not-approved", "This booking has not been approved yet", "A manager approves it first."
    )


def booking_over(status: str) -> Conflict:
    return Conflict(
        "booking-over", "This booking is over", f"It is {status.replace('_', ' ')}: make a new one."
    )


def not_started() -> Conflict:
    return Conflict(
        "booking-not-started", "This booking has not begun", "What has not begun is cancelled, not ended."
    )


def under_way() -> Conflict:
    return Conflict(
        "booking-under-way", "This booking is under way", "What has begun is ended, not cancelled or moved."
    )


def cannot_extend(max_minutes: int, detail: str) -> Conflict:
    return Conflict("cannot-extend", "This booking cannot be extended so far", detail, maxMinutes=max_minutes)


def revision_changed(revision: int) -> PreconditionFailed:
    return PreconditionFailed(
        "revision-changed",
        "Somebody has changed this booking",
        f"Its revision is now {revision}: read it again before you change it.",
        revision=revision,
    )


def already_approved() -> Conflict:
    return Conflict(
        "booking-approved", "This booking has been approved", "What is approved is cancelled, not declined."
    )


def not_a_walk_up() -> Conflict:
    return Conflict(
        "not-a-walk-up",
        "This booking cannot be claimed",
        "Only what was booked at a panel, and belongs to nobody yet, is claimed.",
    )


def series_clashes(
    clashes: list[dict[str, Any]],
    conflicts: list[dict[str, Any]],
    alternatives: list[dict[str, Any]],
    told_of: list[str],
) -> Conflict:
    """The same slug as for one booking. `clashes` are the times of the series that are taken;
    `alternatives` are rooms that all of it fits into."""
    dates = ", ".join(told_of[:12]) + (" and more" if len(told_of) > 12 else "")
    return Conflict(
        "room-already-booked",
        "The room is taken at that time",
        f"It is taken on {dates}; nothing was changed.",
        clashes=clashes,
        conflicts=conflicts,
        alternatives=alternatives,
    )


def not_a_series() -> Conflict:
    return Conflict(
        "not-a-series",
        "This booking is not part of a series",
        "Leave `scope` out, or name a booking that has a `seriesId`.",
    )


def organizer_by_managers() -> Forbidden:
    return Forbidden(
        "managers-only", "Only managers and admins may do this", "Only they book for somebody else."
    )


def exempt_by_managers() -> Forbidden:
    return Forbidden(
        "managers-only", "Only managers and admins may do this", "Only they book without a check-in."
    )


def bad_rrule(detail: str) -> Refused:
    return Refused("bad-rrule", "This is not a recurrence that rooms are booked by", detail)


def series_without_end() -> Refused:
    return Refused("series-without-end", "The series has no end", "Give it COUNT or UNTIL.")


def series_too_long(most: int) -> Refused:
    return Refused(
        "series-too-long",
        "The series has too many meetings",
        f"A series has at most {most} meetings.",
        maxOccurrences=most,
    )


def start_not_in_series() -> Refused:
    return Refused(
        "start-not-in-series",
        "The series does not begin at its start",
        "startsAt is not one of the times that the rule gives.",
    )


def end_before_start() -> Refused:
    return Refused("end-before-start", "The end is not after the start", "Give an `endsAt` after `startsAt`.")


def in_the_past() -> Refused:
    return Refused(
        "in-the-past",
        "That time has passed",
        "A booking starts at most 15 minutes ago, and ends in the future.",
    )


def too_short(min_minutes: int) -> Refused:
    return Refused(
        "too-short",
        "The booking is too short",
        f"This room is booked for at least {min_minutes} minutes.",
        minMinutes=min_minutes,
    )


def too_long(max_minutes: int) -> Refused:
    return Refused(
        "too-long",
        "The booking is too long",
        f"This room is booked for at most {max_minutes} minutes.",
        maxMinutes=max_minutes,
    )


def beyond_horizon(days: int) -> Refused:
    return Refused(
        "beyond-horizon",
        "That is too far ahead",
        f"This room is booked at most {days} days ahead.",
        horizonDays=days,
    )


def over_capacity(capacity: int) -> Refused:
    return Refused(
        "over-capacity",
        "The room is too small",
        f"This room seats {capacity}.",
        capacity=capacity,
    )


def bad_title() -> Refused:
    return Refused(
        "bad-title", "This title cannot be used", "A title has 1 to 255 characters, none of them NUL."
    )


def not_a_quick_book_length(lengths: list[int]) -> Refused:
    told = ", ".join(str(minutes) for minutes in lengths)
    return Refused(
        "not-a-quick-book-length",
        "The room is not taken at the door for that long",
        f"At the door it is taken for {told} minutes.",
    )


def _told(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
