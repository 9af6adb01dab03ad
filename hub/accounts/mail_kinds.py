"""What somebody may be mailed about, and what they are unless they choose otherwise."""

from __future__ import annotations

from collections.abc import Mapping

APPROVAL_ASKED = "approval_asked"
"""To managers: a booking waits for their answer."""
APPROVAL_ANSWERED = "approval_answered"
BOOKED = "booked"
"""By somebody else, for them."""
CHANGED = "changed"
CANCELLED = "cancelled"
RELEASED = "released"
"""Nobody came, and the room was given back."""
OUT_OF_SERVICE = "out_of_service"
MONTHLY_REPORT = "monthly_report"
"""To whom reports are open: last month's, as a PDF."""
OWN = "own"
"""What they did themselves, too: for who wants it in the calendar by mail."""

DEFAULTS: Mapping[str, bool] = {
    APPROVAL_ASKED: True,
    APPROVAL_ANSWERED: True,
    BOOKED: True,
    CHANGED: True,
    CANCELLED: True,
    RELEASED: True,
    OUT_OF_SERVICE: True,
    MONTHLY_REPORT: False,
    OWN: False,
}


def choices(chosen: Mapping[str, bool] | None) -> dict[str, bool]:
    """Every kind, with what holds for somebody who chose this."""
    return {kind: bool((chosen or {}).get(kind, default)) for kind, default in DEFAULTS.items()}


def wanted(chosen: Mapping[str, bool] | None) -> frozenset[str]:
    return frozenset(kind for kind, is_wanted in choices(chosen).items() if is_wanted)
