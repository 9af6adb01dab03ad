"""Secrets on their way to a broker that keeps passwords itself (mosquitto): it can't be told a hash.

Whichever hub gives a panel its secret puts it here in the same transaction; the leader tells the broker and
takes it away. So a secret lies in the database in the clear for a moment, and only with such a broker.
"""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.panel.models import BrokerLogin, Panel


def hand_over(session: Session, panel_id: str, secret: str) -> None:
    """The broker is to know this secret, and no earlier one."""
    key = session.scalars(select(Panel.key).where(Panel.id == panel_id)).one()
    session.merge(BrokerLogin(panel_key=key, secret=secret))


def waiting(session: Session) -> dict[str, str]:
    """By panel; of revoked ones nothing waits."""
    found = select(Panel.id, BrokerLogin.secret).join(Panel, Panel.key == BrokerLogin.panel_key)
    return {row.id: row.secret for row in session.execute(found.where(Panel.revoked_at.is_(None)))}


def forget(session: Session, told: dict[str, str]) -> None:
    """The broker knows these now; a panel that has been given another since still waits."""
    for panel_id, secret in told.items():
        key = select(Panel.key).where(Panel.id == panel_id).scalar_subquery()
        session.execute(delete(BrokerLogin).where(BrokerLogin.panel_key == key, BrokerLogin.secret == secret))
