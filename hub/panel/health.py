"""How a panel is, in a word, and why, in a sentence: from what it last said of itself, and from now.

What a panel says may be anything. Here a value that cannot be is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from shared.panel_presence import OFFLINE, SLEEPING

if TYPE_CHECKING:
    from hub.panel.service import PanelRecord

OK, ATTENTION = "ok", "attention"

LATE = timedelta(minutes=5)
"""A panel that sleeps may wake this much later than it said."""
LONGEST_SLEEP = timedelta(days=7)
"""Whatever it says: who is not heard for longer is offline."""
BATTERY_LOW_PERCENT = 15
SIGNAL_WEAK_DBM = -80
CLOCK_OFF_S = 10
"""Between two heartbeats."""
BEHIND_FOR = timedelta(minutes=10)
"""Two heartbeats: what is published reaches a panel in a moment."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """What the last telemetry says, as far as it can be; `clock_drift_s` is how far its clock had gone ahead."""

    battery_percent: int | None
    battery_mv: int | None
    signal_dbm: int | None
    clock_drift_s: int | None
    heap_free: int | None
    full_refreshes: int | None
    partial_refreshes: int | None


@dataclass(frozen=True, slots=True)
class Health:
    """`status` is `online`, `sleeping` or `offline`: who has overslept is offline. `word` is `ok`, `attention` or
    `offline`, `reason` None where all is well."""

    status: str
    word: str
    reason: str | None


def vitals(telemetry: Mapping[str, Any] | None) -> Vitals:
    told: Mapping[str, Any] = telemetry or {}
    refreshes = told.get("refreshes")
    counts: Mapping[str, Any] = refreshes if isinstance(refreshes, dict) else {}
    return Vitals(
        battery_percent=_whole(told, "batteryPercent", 0, 100),
        battery_mv=_whole(told, "batteryMv", 0, 60_000),
        signal_dbm=_whole(told, "signalDbm", -127, 0),
        clock_drift_s=_whole(told, "clockDriftS", -(2**31), 2**31),
        heap_free=_whole(told, "heapFree", 0, 2**31),
        full_refreshes=_whole(counts, "full", 0, 2**31),
        partial_refreshes=_whole(counts, "partial", 0, 2**31),
    )


def _whole(of: Mapping[str, Any], name: str, least: int, most: int) -> int | None:
    value = of.get(name)
    return value if type(value) is int and least <= value <= most else None


def health(panel: PanelRecord, now: datetime) -> Health:
    status = OFFLINE if panel.status == SLEEPING and _overslept(panel, now) else panel.status
    reasons = list(_battery(panel.vitals))
    if status == OFFLINE:
        return Health(status, OFFLINE, " ".join([_absence(panel), *reasons]))
    reasons += [*_signal(panel.vitals), *_clock(panel.vitals), *_behind(panel, now)]
    return Health(status, ATTENTION if reasons else OK, " ".join(reasons) or None)


def _overslept(panel: PanelRecord, now: datetime) -> bool:
    until = panel.sleeping_until
    if until is not None:
        return now > until + LATE
    return panel.last_heard_at is not None and now > panel.last_heard_at + LONGEST_SLEEP


def _absence(panel: PanelRecord) -> str:
    if panel.last_heard_at is None:
        return "It has not been heard yet."
    since = _local(panel, panel.last_heard_at)
    if panel.status == SLEEPING and panel.sleeping_until is not None:
        return f"It wanted to wake at {_local(panel, panel.sleeping_until)}; it was last heard {since}."
    return f"It was last heard {since}."


def _local(panel: PanelRecord, at: datetime) -> str:
    """In the room's zone; without a room in UTC."""
    zone = panel.room.building.time_zone if panel.room else "UTC"
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})"


def _battery(found: Vitals) -> list[str]:
    percent = found.battery_percent
    low = percent is not None and percent <= BATTERY_LOW_PERCENT
    return [f"The battery is low: {percent} %."] if low else []


def _signal(found: Vitals) -> list[str]:
    dbm = found.signal_dbm
    return [f"The Wi-Fi signal is weak: {dbm} dBm."] if dbm is not None and dbm < SIGNAL_WEAK_DBM else []


def _clock(found: Vitals) -> list[str]:
    drift = found.clock_drift_s
    if drift is None or abs(drift) <= CLOCK_OFF_S:
        return []
    return [f"Its clock runs {'fast' if drift > 0 else 'slow'}: {abs(drift)} s between two heartbeats."]


def _behind(panel: PanelRecord, now: datetime) -> list[str]:
    if panel.room is None or panel.behind_since is None or now - panel.behind_since < BEHIND_FOR:
        return []
    shown, wanted = panel.shown_revision, panel.room.revision
    return [f"It shows revision {shown} of its room, which is at {wanted}."]
