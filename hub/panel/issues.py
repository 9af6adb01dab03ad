"""Reports that something is wrong in a room (brief, section 2.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hub.accounts.service import Account
from hub.db.base import new_id
from hub.panel import repository
from hub.panel.models import IssueReport, Panel
from hub.rooms import service as rooms
from hub.rooms.service import RoomRecord

OPEN = "open"
UNNAMED = "other"


@dataclass(frozen=True, slots=True)
class IssueRecord:
    """`reported_at` is when the key was pressed, where a panel had to wait for the hub."""

    key: int
    id: str
    room_id: str
    category: str
    text: str | None
    status: str
    reported_at: datetime


def report_issue(
    session: Session, who: Account, room_id: str, category: str, text: str | None, now: datetime
) -> IssueRecord:
    """Raises NotFound for the room."""
    room = rooms.room(session, room_id)
    return _added(session, room, IssueReport(reporter_key=who.key, category=category, text=text), now)


def report_at_panel(
    session: Session, panel: Panel, room: RoomRecord, category: str | None, text: str | None, at: datetime
) -> None:
    report = IssueReport(panel_key=panel.key, category=category or UNNAMED, text=text)
    _added(session, room, report, at)


def _added(session: Session, room: RoomRecord, report: IssueReport, at: datetime) -> IssueRecord:
    report.id, report.room_key, report.status, report.reported_at = new_id(), room.key, OPEN, at
    session.add(report)
    session.flush()
    return _record(report, room.id)


def issues(session: Session, before_key: int | None, limit: int) -> list[IssueRecord]:
    """Up to `limit` reports, the latest first; `before_key`: from the one before that."""
    found = repository.issues(session, before_key, limit)
    at = rooms.rooms_by_key(session, {report.room_key for report in found})
    return [_record(report, at[report.room_key].id) for report in found]


def _record(report: IssueReport, room_id: str) -> IssueRecord:
    return IssueRecord(
        report.key, report.id, room_id, report.category, report.text, report.status, report.reported_at
    )
