"""The panel domain's own tables; nobody outside hub.panel reads them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hub.panel.models import IssueReport, Panel, PanelCommandResult
from shared.panel_presence import OFFLINE, ONLINE


def panel_with_id(session: Session, panel_id: str) -> Panel | None:
    """A panel that was not revoked."""
    return session.scalar(select(Panel).where(Panel.id == panel_id, Panel.revoked_at.is_(None)))


def all_panels(session: Session) -> list[Panel]:
    return list(
        session.scalars(select(Panel).where(Panel.revoked_at.is_(None)).order_by(Panel.name, Panel.key))
    )


def any_in_room(session: Session, room_key: int) -> bool:
    there = select(Panel.key).where(Panel.room_key == room_key, Panel.revoked_at.is_(None)).limit(1)
    return session.scalar(there) is not None


def doors(session: Session) -> dict[str, int | None]:
    """Every panel's room."""
    rows = session.execute(select(Panel.id, Panel.room_key).where(Panel.revoked_at.is_(None)))
    return {row.id: row.room_key for row in rows}


def forget_online(session: Session) -> None:
    session.execute(update(Panel).where(Panel.status == ONLINE).values(status=OFFLINE))


def command_ack(session: Session, panel_key: int, command_id: str) -> str | None:
    return session.scalar(
        select(PanelCommandResult.ack).where(
            PanelCommandResult.panel_key == panel_key, PanelCommandResult.command_id == command_id
        )
    )


def forget_commands(session: Session, before: datetime) -> None:
    session.execute(delete(PanelCommandResult).where(PanelCommandResult.created_at < before))


def issues(session: Session, before_key: int | None, limit: int) -> list[IssueReport]:
    """The latest first, from the one before that key."""
    found = select(IssueReport).order_by(IssueReport.key.desc()).limit(limit)
    if before_key is not None:
        found = found.where(IssueReport.key < before_key)
    return list(session.scalars(found))
