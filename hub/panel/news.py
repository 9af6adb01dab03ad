"""What other systems are told of panels and issues (`hub.webhooks`), queued in the transaction that changes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.panel.models import IssueReport, Panel
from hub.rooms.service import RoomRecord
from hub.webhooks import kinds, outbox
from shared.panel_presence import OFFLINE


def standings(panels: Iterable[Panel]) -> dict[int, str]:
    """Each one's status before it changes, by its key."""
    return {panel.key: panel.status for panel in panels}


def panels_came_or_went(
    session: Session,
    panels: Iterable[Panel],
    at: Mapping[int, RoomRecord],
    was: Mapping[int, str],
    now: datetime,
) -> None:
    """`at`: the rooms they hang at, by key; `was`: their `standings` before. One that sleeps is there."""
    news = [
        (
            kinds.PANEL_OFFLINE if panel.status == OFFLINE else kinds.PANEL_ONLINE,
            _panel(panel, at.get(panel.room_key or 0)),
        )
        for panel in panels
        if (was[panel.key] == OFFLINE) != (panel.status == OFFLINE)
    ]
    if news:
        outbox.queue(session, news, now)


def _panel(panel: Panel, room: RoomRecord | None) -> dict[str, Any]:
    return {
        "id": panel.id,
        "name": panel.name,
        "roomId": room.id if room else None,
        "roomName": room.name if room else None,
        "status": panel.status,
    }


def issue(session: Session, kind: str, found: IssueReport, room: RoomRecord, now: datetime) -> None:
    """Without its text: that is somebody's words, for managers."""
    data = {
        "id": found.id,
        "roomId": room.id,
        "roomName": room.name,
        "category": found.category,
        "status": found.status,
        "reports": found.reports,
        "closesRoom": found.closes_room,
    }
    outbox.queue(session, [(kind, data)], now)
