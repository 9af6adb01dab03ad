"""What `/metrics` says of each room and each panel: the numbers that Home Assistant gets. No title, nobody's name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.orm import Session

from hub.panel import room_view
from hub.panel.service import PanelRecord
from hub.rooms import service as rooms
from hub.rooms.service import RoomFilter
from shared.room_status import OCCUPIED, UNKNOWN

if TYPE_CHECKING:
    from shared.room_state import RoomState

MOST_ROOMS = 100_000
ROOM = ["room", "room_id"]
PANEL = ["panel", "room_id"]


def room_gauges(session: Session, now: datetime) -> list[GaugeMetricFamily]:
    """What is not so (no meeting, none to come) has no sample. Times are seconds since 1970."""
    found = room_view.states(session, rooms.matching_rooms(session, RoomFilter(), MOST_ROOMS), now)
    occupied = _gauge("room_occupied", "Whether somebody has the room now.", ROOM)
    ends = _gauge("room_meeting_end_timestamp_seconds", "When the meeting there ends.", ROOM)
    begins = _gauge("room_next_meeting_timestamp_seconds", "When the next meeting begins.", ROOM)
    for state in found.values():
        _tell(occupied, state, None if state["status"] == UNKNOWN else state["status"] == OCCUPIED)
        _tell(ends, state, state["current"] and state["current"]["endUnix"])
        _tell(begins, state, state["next"] and state["next"]["startUnix"])
    return [occupied, ends, begins]


def panel_gauges(panels: Sequence[PanelRecord]) -> list[GaugeMetricFamily]:
    """What a panel has never said has no sample."""
    battery = _gauge("panel_battery_percent", "What is left in the panel's battery.", PANEL)
    signal = _gauge("panel_signal_dbm", "How strong the panel's Wi-Fi is.", PANEL)
    for panel in panels:
        labels = [panel.id, panel.room.id if panel.room else ""]
        for gauge, value in ((battery, panel.vitals.battery_percent), (signal, panel.vitals.signal_dbm)):
            if value is not None:
                gauge.add_metric(labels, value)
    return [battery, signal]


def _tell(gauge: GaugeMetricFamily, state: RoomState, value: float | None) -> None:
    if value is not None:
        gauge.add_metric([state["room"]["name"], state["room"]["id"]], value)


def _gauge(name: str, says: str, labels: list[str]) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"circletime_{name}", says, labels=labels)
