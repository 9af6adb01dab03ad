"""The panel domain's own tables; nobody outside hub.panel reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, case, delete, func, literal, or_, select, update
from sqlalchemy.orm import Session

from hub.db.base import UtcTime
from hub.panel.models import Enrolment, IssueReport, Panel, PanelCommandResult
from shared.panel_presence import OFFLINE, ONLINE

Chosen = TypeVar("Chosen", bound=Select[Any])

_EARLIER = or_(Panel.last_heard_at.is_(None), Panel.last_heard_at < bindparam("at", type_=UtcTime))
_HEARD = (
    update(Panel)
    .where(Panel.id == bindparam("which"), _EARLIER)
    .values(last_heard_at=bindparam("at", type_=UtcTime))
)


def panel_with_id(session: Session, panel_id: str) -> Panel | None:
    """A panel that was not revoked."""
    return session.scalar(select(Panel).where(Panel.id == panel_id, Panel.revoked_at.is_(None)))


def panel_with_hardware(session: Session, hardware: str) -> Panel | None:
    """The panel that this board is, unless that was revoked."""
    return session.scalar(select(Panel).where(Panel.hardware == hardware, Panel.revoked_at.is_(None)))


def locked_panel(session: Session, panel_id: str) -> Panel | None:
    """The same; nobody else changes it until this transaction ends."""
    found = select(Panel).where(Panel.id == panel_id, Panel.revoked_at.is_(None))
    return session.scalar(_locked(found))


def locked_panels(session: Session, panel_ids: Iterable[str]) -> list[Panel]:
    """Those of them that were not revoked, locked in one order."""
    found = select(Panel).where(Panel.id.in_(sorted(set(panel_ids))), Panel.revoked_at.is_(None))
    return list(session.scalars(_locked(found.order_by(Panel.id))))


def _locked(found: Chosen) -> Chosen:
    """As they are now, also where this transaction has read them before."""
    return found.with_for_update().execution_options(populate_existing=True)


def all_panels(session: Session) -> list[Panel]:
    return list(
        session.scalars(select(Panel).where(Panel.revoked_at.is_(None)).order_by(Panel.name, Panel.key))
    )


def any_in_room(session: Session, room_key: int) -> bool:
    there = select(Panel.key).where(Panel.room_key == room_key, Panel.revoked_at.is_(None)).limit(1)
    return session.scalar(there) is not None


def doors(session: Session) -> dict[str, int | None]:
    """Every panel's room."""
    return dict(session.execute(select(Panel.id, Panel.room_key).where(Panel.revoked_at.is_(None))).all())


def secrets_and_doors(session: Session, panel_ids: Sequence[str]) -> dict[str, tuple[bytes, int | None]]:
    """The hash of the secret, and the room's key, of each of them that was not revoked."""
    wanted = select(Panel.id, Panel.secret_hash, Panel.room_key)
    rows = session.execute(wanted.where(Panel.id.in_(panel_ids), Panel.revoked_at.is_(None)))
    return {row.id: (row.secret_hash, row.room_key) for row in rows}


def note_heard(session: Session, heard: dict[str, datetime]) -> None:
    """In one order, and panels before contacts, as everybody locks them."""
    rows = [{"which": panel_id, "at": at} for panel_id, at in sorted(heard.items())]
    if rows:
        session.connection().execute(_HEARD, rows)


def forget_online(session: Session) -> None:
    session.execute(update(Panel).where(Panel.status == ONLINE).values(status=OFFLINE))


def enrolment_with_secret(session: Session, secret_hash: bytes, *, lock: bool = False) -> Enrolment | None:
    found = select(Enrolment).where(Enrolment.secret_hash == secret_hash)
    return session.scalar(_locked(found) if lock else found)


def locked_enrolment(session: Session, code: str) -> Enrolment | None:
    """The panel that shows this code, or did: nobody else claims it until this transaction ends."""
    return session.scalar(_locked(select(Enrolment).where(Enrolment.code == code)))


