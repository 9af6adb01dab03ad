"""Reports that something is wrong in a room, and what becomes of them (brief, section 2.5).

Whatever is said of one room and one category is one issue until it is resolved; said again, it is counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import UNSET, UnsetType
from sqlalchemy.orm import Session

from hub.accounts import audit
from hub.accounts import service as accounts
from hub.accounts.attempts import Limit, check_attempts, count_attempts
from hub.accounts.service import Account
from hub.bookings import room_changes
from hub.db.base import new_id
from hub.db.database import emit
from hub.errors import Conflict, Refused, not_found
from hub.events import IssueChanged
from hub.panel import news, repository
from hub.panel.models import IssueReport, Panel
from hub.panel.repository import IssueFilter
from hub.rooms import service as rooms
from hub.rooms.service import RoomChanges, RoomRecord
from hub.webhooks import kinds

__all__ = ["IssueFilter", "IssueRecord", "change_issue", "issue", "issues", "report_at_panel", "report_issue"]

OPEN, ACKNOWLEDGED, RESOLVED = "open", "acknowledged", "resolved"
STATUSES = (OPEN, ACKNOWLEDGED, RESOLVED)
NEXT = {OPEN: {ACKNOWLEDGED, RESOLVED}, ACKNOWLEDGED: {RESOLVED}, RESOLVED: {OPEN}}
"""What can become of an issue; one that was resolved too soon is open again."""
UNNAMED = "other"

BY_ACCOUNT = Limit("issues of an account", 30, timedelta(hours=1))
AT_PANEL = Limit("issues at a panel", 30, timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class IssueRecord:
    """`reported_at` is when the key was pressed first, where a panel had to wait for the hub; `reports` is how
    often it was said since, `text` what was said last. `reported_by` None is whoever stood at the panel.

    `closes_room`: the room is out of service for it.
    """

    key: int
    id: str
    room: RoomRecord
    category: str
    text: str | None
    status: str
    reports: int
    reported_at: datetime
    last_reported_at: datetime
    reported_by: Account | None
    acknowledged_at: datetime | None
    acknowledged_by: Account | None
    resolved_at: datetime | None
    resolved_by: Account | None
    closes_room: bool


def report_issue(
    session: Session, who: Account, room_id: str, category: str, text: str | None, now: datetime
) -> IssueRecord:
    """Raises NotFound for the room, Refused for a category without a word, TooMany."""
    room = rooms.room(session, room_id)
    check_attempts(session, [(BY_ACCOUNT, who.id)], now)
    count_attempts(session, [(BY_ACCOUNT, who.id)], now)
    report = IssueReport(reporter_key=who.key, category=_category(category), text=_text(text))
    return _records(session, [_told(session, room, report, now, now)])[0]


def report_at_panel(
    session: Session,
    panel: Panel,
    room: RoomRecord,
    category: str | None,
    text: str | None,
    at: datetime,
    now: datetime,
) -> None:
    """`at` is when the key was pressed. Nobody knows by whom. Raises TooMany."""
    check_attempts(session, [(AT_PANEL, panel.id)], now)
    count_attempts(session, [(AT_PANEL, panel.id)], now)
    named = UNNAMED if category is None or not category.strip() else _category(category)
    _told(session, room, IssueReport(panel_key=panel.key, category=named, text=_text(text)), at, now)


def _told(
    session: Session, room: RoomRecord, report: IssueReport, at: datetime, now: datetime
) -> IssueReport:
    """The issue that `report` belongs to: one that is not resolved, else itself.

    Where somebody else says the same for the first time at once, the index refuses one, whose write runs anew.
    """
    said_before = repository.count_report(session, room.key, report.category, report.text, at)
    if said_before is not None:
        emit(session, IssueChanged(said_before.id, room.id, said_before.status))
        return said_before
    report.id, report.room_key, report.status, report.reports = new_id(), room.key, OPEN, 1
    report.reported_at = report.last_reported_at = at
    report.closes_room = False
    session.add(report)
    session.flush()
    emit(session, IssueChanged(report.id, room.id, report.status))
    news.issue(session, kinds.ISSUE_REPORTED, report, room, now)
    return report


def _category(words: str) -> str:
    found = " ".join(words.split()).lower()
    if not found:
        raise Refused("bad-category", "An issue has a category", "Say in a word or two what is wrong.")
    return found


def _text(words: str | None) -> str | None:
    return None if words is None else words.strip() or None


def issues(session: Session, wanted: IssueFilter, limit: int) -> list[IssueRecord]:
    """Up to `limit`, the latest first."""
    return _records(session, repository.issues(session, wanted, limit))


def issue(session: Session, issue_id: str) -> IssueRecord:
    """Raises NotFound."""
    found = repository.issue_with_id(session, issue_id)
    if found is None:
        raise not_found("issue", issue_id)
    return _records(session, [found])[0]


def marks(session: Session) -> dict[str, tuple[str, int, bool]]:
    """A mark of each issue that is not resolved: where it is another than before, or gone, the issue has changed."""
    return repository.unresolved_marks(session)


def changes_of(session: Session, issue_ids: Iterable[str]) -> list[IssueChanged]:
    """What to tell of those that are there."""
    found = [repository.issue_with_id(session, one) for one in issue_ids]
    records = _records(session, [one for one in found if one is not None])
    return [IssueChanged(one.id, one.room.id, one.status) for one in records]


def change_issue(
    session: Session,
    who: Account,
    issue_id: str,
    *,
    status: str | UnsetType,
    out_of_service: str | UnsetType | None,
    now: datetime,
) -> IssueRecord:
    """Takes the issue on, and with `out_of_service` its room out of service for that reason; None brings it back.

    Raises NotFound, and Conflict for what can't become of it, or where another issue still closes the room.
    """
    found = repository.locked_issue(session, issue_id)
    if found is None:
        raise not_found("issue", issue_id)
    before = {"status": found.status, "closesRoom": found.closes_room}
    if status is not UNSET and status != found.status:
        _advance(session, found, status, who, now)
    if out_of_service is not UNSET:
        _close_room(session, found, out_of_service, who, now)
    session.flush()
    after = {"status": found.status, "closesRoom": found.closes_room}
    changed = audit.differences(before, after)
    if changed:
        audit.record(session, who, "issue.change", found.id, changed, now)
    record = _records(session, [found])[0]
    emit(session, IssueChanged(record.id, record.room.id, record.status))
    if changed:
        solved = found.status == RESOLVED and "status" in changed
        kind = kinds.ISSUE_RESOLVED if solved else kinds.ISSUE_CHANGED
        news.issue(session, kind, found, record.room, now)
    return record


def _advance(session: Session, found: IssueReport, status: str, who: Account, now: datetime) -> None:
    if status not in NEXT[found.status]:
        raise Conflict("issue-status", "That cannot become of this issue", f"It is {found.status}.")
    if status == OPEN:
        _reopen(session, found)
    elif status == ACKNOWLEDGED:
        found.acknowledged_at, found.acknowledged_by_key = now, who.key
    else:
        found.resolved_at, found.resolved_by_key = now, who.key
    found.status = status


def _reopen(session: Session, found: IssueReport) -> None:
    newer = repository.unresolved_issue(session, found.room_key, found.category)
    if newer is not None:
        raise Conflict(
            "issue-reported-anew", "This was reported anew", "Go on with that issue.", issueId=newer.id
        )
    found.acknowledged_at = found.acknowledged_by_key = None
    found.resolved_at = found.resolved_by_key = None


def _close_room(
    session: Session, found: IssueReport, reason: str | None, who: Account, now: datetime
) -> None:
    room = rooms.rooms_by_key(session, {found.room_key})[found.room_key]
    if room.deleted:
        raise not_found("room", room.id)
    if reason is not None and found.status == RESOLVED:
        raise Conflict("issue-status", "That cannot become of this issue", f"It is {found.status}.")
    found.closes_room = reason is not None
    session.flush()
    other = None if reason is not None else repository.closing_issue(session, room.key)
    if other is not None:
        raise Conflict(
            "room-closed-by-another",
            "Another issue keeps the room closed",
            f"Resolve {other.category!r} first.",
            issueId=other.id,
        )
    room_changes.change_room(session, room.id, RoomChanges(out_of_service=reason), now, who)
    detail = {"outOfService": [room.out_of_service, reason], "issueId": found.id}
    audit.record(session, who, "room.change", room.id, detail, now)


def _records(session: Session, found: list[IssueReport]) -> list[IssueRecord]:
    at = rooms.rooms_by_key(session, {one.room_key for one in found})
    keys = {key for one in found for key in _people(one) if key is not None}
    people = accounts.accounts_with_keys(session, keys)
    return [_record(one, at[one.room_key], people) for one in found]


def _people(found: IssueReport) -> tuple[int | None, ...]:
    return found.reporter_key, found.acknowledged_by_key, found.resolved_by_key


def _record(found: IssueReport, room: RoomRecord, people: dict[int, Account]) -> IssueRecord:
    reported_by, acknowledged_by, resolved_by = (people.get(key or 0) for key in _people(found))
    return IssueRecord(
        key=found.key,
        id=found.id,
        room=room,
        category=found.category,
        text=found.text,
        status=found.status,
        reports=found.reports,
        reported_at=found.reported_at,
        last_reported_at=found.last_reported_at,
        reported_by=reported_by,
        acknowledged_at=found.acknowledged_at,
        acknowledged_by=acknowledged_by,
        resolved_at=found.resolved_at,
        resolved_by=resolved_by,
        closes_room=found.closes_room and room.out_of_service is not None,
    )


def forget_reporter(session: Session, who: Account) -> None:
    """What this person wrote of a room; that something was wrong there stays."""
    repository.forget_issue_texts(session, who.key)
