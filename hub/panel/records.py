"""A panel as the other domains know it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.db.database import emit
from hub.events import PanelChanged
from hub.panel.health import Vitals, vitals
from hub.panel.models import Panel
from hub.rooms import service as rooms
from hub.rooms.service import RoomRecord


@dataclass(frozen=True, slots=True)
class PanelRecord:
    """A panel as others see it. `status` is what it said: `online`, `sleeping` or `offline`; `hub.panel.health`
    knows better. `frame` and `screen` are of the last picture that it reported, `started_at` is when it was
    first heard with its boot id, `shown_revision` the revision of its room that it last said."""

    id: str
    name: str
    room: RoomRecord | None
    simulated: bool
    hardware: str | None
    status: str
    sleeping_until: datetime | None
    last_heard_at: datetime | None
    firmware: str | None
    frame: int | None
    screen: str | None
    telemetry: dict[str, Any] | None
    vitals: Vitals
    boot_id: str | None
    started_at: datetime | None
    shown_revision: int | None
    behind_since: datetime | None

    @property
    def room_id(self) -> str | None:
        return self.room.id if self.room else None


def room_of(session: Session, found: Panel) -> RoomRecord | None:
    if found.room_key is None:
        return None
    return standing(rooms.rooms_by_key(session, {found.room_key})[found.room_key])


def standing(room: RoomRecord) -> RoomRecord | None:
    """A panel whose room was deleted hangs at none."""
    return None if room.deleted else room


def tell(session: Session, found: Panel, room: RoomRecord | None) -> None:
    emit(session, PanelChanged(found.id, room.id if room else None, found.status, found.frame or 0))


def record_of(found: Panel, room: RoomRecord | None) -> PanelRecord:
    telemetry = json.loads(found.telemetry) if found.telemetry else None
    return PanelRecord(
        id=found.id,
        name=found.name,
        room=room,
        simulated=found.simulated,
        hardware=found.hardware,
        status=found.status,
        sleeping_until=found.sleeping_until,
        last_heard_at=found.last_heard_at,
        firmware=found.firmware,
        frame=found.frame,
        screen=found.screen,
        telemetry=telemetry,
        vitals=vitals(telemetry),
        boot_id=found.boot_id,
        started_at=found.started_at,
        shown_revision=found.shown_revision,
        behind_since=found.behind_since,
    )