def enrolments_waiting(session: Session, address: str | None = None) -> int:
    """How many are not claimed yet, from that address if one is given."""
    found = select(func.count()).select_from(Enrolment).where(Enrolment.panel_key.is_(None))
    return session.scalar(found if address is None else found.where(Enrolment.address == address)) or 0


def forget_enrolments(session: Session, now: datetime) -> None:
    session.execute(delete(Enrolment).where(Enrolment.forgotten_at <= now))


def end_enrolment(session: Session, panel_key: int) -> None:
    end_enrolments(session, [panel_key])


def end_enrolments(session: Session, panel_keys: Sequence[int]) -> None:
    session.execute(delete(Enrolment).where(Enrolment.panel_key.in_(panel_keys)))


def panel_with_key(session: Session, key: int) -> Panel:
    return session.scalars(select(Panel).where(Panel.key == key)).one()


def command_ack(session: Session, panel_key: int, command_id: str) -> str | None:
    return session.scalar(
        select(PanelCommandResult.ack).where(
            PanelCommandResult.panel_key == panel_key, PanelCommandResult.command_id == command_id
        )
    )


def forget_commands(session: Session, before: datetime) -> None:
    session.execute(delete(PanelCommandResult).where(PanelCommandResult.created_at < before))


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFilter:
    """What is None does not narrow. `before_key`: from the one before that key."""

    room_key: int | None = None
    status: str | None = None
    before_key: int | None = None


def issues(session: Session, wanted: IssueFilter, limit: int) -> list[IssueReport]:
    """The latest first."""
    found = select(IssueReport).order_by(IssueReport.key.desc()).limit(limit)
    if wanted.room_key is not None:
        found = found.where(IssueReport.room_key == wanted.room_key)
    if wanted.status is not None:
        found = found.where(IssueReport.status == wanted.status)
    if wanted.before_key is not None:
        found = found.where(IssueReport.key < wanted.before_key)
    return list(session.scalars(found))


def issue_with_id(session: Session, issue_id: str) -> IssueReport | None:
    return session.scalar(select(IssueReport).where(IssueReport.id == issue_id))


def locked_issue(session: Session, issue_id: str) -> IssueReport | None:
    """The same; nobody else changes it until this transaction ends."""
    return session.scalar(_locked(select(IssueReport).where(IssueReport.id == issue_id)))


def unresolved_issue(session: Session, room_key: int, category: str) -> IssueReport | None:
    return session.scalar(select(IssueReport).where(*_unresolved(room_key), IssueReport.category == category))


def count_report(
    session: Session, room_key: int, category: str, text: str | None, at: datetime
) -> IssueReport | None:
    """The issue that is not resolved, in which this report is counted now; None where there is none."""
    last, this = IssueReport.last_reported_at, literal(at, UtcTime())
    more = (
        update(IssueReport)
        .where(*_unresolved(room_key), IssueReport.category == category)
        .values(
            reports=IssueReport.reports + 1,
            last_reported_at=case((last < this, this), else_=last),
            **({} if text is None else {"text": text}),
        )
    )
    return session.scalar(more.returning(IssueReport))


def unresolved_marks(session: Session) -> dict[str, tuple[str, int, bool]]:
    """What may change of an issue that is not resolved, by its id."""
    wanted = (IssueReport.id, IssueReport.status, IssueReport.reports, IssueReport.closes_room)
    rows = session.execute(select(*wanted).where(IssueReport.resolved_at.is_(None)))
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def closing_issue(session: Session, room_key: int) -> IssueReport | None:
    """One for which the room is out of service."""
    found = select(IssueReport).where(*_unresolved(room_key), IssueReport.closes_room)
    return session.scalar(found.limit(1))


def _unresolved(room_key: int) -> tuple[ColumnElement[bool], ...]:
    return IssueReport.room_key == room_key, IssueReport.resolved_at.is_(None)


def forget_issue_texts(session: Session, reporter_key: int) -> None:
    session.execute(update(IssueReport).where(IssueReport.reporter_key == reporter_key).values(text=None))
