"""What can be told, by its name on the wire."""

from __future__ import annotations

BOOKING_CREATED, BOOKING_CHANGED = "booking.created", "booking.changed"
BOOKING_CANCELLED, BOOKING_CHECKED_IN = "booking.cancelled", "booking.checked_in"
BOOKING_RELEASED, BOOKING_ENDED = "booking.released", "booking.ended"
ISSUE_REPORTED, ISSUE_CHANGED, ISSUE_RESOLVED = "issue.reported", "issue.changed", "issue.resolved"
PANEL_ONLINE, PANEL_OFFLINE = "panel.online", "panel.offline"
PING = "ping"
"""Sent when somebody tries a webhook; never chosen."""

KINDS = (
    BOOKING_CREATED,
    BOOKING_CHANGED,
    BOOKING_CANCELLED,
    BOOKING_CHECKED_IN,
    BOOKING_RELEASED,
    BOOKING_ENDED,
    ISSUE_REPORTED,
    ISSUE_CHANGED,
    ISSUE_RESOLVED,
    PANEL_ONLINE,
    PANEL_OFFLINE,
)
