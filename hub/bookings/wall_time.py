"""What clocks on a building's wall show, and when that is.

Where the clock changes, RFC 5545 (3.3.5) decides: a time that comes twice is the first of the two; a time
that is skipped counts as if the clock had not changed yet, so 02:30 is 03:30 on the night that has no 02:30.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """When a clock in `zone` shows `wall` (without a zone), in UTC."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def on_the_wall(at: datetime, zone: tzinfo) -> datetime:
    """What a clock in `zone` shows at that instant, without a zone."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)
