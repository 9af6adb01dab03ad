"""What can be refused about calendars, and what can be wrong with one; each slug once (docs/problems.md)."""

from __future__ import annotations

from datetime import timedelta

from hub.errors import Conflict, NotFound, Refused, Trouble, not_found


def connection_not_found(connection_id: str) -> NotFound:
    return not_found("connection", connection_id)


def already_connected() -> Conflict:
    return Conflict(
        "room-already-connected",
        "The room has a calendar already",
        "One calendar is connected to a room at a time. Disconnect the other first.",
    )


def bad_address(detail: str) -> Refused:
    return Refused("bad-calendar-address", "That is no address of a calendar", detail)


def password_again() -> Refused:
    return Refused(
        "calendar-password-needed",
        "Another address needs its password said again",
        "A password is only ever sent to where it was given for.",
    )


def always_leads() -> Refused:
    return Refused(
        "calendar-must-lead",
        "A subscription always leads",
        "It can only be read, so the hub has no say in it.",
    )


def unreachable(detail: str = "It did not answer, or not in time.") -> Trouble:
    return Trouble("calendar-unreachable", "The calendar can't be reached", detail)


def not_allowed(host: str) -> Trouble:
    return Trouble(
        "calendar-not-allowed",
        "The hub does not call that address",
        f"{host} is inside a private network. An operator can allow it: CIRCLETIME_INSIDE_HOSTS.",
    )


def login_refused() -> Trouble:
    return Trouble(
        "calendar-login-refused",
        "The calendar does not let the hub in",
        "User name, password or rights are not, or no longer, what it wants.",
    )


def missing() -> Trouble:
    return Trouble(
        "calendar-missing", "There is no calendar at that address", "The server answers, and knows none."
    )


def busy(retry_after: timedelta | None) -> Trouble:
    found = Trouble(
        "calendar-busy", "The calendar wants to be left alone for a while", "The hub asks again later."
    )
    found.retry_after = retry_after
    return found


def not_understood(detail: str) -> Trouble:
    return Trouble("calendar-not-understood", "What the calendar answers can't be understood", detail)


def sealed_otherwise() -> Trouble:
    return Trouble(
        "calendar-credentials-lost",
        "The calendar's credentials can't be read any more",
        "They were encrypted with another key. Give address and password again.",
    )
