"""Whether the hub is alive, and whether it can serve; outside `/api/v1`, and open to all."""

from __future__ import annotations

from litestar import Response, get
from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.api.context import Hub
from hub.errors import DomainError


@get("/health/live", include_in_schema=False)
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/health/ready", include_in_schema=False)
async def ready(hub: Hub) -> Response[dict[str, bool]]:
    """200 where the database answers and panels can connect, else 503."""
    checks = {"database": await _database_answers(hub), "panels": hub.panels.listening()}
    return Response(checks, status_code=200 if all(checks.values()) else 503)


async def _database_answers(hub: Hub) -> bool:
    def ask(session: Session) -> None:
        session.execute(text("SELECT 1"))

    try:
        await hub.database.read(ask)
    except DomainError:
        return False
    return True


ROUTES = [live, ready]
