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
class Reason:
    """Why a panel is not well: `kind`, for who says it in another language, with what it is about; and in words."""

    kind: str
    says: str
    value: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """`status` is `online`, `sleeping` or `offline`: who has overslept is offline. `word` is `ok`, `attention` or
    `offline`; there are no `reasons` where all is well."""

    status: str
    word: str
    reasons: tuple[Reason, ...]

    @property
    def reason(self) -> str | None:
        """All of them, in sentences; None where there is none."""
        return " ".join(one.says for one in self.reasons) or None


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
        return Health(status, OFFLINE, (_absence(panel), *reasons))
    reasons += [*_signal(panel.vitals), *_clock(panel.vitals), *_behind(panel, now)]
    return Health(status, ATTENTION if reasons else OK, tuple(reasons))


def _overslept(panel: PanelRecord, now: datetime) -> bool:
    until = panel.sleeping_until
    if until is not None:
        return now > until + LATE
    return panel.last_heard_at is not None and now > panel.last_heard_at + LONGEST_SLEEP


def _absence(panel: PanelRecord) -> Reason:
    if panel.last_heard_at is None:
        return Reason("never-heard", "It has not been heard yet.")
    since = _local(panel, panel.last_heard_at)
    if panel.status == SLEEPING and panel.sleeping_until is not None:
        says = f"It wanted to wake at {_local(panel, panel.sleeping_until)}; it was last heard {since}."
        return Reason("overslept", says, at=panel.sleeping_until)
    return Reason("not-heard", f"It was last heard {since}.", at=panel.last_heard_at)


def _local(panel: PanelRecord, at: datetime) -> str:
    """In the room's zone; without a room in UTC."""
    zone = panel.room.building.time_zone if panel.room else "UTC"
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})"


def _battery(found: Vitals) -> list[Reason]:
    percent = found.battery_percent
    if percent is None or percent > BATTERY_LOW_PERCENT:
        return []
    return [Reason("battery-low", f"The battery is low: {percent} %.", percent)]


def _signal(found: Vitals) -> list[Reason]:
    dbm = found.signal_dbm
    if dbm is None or dbm >= SIGNAL_WEAK_DBM:
        return []
    return [Reason("signal-weak", f"The Wi-Fi signal is weak: {dbm} dBm.", dbm)]


def _clock(found: Vitals) -> list[Reason]:
    drift = found.clock_drift_s
    if drift is None or abs(drift) <= CLOCK_OFF_S:
        return []
    pace = "fast" if drift > 0 else "slow"
    return [Reason("clock-off", f"Its clock runs {pace}: {abs(drift)} s between two heartbeats.", drift)]


def _behind(panel: PanelRecord, now: datetime) -> list[Reason]:
    since = panel.behind_since
    if panel.room is None or since is None or now - since < BEHIND_FOR:
        return []
    shown, wanted = panel.shown_revision, panel.room.revision
    return [Reason("behind", f"It shows revision {shown} of its room, which is at {wanted}.", at=since)]
